"""What the operators' pages may be asked, and what they show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Self
from zoneinfo import ZoneInfo

from backend.analytics.events.names import EventName
from backend.analytics.metrics.funnel import WINDOW, FunnelStep
from backend.analytics.metrics.period import DEFAULT_DAYS, LONGEST, Period
from backend.analytics.metrics.service import FunnelReport
from backend.csv_table import csv_lines
from backend.errors import FieldError, InvalidRequest
from backend.routes.schemas.dashboard import FunnelStepOut

HOME = "/analytics/funnel"
FUNNEL_COLUMNS = (
    "step",
    "sessions",
    "of_first",
    "of_step_before",
    "dropoff",
    "median_seconds",
    "p90_seconds",
    "event",
)
ZONES = (
    "UTC",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "Europe/London",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Asia/Tokyo",
    "Australia/Sydney",
)


class Preset(StrEnum):
    """A period that moves with the days. The value stands in the address."""

    WEEK = "7d"
    THIRTY_DAYS = "30d"
    QUARTER = "90d"
    MONTH = "month"

    @property
    def label(self) -> str:
        return "This month" if self is Preset.MONTH else f"{self.removesuffix('d')} days"

    def first_day(self, today: date) -> date:
        if self is Preset.MONTH:
            return today.replace(day=1)
        return today - timedelta(days=int(self.removesuffix("d")) - 1)


@dataclass(frozen=True, slots=True)
class FunnelQuestion:
    """What the address asks. Values stay as entered, so that a wrong one comes back to be mended."""

    preset: Preset | None
    start: str
    end: str
    tz: str
    period: Period | None
    errors: tuple[FieldError, ...] = ()

    @classmethod
    def parse(cls, args: Mapping[str, str], default_zone: str, now: datetime) -> Self:
        """`?period=7d` or `?start=2026-11-01&end=2026-11-21`, and `&tz=America/New_York`."""
        errors: list[FieldError] = []
        tz = args.get("tz", "").strip() or default_zone
        zone = _zone(tz, errors)
        today = now.astimezone(zone or ZoneInfo(default_zone)).date()
        preset = _preset(args, errors)
        if preset:
            start, end = preset.first_day(today), today
        else:
            end = _day(args, "end", "last", today, errors)
            start = _day(args, "start", "first", end - timedelta(days=DEFAULT_DAYS - 1), errors)
            if not errors and start > end:
                errors.append(FieldError("start", f"The first day must not come after the last day, {end}."))
            if not errors and end - start >= LONGEST:
                errors.append(FieldError("start", f"The days must be {LONGEST.days} at most."))
        if errors:
            return cls(preset, args.get("start", ""), args.get("end", ""), tz, None, tuple(errors))
        return cls(preset, f"{start}", f"{end}", tz, Period.between(start, end, tz, now))

    def answerable(self) -> Period:
        """The period, for those who can't show a form again."""
        if self.period is None:
            raise InvalidRequest(self.errors)
        return self.period

    def error(self, field: str) -> str:
        return next((error.message for error in self.errors if error.field == field), "")

    def address(self) -> dict[str, str]:
        """The same question as the parts of an address."""
        if self.preset:
            return {"period": self.preset, "tz": self.tz}
        return {"start": self.start, "end": self.end, "tz": self.tz}

    def zones(self) -> Iterable[str]:
        """The zones to choose from; one that came with the address joins them."""
        known = self.tz in ZONES or self.error("tz")
        return ZONES if known else (self.tz, *ZONES)


@dataclass(frozen=True, slots=True)
class Row:
    """One step of the chart. `reach` and `before` are shares of the first step, for the bars."""

    step: FunnelStep
    reach: float
    before: float


@dataclass(frozen=True, slots=True)
class Loss:
    """Where most sessions were lost on the way to the result: between which steps, how many, of how many."""

    before: str
    after: str
    lost: int
    of: int
    rate: float | None


@dataclass(frozen=True, slots=True)
class FunnelPage:
    """The funnel as its page tells it."""

    rows: tuple[Row, ...]
    sessions: int
    result: FunnelStep
    offer: FunnelStep
    upgrade: FunnelStep
    loss: Loss | None
    immature: int
    window_hours: int
    first_day: datetime
    last_day: datetime
    timezone: str
    as_of: datetime
    partial: bool

    @classmethod
    def of(cls, report: FunnelReport) -> Self:
        steps = report.funnel.steps
        named = {step.name: step for step in steps}
        zone = ZoneInfo(report.period.timezone)
        return cls(
            rows=tuple(_rows(steps)),
            sessions=steps[0].sessions,
            result=named[EventName.ASSESSMENT_SUBMITTED],
            offer=named[EventName.OFFER_VIEWED],
            upgrade=named[EventName.UPGRADE_CLICKED],
            loss=_largest_loss(steps[: steps.index(named[EventName.ASSESSMENT_SUBMITTED]) + 1]),
            immature=report.funnel.immature,
            window_hours=int(WINDOW.total_seconds()) // 3600,
            first_day=report.period.start.astimezone(zone),
            last_day=(report.period.end - timedelta(microseconds=1)).astimezone(zone),
            timezone=report.period.timezone,
            as_of=report.as_of,
            partial=report.period.start <= report.as_of < report.period.end,
        )

    @property
    def message(self) -> str:
        """The sentence that the chart proves."""
        saw = f"{self.result.sessions:,}" if self.result.sessions else "none"
        return f"Of {self.sessions:,} session{'' if self.sessions == 1 else 's'}, {saw} saw the result"


def funnel_csv(report: FunnelReport) -> str:
    """The chart's rows; rates are fractions, empty where they would rest on fewer than ten sessions."""
    steps = map(FunnelStepOut.model_validate, report.funnel.steps)
    rows = (
        (
            step.label,
            step.sessions,
            step.from_first,
            step.from_previous,
            step.dropoff,
            step.median_seconds,
            step.p90_seconds,
            step.name,
        )
        for step in steps
    )
    return "".join(csv_lines(FUNNEL_COLUMNS, rows))


def zone_label(name: str, now: datetime) -> str:
    """Asia/Kolkata -> Kolkata (UTC+5:30)"""
    offset = now.astimezone(ZoneInfo(name)).utcoffset() or timedelta()
    minutes = round(offset.total_seconds() / 60)
    if name == "UTC":
        return name
    hours, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else "+"
    return f"{name.rpartition('/')[2].replace('_', ' ')} (UTC{sign}{hours}{f':{rest:02}' if rest else ''})"


def _zone(name: str, errors: list[FieldError]) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        errors.append(FieldError("tz", "Choose a time zone from the list."))
        return None


def _preset(args: Mapping[str, str], errors: list[FieldError]) -> Preset | None:
    given = args.get("period", "")
    if given in list(Preset):
        return Preset(given)
    if given:
        errors.append(FieldError("period", "Choose one of the periods, or a first and a last day."))
    return None if args.get("start") or args.get("end") or given else Preset.THIRTY_DAYS


def _day(args: Mapping[str, str], field: str, which: str, default: date, errors: list[FieldError]) -> date:
    given = args.get(field, "").strip()
    if not given:
        return default
    try:
        day = date.fromisoformat(given)
    except ValueError:
        errors.append(FieldError(field, f"Enter the {which} day as year, month and day, like 2026-11-21."))
        return default
    if not 2000 <= day.year <= 2200:
        errors.append(FieldError(field, f"The {which} day must lie between 2000 and 2200."))
        return default
    return day


def _rows(steps: tuple[FunnelStep, ...]) -> Iterable[Row]:
    first = steps[0].sessions or 1
    for before, step in zip((steps[0], *steps), steps, strict=False):
        yield Row(step, step.sessions / first, before.sessions / first)


def _largest_loss(steps: tuple[FunnelStep, ...]) -> Loss | None:
    before, after = max(pairwise(steps), key=lambda pair: pair[1].dropoff)
    if not after.dropoff:
        return None
    rate = None if after.from_previous is None else 1 - after.from_previous
    return Loss(before.label, after.label, after.dropoff, before.sessions, rate)
