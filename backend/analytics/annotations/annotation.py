"""Annotations: what happened when, marked in the charts over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Annotation:
    """An annotation of a day, whose date it marks in every zone, or of an instant; `mine`: the reader wrote it."""

    public_id: UUID
    at: date | datetime
    text: str
    mine: bool
    created_at: datetime

    def moment(self, zone: ZoneInfo) -> datetime:
        """The instant on an axis: a day stands where it begins, be it at one o'clock because clocks are set."""
        if isinstance(self.at, datetime):
            return self.at.astimezone(zone)
        return datetime.combine(self.at, time(), zone).astimezone(UTC).astimezone(zone)
