"""An instant as a JSON body says it: with its zone, in the years 2000 to 2200."""

from __future__ import annotations

from datetime import UTC, datetime
from re import fullmatch
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

from backend.routes.schemas.said_rules import INSTANT


def _instant(value: object) -> datetime:
    if not isinstance(value, str) or not fullmatch(INSTANT["pattern"], value):
        raise ValueError("must be an instant with its zone, such as 2026-11-30T22:00:00Z")
    return datetime.fromisoformat(value).astimezone(UTC)


Instant = Annotated[datetime, BeforeValidator(_instant), WithJsonSchema(INSTANT)]
