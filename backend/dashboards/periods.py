"""Which days a dashboard page is of: its presets, its first and last day, its zone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from backend.analytics.metrics.period import DEFAULT_DAYS, LONGEST, Grain, Period
from backend.errors import FieldError

HOURLY, DAILY = timedelta(days=2, hours=2), timedelta(days=93)
MOST_POINTS, MOST_WEEKS = 750, 110  # of a line that can still be read
LENGTHS = {Grain.HOUR: timedelta(hours=1), Grain.DAY: timedelta(days=1), Grain.WEEK: timedelta(days=7)}
LENGTHS |= {Grain.MONTH: timedelta(days=30)}
Days = tuple[date, date]
FirstDay = Callable[[], date | None]  # the first day of which there are events; None where there is no event


def long_ago() -> date:
    """The first day, for callers that ask no figures."""
    return date.min


class Preset(StrEnum):
    """A period that moves with the days. The value stands in the address.

    Periods of a number of days or months end yesterday, so that no line ends in a day that has hardly begun.
    """

    TODAY = "today"
    YESTERDAY = "yesterday"
    WEEK = "7d"
    THIRTY_DAYS = "30d"
    QUARTER = "90d"
    MONTH = "month"
    LAST_MONTH = "last_month"
    YEAR = "12mo"
    ALL = "all"

    @property
    def label(self) -> str:
        return LABELS[self]

    @property
    def key(self) -> str:
        """The key on the keyboard that chooses it, if any."""
        return KEYS.get(self, "")

    @property
    def ends_yesterday(self) -> bool:
        return self in ENDING_YESTERDAY

    def days(self, today: date, first_day: date | None) -> Days:
        """Its first and last day. `first_day`: the first of which there are events, if there are any."""
        yesterday, month = today - timedelta(days=1), today.replace(day=1)
        before = month - timedelta(days=1)
        oldest = today - LONGEST + timedelta(days=1)
        spans = {
            Preset.TODAY: (today, today),
            Preset.YESTERDAY: (yesterday, yesterday),
            Preset.MONTH: (month, today),
            Preset.LAST_MONTH: (before.replace(day=1), before),
            Preset.YEAR: (_year_before(today), yesterday),
            Preset.ALL: (max(min(first_day or today, today), oldest), today),
        }
        return spans.get(self) or (today - timedelta(days=int(self.removesuffix("d"))), yesterday)


LABELS = {
    Preset.TODAY: "Today",
    Preset.YESTERDAY: "Yesterday",
    Preset.WEEK: "Last 7 days",
    Preset.THIRTY_DAYS: "Last 30 days",
    Preset.QUARTER: "Last 90 days",
    Preset.MONTH: "This month",
    Preset.LAST_MONTH: "Last month",
    Preset.YEAR: "Last 12 months",
    Preset.ALL: "All time",
}
KEYS = {
    Preset.TODAY: "T",
    Preset.YESTERDAY: "Y",
    Preset.WEEK: "W",
    Preset.THIRTY_DAYS: "M",
    Preset.QUARTER: "Q",
    Preset.YEAR: "L",
    Preset.ALL: "A",
}
ENDING_YESTERDAY = frozenset({Preset.WEEK, Preset.THIRTY_DAYS, Preset.QUARTER, Preset.YEAR})


def _year_before(day: date) -> date:
    """The same day a year earlier; of February 29 it is March 1."""
    return date(day.year - 1, 3, 1) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def zone_label(name: str, now: datetime) -> str:
    """Asia/Kolkata -> Kolkata (UTC+5:30)"""
    offset = now.astimezone(ZoneInfo(name)).utcoffset() or timedelta()
    minutes = round(offset.total_seconds() / 60)
    if name == "UTC":
        return name
    hours, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else "+"
    return f"{name.rpartition('/')[2].replace('_', ' ')} (UTC{sign}{hours}{f':{rest:02}' if rest else ''})"


def grain_of(period: Period) -> Grain:
    """The grain that gives few enough points to be seen apart."""
    long = period.end - period.start
    if long <= HOURLY:
        return Grain.HOUR
    return Grain.DAY if long <= DAILY else Grain.WEEK if points_of(period, Grain.WEEK) <= MOST_WEEKS else Grain.MONTH


def points_of(period: Period, grain: Grain) -> int:
    """About how many points a line of the period has."""
    return -(-(period.end - period.start) // LENGTHS[grain])


def grains_of(period: Period) -> tuple[Grain, ...]:
    """The grains that give a line, and one that can be read."""
    return tuple(grain for grain in Grain if 1 < points_of(period, grain) <= MOST_POINTS)


def grain_in(args: Mapping[str, str], errors: list[FieldError]) -> Grain | None:
    text = args.get("grain", "")
    if text and text not in list(Grain):
        errors.append(FieldError("grain", "Show points by hour, day, week, or month."))
    return Grain(text) if text in list(Grain) else None


def too_many_points(period: Period, grain: Grain | None) -> FieldError | None:
    """Why a line cannot be drawn by this grain; None where it can."""
    points = points_of(period, grain) if grain else 0
    if points <= MOST_POINTS:
        return None
    too_many = f"By {grain} these dates give about {points:,} points, too many to read."
    return FieldError("grain", f"{too_many} Choose a longer step or fewer days.")


def zone_in(name: str, errors: list[FieldError]) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        errors.append(FieldError("tz", "Choose a time zone from the list."))
        return None


def preset_in(args: Mapping[str, str], today: date, first_day: date | None, errors: list[FieldError]) -> Preset | None:
    text = args.get("period", "") or _still_shown(args)
    if args.get("period") and (args.get("start") or args.get("end")):
        errors.append(FieldError("period", "Choose one of the periods, or a first and last day, but not both."))
    if text in list(Preset):
        return Preset(text)
    if text:
        errors.append(FieldError("period", "Choose one of the periods, or a first and last day."))
    return None if args.get("start") or args.get("end") or text else _usual(today, first_day)


def _usual(today: date, first_day: date | None) -> Preset:
    """What a page opens with. Where the first event came just now, days that end yesterday would not hold it."""
    is_new = first_day is None or first_day >= today - timedelta(days=1)
    return Preset.ALL if is_new else Preset.THIRTY_DAYS


def _still_shown(args: Mapping[str, str]) -> str:
    """The preset whose days the form showed, where they were left as they stood."""
    preset, _, days = args.get("shown", "").partition("/")
    return preset if preset in list(Preset) and days == f"{args.get('start', '')}/{args.get('end', '')}" else ""


def days_in(args: Mapping[str, str], today: date, errors: list[FieldError]) -> tuple[date, date]:
    end = _day(args, "end", "last", today, errors)
    start = _day(args, "start", "first", end - timedelta(days=DEFAULT_DAYS - 1), errors)
    if not errors and start > end:
        errors.append(FieldError("start", f"The first day must not be after the last day, {end}."))
    if not errors and end - start >= LONGEST:
        errors.append(FieldError("start", f"Choose {LONGEST.days:,} days or fewer."))
    return start, end


def _day(args: Mapping[str, str], name: str, which: str, default: date, errors: list[FieldError]) -> date:
    text = args.get(name, "").strip()
    if not text:
        return default
    try:
        day = date.fromisoformat(text)
    except ValueError:
        errors.append(FieldError(name, f"Enter the {which} day as year, month and day, like 2026-11-21."))
        return default
    if not 2000 <= day.year <= 2200:
        errors.append(FieldError(name, f"The {which} day must be between 2000 and 2200."))
        return default
    return day
