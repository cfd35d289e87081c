"""Parameters of an address: the base of their types."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict


class Parameters(BaseModel):
    """Base of what an address is asked with: frozen, and nothing in it that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        """The JSON schema; the OpenAPI library asks for it at every request, so the usual one is made once."""
        return super().model_json_schema(*args, **options) if args or options else _schema(cls)


@cache
def _schema(parameters: type[Parameters]) -> dict[str, Any]:
    return super(Parameters, parameters).model_json_schema()
