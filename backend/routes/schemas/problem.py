"""The one shape of every error: RFC 9457 problem documents."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask_openapi3.models import OPENAPI3_REF_PREFIX
from pydantic import BaseModel, ConfigDict, Field

Responses = dict[str | int, type[BaseModel] | dict[Any, Any] | None]


class ProblemField(BaseModel):
    """One bad field."""

    model_config = ConfigDict(frozen=True)

    field: str
    message: str
    code: str = Field(description="What is wrong, for programs: `missing`, `string_type`, …; else `invalid`.")


class Problem(BaseModel):
    """What went wrong. `code` is for programs, `title` and `detail` for people."""

    model_config = ConfigDict(frozen=True)

    type: str = Field(description="Where this problem is explained.")
    title: str
    status: int
    detail: str
    code: str
    request_id: str = Field(description="Name this when you ask for help.")
    errors: list[ProblemField]


def problems(*statuses: int) -> Responses:
    """The OpenAPI responses for these statuses; every operation may answer 429, 500 and 503."""
    return {
        str(status): {
            "description": HTTPStatus(status).phrase,
            "content": {"application/problem+json": {"schema": {"$ref": f"{OPENAPI3_REF_PREFIX}/Problem"}}},
        }
        for status in sorted({*statuses, 429, 500, 503})
    }
