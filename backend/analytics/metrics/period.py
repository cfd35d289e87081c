"""A span of time as a reader asks for it: local days or instants, in a zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DEFAULT_DAYS = 30
LONGEST = timedelta(days=400)
LOOK_AHEAD = timedelta(hours=12)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)


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

    @property
    def first_day(self) -> date:
        return self.start.astimezone(ZoneInfo(self.timezone)).date()

    @property
    def last_day(self) -> date:
        """The local day that holds the last instant."""
        return (self.end - timedelta(microseconds=1)).astimezone(ZoneInfo(self.timezone)).date()

    def preceding(self, compare: Compare, now: datetime) -> Period:
        """The period to compare with. Whole days stay whole days, also where clocks are set.

        Where this one is not over, the other ends as far in, by its own clock, as this one has come: to the minute.
        """
        zone = ZoneInfo(self.timezone)
        is_of_days = self.is_of_days
        other = self._days_before(compare, zone) if is_of_days else self._span_before(compare)
        now = now.replace(second=0, microsecond=0)
        if not self.start < now < self.end:
            return other
        cut = other.start + (now - self.start)
        if is_of_days:
            local = now.astimezone(zone)
            cut = datetime.combine(other.first_day + (local.date() - self.first_day), local.time(), zone)
        return replace(other, end=min(other.end, cut))

    def _days_before(self, compare: Compare, zone: ZoneInfo) -> Period:
        first, last = self.first_day, self.last_day
        if compare is Compare.PREVIOUS_PERIOD:
            first, last = first - (last - first) - DAY, first - DAY
        else:
            first, last = _year_before(first), _year_before(last)
        return Period(_instant(first, zone, 0), _instant(last, zone, 1), self.timezone)

    def _span_before(self, compare: Compare) -> Period:
        previous = compare is Compare.PREVIOUS_PERIOD
        back = self.end - self.start if previous else self.first_day - _year_before(self.first_day)
        return Period(self.start - back, self.end - back, self.timezone)

    def until(self, now: datetime) -> Period:
        """The part that is over; all of the period, where none is."""
        return replace(self, end=min(self.end, now)) if self.start < now else self

    def buckets(self, grain: Grain) -> Iterator[date | datetime]:
        """The beginning of each bucket with a part in the period: local days; for hours, instants in the zone."""
        if grain is Grain.HOUR:
            yield from self._hours()
            return
        day = self.first_day
        day -= {Grain.WEEK: timedelta(days=day.weekday()), Grain.MONTH: timedelta(days=day.day - 1)}.get(
            grain, timedelta()
        )
        while day <= self.last_day:
            yield day
            day = _next_month(day) if grain is Grain.MONTH else day + (WEEK if grain is Grain.WEEK else DAY)

    def _hours(self) -> Iterator[datetime]:
        zone = ZoneInfo(self.timezone)
        reached, start = self.start.astimezone(UTC), None
        while reached < self.end:
            hour = _hour(reached, zone)
            if hour != start:
                yield hour.astimezone(zone)
            start, reached = hour, hour + HOUR

    @property
    def is_of_days(self) -> bool:
        """Whether it begins and ends at local midnight."""
        zone = ZoneInfo(self.timezone)
        return all(
            instant.astimezone(zone) == _instant(instant.astimezone(zone).date(), zone, 0)
            for instant in (self.start, self.end)
        )

    def shifts(self) -> tuple[timedelta, tuple[tuple[datetime, timedelta], ...]]:
        """The offset of local time at the start, and each instant in the period from which it differs."""
        zone = ZoneInfo(self.timezone)
        first = latest = _offset(self.start, zone)
        changes, reached = [], self.start.astimezone(UTC)
        while reached < self.end:
            ahead = min(reached + LOOK_AHEAD, self.end.astimezone(UTC))
            if (offset := _offset(ahead, zone)) != latest:
                changes.append((_change(reached, ahead, zone), offset))
                latest = offset
            reached = ahead
        return first, tuple(changes)


def hours_beside(period: Period, compared: Period) -> dict[str | None, str]:
    """For each hour of `compared`, in ISO 8601, the hour beside it: of whole days by the clock, else by turn.

    Where clocks are set, both hours of one name then stand beside one, and a skipped hour's beside the next.
    """
    now, then = ([hour.isoformat() for hour in span.buckets(Grain.HOUR)] for span in (period, compared))
    if not period.is_of_days:
        return dict(zip(then, now, strict=False))
    by_clock = {_clock(name): name for name in reversed(now)}
    beside = {name: _clock(name) + (period.first_day - compared.first_day) for name in then}
    hours = {name: by_clock.get(clock) or by_clock.get(clock + HOUR) for name, clock in beside.items()}
    return {name: hour for name, hour in hours.items() if hour is not None}


def _clock(hour: str) -> datetime:
    return datetime.fromisoformat(hour).replace(tzinfo=None)


def _year_before(day: date) -> date:
    """The 29th of February has the 28th before it."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _next_month(day: date) -> date:
    return day.replace(year=day.year + day.month // 12, month=day.month % 12 + 1)


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
