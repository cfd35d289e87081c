from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class PartHealth(BaseModel):
    """One part: whether it can do its work, and if not, why; the site works without a part that is not vital."""

    model_config = ConfigDict(frozen=True)

    ok: bool
    reason: str
    vital: bool


class HealthResponse(BaseModel):
    model_config = ConfigDict(frozen=True)

    status: Literal["ok", "degraded", "failing"]
    parts: dict[str, PartHealth]
