"""Instants: as a JSON body says them, with their zone, in the years 2000 to 2200; and as a form does, by local time."""

from __future__ import annotations

from datetime import UTC, datetime
from re import fullmatch
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, WithJsonSchema

from backend.routes.schemas.said_rules import INSTANT


def _instant(value: object) -> datetime:
    if not isinstance(value, str) or not fullmatch(INSTANT["pattern"], value):
        raise ValueError("must be an instant with its zone, such as 2026-11-30T22:00:00Z")
    return datetime.fromisoformat(value).astimezone(UTC)


def local_instant(text: str, zone: str) -> datetime | None:
    """The instant of a local time as browsers send it; None where the text names none."""
    try:
        local = datetime.fromisoformat(text.strip())
        return (local if local.tzinfo else local.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


Instant = Annotated[datetime, BeforeValidator(_instant), WithJsonSchema(INSTANT)]
