"""Which days a dashboard page is of: its presets, its first and last day, its zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from backend.analytics.metrics.period import DEFAULT_DAYS, LONGEST, Grain, Period
from backend.errors import FieldError

HOURLY, DAILY = timedelta(days=2, hours=2), timedelta(days=93)
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


def zone_label(name: str, now: datetime) -> str:
    """Asia/Kolkata -> Kolkata (UTC+5:30)"""
    offset = now.astimezone(ZoneInfo(name)).utcoffset() or timedelta()
    minutes = round(offset.total_seconds() / 60)
    if name == "UTC":
        return name
    hours, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else "+"
    return f"{name.rpartition('/')[2].replace('_', ' ')} (UTC{sign}{hours}{f':{rest:02}' if rest else ''})"


def zone_in_words(name: str) -> str:
    """New York time; UTC"""
    return name if "/" not in name else f"{name.rpartition('/')[2].replace('_', ' ')} time"


def grain_of(period: Period) -> Grain:
    """The grain that gives few enough points to be seen apart."""
    long = period.end - period.start
    return Grain.HOUR if long <= HOURLY else Grain.DAY if long <= DAILY else Grain.WEEK


def zone_in(name: str, errors: list[FieldError]) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        errors.append(FieldError("tz", "Choose a time zone from the list."))
        return None


def preset_in(args: Mapping[str, str], errors: list[FieldError]) -> Preset | None:
    text = args.get("period", "") or _still_shown(args)
    if text in list(Preset):
        return Preset(text)
    if text:
        errors.append(FieldError("period", "Choose one of the periods, or a first and last day."))
    return None if args.get("start") or args.get("end") or text else Preset.THIRTY_DAYS


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
