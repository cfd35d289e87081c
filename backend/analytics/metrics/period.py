"""A span of time as a reader asks for it: local days or instants, in a zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DEFAULT_DAYS = 30
LONGEST = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` up to but not including `end`, both aware, and the zone they are shown in."""

    start: datetime
    end: datetime
    timezone: str

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError("must lie before end")
        if self.end - self.start > LONGEST:
            raise ValueError(f"must lie at most {LONGEST.days} days before end")

    @classmethod
    def between(
        cls, start: date | datetime | None, end: date | datetime | None, timezone: str, now: datetime
    ) -> Period:
        """Local days count whole, both included; by default the last thirty days up to and with today."""
        zone = ZoneInfo(timezone)
        today = now.astimezone(zone).date()
        last = end if end is not None else today
        first = start if start is not None else _day(last, zone) - timedelta(days=DEFAULT_DAYS - 1)
        return cls(_instant(first, zone, 0), _instant(last, zone, 1), timezone)


def _day(moment: date | datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date() if isinstance(moment, datetime) else moment


def _instant(moment: date | datetime, zone: ZoneInfo, days_on: int) -> datetime:
    """An instant as it is; a day as its local midnight, or the next one. Never by adding 24 hours."""
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment + timedelta(days=days_on), time(), zone)
