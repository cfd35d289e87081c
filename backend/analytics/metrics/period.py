"""A span of time as a reader asks for it: local days or instants, in a zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DEFAULT_DAYS = 30
LONGEST = timedelta(days=400)
LOOK_AHEAD = timedelta(hours=12)


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

    def shifts(self) -> tuple[timedelta, tuple[tuple[datetime, timedelta], ...]]:
        """How far local time is from UTC at the start, and each instant in the period from which it is otherwise."""
        zone = ZoneInfo(self.timezone)
        first = latest = _offset(self.start, zone)
        changes, seen = [], self.start.astimezone(UTC)
        while seen < self.end:
            ahead = min(seen + LOOK_AHEAD, self.end.astimezone(UTC))
            if (offset := _offset(ahead, zone)) != latest:
                changes.append((_change(seen, ahead, zone), offset))
                latest = offset
            seen = ahead
        return first, tuple(changes)


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The second at which clocks are set between two instants, by halves."""
    old = _offset(before, zone)
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
        before, after = (middle, after) if _offset(middle, zone) == old else (before, middle)
    return after.replace(microsecond=0)


def _day(moment: date | datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date() if isinstance(moment, datetime) else moment


def _instant(moment: date | datetime, zone: ZoneInfo, days_on: int) -> datetime:
    """An instant as it is; a day as its local midnight, or the next one. Never by adding 24 hours."""
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment + timedelta(days=days_on), time(), zone)
