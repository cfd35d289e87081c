from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from backend.routes.schemas.answer import Out


class ClientKeyPath(BaseModel):
    client_key: str = Field(min_length=1, max_length=64, description="The setting `FLAGS_CLIENT_KEY`; no secret.")


class FlagConfigResponse(Out):
    """The flags as GrowthBook's SDKs read them."""

    status: Literal[200]
    features: dict[str, Any] = Field(description="Each flag: `defaultValue`, and `rules` in order.")
    savedGroups: dict[str, Any] = Field(description="Empty: lists of people stay on the server.")  # noqa: N815
    hashed: list[str] = Field(description="Attributes to give as `sha256(salt + value)` in hexadecimal digits.")
    salt: str
    dateUpdated: datetime | None  # noqa: N815
