"""Parameters of an address: the base of their types."""

from __future__ import annotations

from functools import cache
from typing import Any, Self

from flask import has_request_context, request
from pydantic import BaseModel, ConfigDict

from backend.errors import FieldError, InvalidRequest


class Parameters(BaseModel):
    """Base of what an address is asked with: frozen, and nothing in it that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        """The JSON schema; the OpenAPI library asks for it at every request, so the usual one is made once."""
        return super().model_json_schema(*args, **options) if args or options else _schema(cls)


class SingleParameters(Parameters):
    """Base of parameters of which each has one value: which of two is meant, nobody can know."""

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Raises InvalidRequest for a parameter that the address names twice."""
        sent = request.args if has_request_context() else {}
        twice = [name for name in sent if len(request.args.getlist(name)) > 1]
        if twice:
            raise InvalidRequest([FieldError(name[:40], "Send exactly one value.") for name in twice[:10]])
        return super().model_validate(obj, **options)


@cache
def _schema(parameters: type[Parameters]) -> dict[str, Any]:
    return super(Parameters, parameters).model_json_schema()
