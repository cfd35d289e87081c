"""A span of time as a reader asks for it: local days or instants, in a zone."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DEFAULT_DAYS = 30
LONGEST = timedelta(days=3_660)  # ten years; events are deleted sooner (EVENTS_RETENTION_DAYS), but for imports
LONGEST_BY_HOUR = timedelta(days=400)  # about ten thousand rows
LOOK_AHEAD = timedelta(hours=12)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Grain(StrEnum):
    """How long the stretches of time are that rows are counted by, in the reader's zone; weeks begin on Monday."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Compare(StrEnum):
    """The period as long and just before, or the same days a year earlier."""

    PREVIOUS_PERIOD = "previous_period"
    PREVIOUS_YEAR = "previous_year"


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` up to but not including `end`, both aware, and the zone they are shown in.

    `left_out`: a local day that does not count: the 29th of February that is compared with a year without one.
    """

    start: datetime
    end: datetime
    timezone: str
    left_out: date | None = None

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError("must be before end")
        if self.end - self.start > LONGEST:
            raise ValueError(f"must be at most {LONGEST.days:,} days before end")

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

    @property
    def first_day(self) -> date:
        return self.start.astimezone(ZoneInfo(self.timezone)).date()

    @property
    def last_day(self) -> date:
        """The local day that holds the last instant."""
        return (self.end - timedelta(microseconds=1)).astimezone(ZoneInfo(self.timezone)).date()

    def preceding(self, compare: Compare, now: datetime) -> Period | None:
        """The period to compare with. Whole days stay whole days, also where clocks are set.

        Where this one is not over, the other ends as far in, by its own clock, as this one has come: to the minute.
        A year earlier the same calendar days are compared: there is no period where none of them existed.
        """
        now = now.replace(second=0, microsecond=0)
        is_over = not self.start < now < self.end
        if compare is Compare.PREVIOUS_YEAR:
            return self._year_before(self.end if is_over else now)
        zone = ZoneInfo(self.timezone)
        is_of_days = self.is_of_days
        other = self._days_before(zone) if is_of_days else self._span_before()
        if is_over:
            return other
        cut = other.start + (now - self.start)
        if is_of_days:
            local = now.astimezone(zone)
            cut = datetime.combine(other.first_day + (local.date() - self.first_day), local.time(), zone)
        return replace(other, end=min(other.end, cut))

    def _days_before(self, zone: ZoneInfo) -> Period:
        first, last = self.first_day, self.last_day
        first, last = first - (last - first) - DAY, first - DAY
        return Period(_instant(first, zone, 0), _instant(last, zone, 1), self.timezone)

    def _span_before(self) -> Period:
        back = self.end - self.start
        return Period(self.start - back, self.end - back, self.timezone)

    def _year_before(self, end: datetime) -> Period | None:
        zone = ZoneInfo(self.timezone)
        start, end = (_year_before(instant.astimezone(zone)) for instant in (self.start, end))
        if start >= end:
            return None
        other = Period(start, end, self.timezone)
        days = (leap_day(year) for year in {other.first_day.year, other.last_day.year})
        left_out = next((day for day in days if day and other.first_day <= day <= other.last_day), None)
        if left_out == other.last_day:
            return replace(other, end=_instant(left_out, zone, 0))
        return replace(other, left_out=left_out)

    def until(self, now: datetime) -> Period:
        """The part that is over; all of the period, where none is."""
        return replace(self, end=min(self.end, now)) if self.start < now else self

    def buckets(self, grain: Grain) -> Iterator[date | datetime]:
        """The beginning of each bucket with a part in the period: local days; for hours, instants in the zone."""
        if grain is Grain.HOUR:
            yield from self._hours()
            return
        yield from dict.fromkeys(first_day_of(grain, day) for day in self.days())

    def days(self) -> Iterator[date]:
        """The local days with a part in it."""
        for number in range((self.last_day - self.first_day).days + 1):
            yield self.first_day + timedelta(days=number)

    def _hours(self) -> Iterator[datetime]:
        """An hour cut short where clocks are set by less than one begins, or ends, with the change."""
        zone = ZoneInfo(self.timezone)
        changes = [instant for instant, _ in self.shifts()[1]]
        reached = self.start.astimezone(UTC)
        while reached < self.end:
            full = _hour(reached, zone)
            start = max(full, *(change for change in changes if change <= reached), full)
            yield start.astimezone(zone)
            reached = min(full + HOUR, *(change for change in changes if change > reached), full + HOUR)

    @property
    def gap(self) -> tuple[datetime, datetime] | None:
        """The instants of the day that is left out."""
        zone = ZoneInfo(self.timezone)
        return (_instant(self.left_out, zone, 0), _instant(self.left_out, zone, 1)) if self.left_out else None

    @property
    def is_of_days(self) -> bool:
        """Whether it begins and ends at local midnight."""
        zone = ZoneInfo(self.timezone)
        return all(
            instant.astimezone(zone) == _instant(instant.astimezone(zone).date(), zone, 0)
            for instant in (self.start, self.end)
        )

    def shifts(self) -> tuple[timedelta, tuple[tuple[datetime, timedelta], ...]]:
        """The offset of local time where its first hour begins, and each instant from then on from which it differs."""
        zone = ZoneInfo(self.timezone)
        reached = self.start.astimezone(UTC) - HOUR
        first = latest = _offset(reached, zone)
        changes = []
        while reached < self.end:
            ahead = min(reached + LOOK_AHEAD, self.end.astimezone(UTC))
            if (offset := _offset(ahead, zone)) != latest:
                changes.append((_change(reached, ahead, zone), offset))
                latest = offset
            reached = ahead
        return first, tuple(changes)


def leap_day(year: int) -> date | None:
    return date(year, 2, 29) if isleap(year) else None


def _year_before(local: datetime) -> datetime:
    """The same day and time by the clock. All of the 29th of February lies where the 1st of March began."""
    if (local.month, local.day) == (2, 29):
        return datetime(local.year - 1, 3, 1, tzinfo=local.tzinfo)
    return local.replace(year=local.year - 1)


def first_day_of(grain: Grain, day: date) -> date:
    """The first day of the week or month of a day, or the day itself."""
    if grain is Grain.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if grain is Grain.MONTH else day


def _hour(instant: datetime, zone: ZoneInfo) -> datetime:
    """The full local hour before an instant, in UTC: two hours of one name are two."""
    local = instant.astimezone(zone)
    return instant - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)


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
