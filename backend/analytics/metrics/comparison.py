"""Which days and hours of a period stand beside which of the period it is compared with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from backend.analytics.metrics.period import HOUR, Compare, Grain, Period, first_day_of

Moves = tuple[tuple[date, int], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A period and the `other` one: as long and just before, or of the same calendar days a year earlier."""

    period: Period
    other: Period
    compare: Compare

    @property
    def distance(self) -> timedelta:
        """How far instants of the other period are moved on; nothing, where days and hours are matched by the clock."""
        is_by_clock = self.compare is Compare.PREVIOUS_YEAR or self.period.is_of_days
        return timedelta() if is_by_clock else self.period.start - self.other.start

    def after(self, day: date) -> date | None:
        """The day of the period beside a day of the other one; the 29th of February has none a year later."""
        if self.compare is Compare.PREVIOUS_YEAR:
            return None if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)
        return day if self.distance else day + (self.period.first_day - self.other.first_day)

    def moves(self) -> Moves:
        """By how many days the days of the other period are moved on, each number from a day on."""
        found: list[tuple[date, int]] = []
        for day in self.other.days():
            later = self.after(day)
            if later and (not found or (later - day).days != found[-1][1]):
                found.append((day, (later - day).days))
        return tuple(found)

    def before(self, grain: Grain) -> dict[str, date | datetime]:
        """For each bucket of the period beside which something of the other one stands, where that begins."""
        if self.distance:
            return {bucket.isoformat(): self._before(bucket) for bucket in self._reached().buckets(grain)}
        if grain is Grain.HOUR:
            names = reversed(self.hours().items())
            return {hour: datetime.fromisoformat(name) for name, hour in names}
        beside: dict[str, date | datetime] = {}
        for day in self.other.days():
            if later := self.after(day):
                beside.setdefault(first_day_of(grain, later).isoformat(), day)
        return beside

    def _reached(self) -> Period:
        return replace(self.period, end=self.period.start + (self.other.end - self.other.start))

    def _before(self, bucket: date | datetime) -> date | datetime:
        if isinstance(bucket, datetime):
            return max(bucket, self.period.start) - self.distance
        start = datetime.combine(bucket, time(), ZoneInfo(self.period.timezone))
        return (max(start, self.period.start).astimezone(UTC) - self.distance).astimezone(start.tzinfo).date()

    def hours(self) -> dict[str, str]:
        """For each hour of the other period, in ISO 8601, the hour beside it by the clock.

        Where clocks are set, both hours of one name then stand beside one, and a skipped hour's beside the next.
        """
        now, then = ([hour.isoformat() for hour in span.buckets(Grain.HOUR)] for span in (self.period, self.other))
        by_clock = {_clock(name): name for name in reversed(now)}
        hours: dict[str, str] = {}
        for name in then:
            clock = _clock(name)
            day = self.after(clock.date())
            later = datetime.combine(day, clock.time()) if day else None
            hour = later and (by_clock.get(later) or by_clock.get(later + HOUR))
            if hour:
                hours[name] = hour
        return hours


def _clock(hour: str) -> datetime:
    """The full hour by the clock."""
    return datetime.fromisoformat(hour).replace(tzinfo=None, minute=0)
