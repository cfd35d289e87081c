from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class PartHealth(BaseModel):
    """One part: whether it can do its work, and if not, why."""

    model_config = ConfigDict(frozen=True)

    ok: bool
    reason: str


class HealthResponse(BaseModel):
    model_config = ConfigDict(frozen=True)

    status: Literal["ok", "failing"]
    parts: dict[str, PartHealth]
