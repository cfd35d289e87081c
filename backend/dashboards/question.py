"""The question in the address of a dashboard page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from difflib import get_close_matches
from enum import StrEnum
from itertools import islice
from re import fullmatch
from typing import Any, Self
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from backend.analytics.metrics.catalogue.dimensions import DIMENSIONS, SESSIONS_ONLY
from backend.analytics.metrics.catalogue.query import (
    CURRENCY,
    DEFAULT_CURRENCY,
    LONGEST_VALUE,
    MOST_VALUES,
    Filter,
    Operator,
)
from backend.analytics.metrics.catalogue.vocabularies import VOCABULARIES, as_kept, can_be
from backend.analytics.metrics.period import DEFAULT_DAYS, LONGEST, Compare, Grain, Period
from backend.errors import FieldError, InvalidRequest

FILTERS = tuple(name for name, dimension in DIMENSIONS.items() if dimension.sources >= SESSIONS_ONLY)
FILTER_CHOICES = tuple((name, DIMENSIONS[name].label) for name in FILTERS)
EVERYWHERE = ("period", "start", "end", "tz", "compare", "currency", *FILTERS)  # parameters of every page
SENT = frozenset({"field", "value", "typed", "shown"})  # by forms; no link says it
Chip = tuple[str, str, str]  # what it is about, which, and the address without it
Own = Mapping[str, Sequence[str]]  # parameters of one page, and what they may be
Address = dict[str, Any]  # what `url_for` takes: texts and lists of them
COMPARISONS = {"": "Nothing", "previous_period": "Previous period", "previous_year": "Previous year"}
MOST_UNKNOWN, LONGEST_NAME = 10, 40  # of what is told of unknown parameters
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


@dataclass(frozen=True, slots=True)
class Adding:
    """A filter that a form adds: its dimension and typed names of values; without values, they are chosen next."""

    field: str
    typed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageQuestion:
    """The question of an address. Values stay as entered, so that a wrong one comes back to be mended.

    `own`: parameters that one page alone reads; they stay in its addresses.
    """

    preset: Preset | None
    start: str
    end: str
    tz: str
    period: Period | None
    compare: Compare | None = None
    filters: tuple[Filter, ...] = ()
    own: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[FieldError, ...] = ()
    adding: Adding | None = None
    currency: str = DEFAULT_CURRENCY

    @classmethod
    def parse(cls, args: MultiDict[str, str], default_zone: str, now: datetime, own: Iterable[str] = ()) -> Self:
        """`?period=7d` or `?start=2026-11-01&end=2026-11-21`, `&tz=America/New_York`, `&compare=`, `&source=google`.

        An unknown parameter is an error: a misspelt filter would leave everything in.
        """
        errors = list(islice(_unknown(args, own := tuple(own)), MOST_UNKNOWN))
        tz = args.get("tz", "").strip() or default_zone
        zone = _zone(tz, errors)
        today = now.astimezone(zone or ZoneInfo(default_zone)).date()
        preset = _preset(args, errors)
        start, end = (preset.first_day(today), today) if preset else _days(args, today, errors)
        compare, adding = _compare(args, errors), _adding(args, errors)
        filters, currency = tuple(_filters(args, adding, errors)), _currency(args, errors)
        own_values = {name: args[name] for name in own if args.get(name)}
        if errors:
            entered = args.get("start", ""), args.get("end", "")
            return cls(preset, *entered, tz, None, compare, filters, own_values, tuple(errors), currency=currency)
        period = Period.between(start, end, tz, now)
        return cls(
            preset, f"{start}", f"{end}", tz, period, compare, filters, own_values, adding=adding, currency=currency
        )

    def answerable(self) -> Period:
        """The period, for callers that cannot show a form again."""
        if self.period is None:
            raise InvalidRequest(self.errors)
        return self.period

    def error(self, name: str) -> str:
        return next((error.message for error in self.errors if error.field == name), "")

    def address(self) -> Address:
        """The same question as the parts of an address."""
        days = {"period": str(self.preset)} if self.preset else {"start": self.start, "end": self.end}
        parts: Address = {**days, "tz": self.tz}
        parts |= {"compare": str(self.compare)} if self.compare else {}
        parts |= {"currency": self.currency} if self.currency != DEFAULT_CURRENCY else {}
        parts |= {condition.field: list(condition.values) for condition in self.filters}
        return parts | dict(self.own)

    def shared(self) -> Address:
        """The parameters that other pages know too."""
        address = replace(self, own={}).address()
        return {name: value for name, value in address.items() if self.period or name in FILTERS}

    def within(self, own: Own) -> Self:
        """The same, with errors where a parameter of the page's own has no allowed value."""
        wrong = {name: value[:LONGEST_NAME] for name, value in self.own.items() if value not in own[name]}
        if not wrong:
            return self
        faults = (FieldError(name, f"There is no {name.replace('_', ' ')} “{value}”.") for name, value in wrong.items())
        right = {name: value for name, value in self.own.items() if name not in wrong}
        return replace(self, period=None, own=right, errors=(*self.errors, *faults))

    def choosing(self, name: str, value: str) -> Self:
        """The same with another value of a parameter of the page's own."""
        return replace(self, own={**self.own, name: value})

    def parts(self, *without: str) -> Iterator[tuple[str, str]]:
        """The address, one name and one value at a time, for forms that change the rest."""
        for name, value in self.address().items():
            if name not in without:
                yield from ((name, text) for text in ([value] if isinstance(value, str) else value))

    def with_filter(self, name: str, value: str | None) -> Self:
        """The same about one value of a dimension; None is "there is none"."""
        others = tuple(condition for condition in self.filters if condition.field != name)
        return replace(self, filters=(*others, Filter(name, Operator.IN, (value or "",))))

    def with_added(self, values: Iterable[str]) -> Self:
        """The same with the filter that a form adds, in stored values."""
        if self.adding is None:
            return self
        name = self.adding.field
        before = next((condition.values for condition in self.filters if condition.field == name), ())
        others = tuple(condition for condition in self.filters if condition.field != name)
        added = Filter(name, Operator.IN, tuple(dict.fromkeys((*before, *values))))
        return replace(self, filters=(*others, added), adding=None)

    def without_value(self, name: str, value: str) -> Self:
        """The same with one value less of a filter."""
        remaining = (
            replace(
                condition, values=tuple(text for text in condition.values if (condition.field, text) != (name, value))
            )
            for condition in self.filters
        )
        return replace(self, filters=tuple(condition for condition in remaining if condition.values))

    def chips(self, chip: Callable[[str, str], Chip]) -> list[Chip]:
        return [chip(condition.field, value) for condition in self.filters for value in condition.values]

    def unfiltered(self) -> Self:
        return replace(self, filters=())

    @property
    def last_moment(self) -> datetime:
        return self.answerable().end - timedelta(microseconds=1)

    @property
    def grain(self) -> Grain:
        """The grain that gives few enough points to be seen apart."""
        long = self.answerable().end - self.answerable().start
        return Grain.HOUR if long <= HOURLY else Grain.DAY if long <= DAILY else Grain.WEEK

    def zones(self) -> Iterable[str]:
        """The zones to choose from; one that came with the address joins them."""
        known = self.tz in ZONES or self.error("tz")
        return ZONES if known else (self.tz, *ZONES)


def zone_label(name: str, now: datetime) -> str:
    """Asia/Kolkata -> Kolkata (UTC+5:30)"""
    offset = now.astimezone(ZoneInfo(name)).utcoffset() or timedelta()
    minutes = round(offset.total_seconds() / 60)
    if name == "UTC":
        return name
    hours, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else "+"
    return f"{name.rpartition('/')[2].replace('_', ' ')} (UTC{sign}{hours}{f':{rest:02}' if rest else ''})"


def _unknown(args: Iterable[str], own: Iterable[str]) -> Iterator[FieldError]:
    known = (*EVERYWHERE, *own)
    for name in args:
        if name not in known and name not in SENT:
            near = get_close_matches(name, FILTERS, n=1)
            hint = f"Did you mean “{near[0]}”?" if near else f"There are {', '.join(FILTERS)}."
            yield FieldError(name[:LONGEST_NAME], f"There is no filter “{name[:LONGEST_NAME]}”. {hint}")


def _zone(name: str, errors: list[FieldError]) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        errors.append(FieldError("tz", "Choose a time zone from the list."))
        return None


def _preset(args: Mapping[str, str], errors: list[FieldError]) -> Preset | None:
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


def _compare(args: Mapping[str, str], errors: list[FieldError]) -> Compare | None:
    text = args.get("compare", "")
    if text and text not in list(Compare):
        errors.append(FieldError("compare", "Compare with the previous period, the previous year, or nothing."))
    return Compare(text) if text in list(Compare) else None


def _currency(args: Mapping[str, str], errors: list[FieldError]) -> str:
    text = args.get("currency", "") or DEFAULT_CURRENCY
    if fullmatch(CURRENCY, text):
        return text
    errors.append(FieldError("currency", "A currency is three capital letters, such as USD."))
    return DEFAULT_CURRENCY


def _adding(args: MultiDict[str, str], errors: list[FieldError]) -> Adding | None:
    """`field` with `value`, which may be empty (there is none), and `typed`, which is empty where nothing was typed."""
    name = args.get("field", "")
    if not name:
        return None
    if name not in FILTERS:
        errors.append(FieldError("field", "Choose a filter from the list."))
        return None
    typed = filter(None, (value.strip() for value in args.getlist("typed")))
    return Adding(name, (*(value.strip() for value in args.getlist("value")), *typed))


def _filters(args: MultiDict[str, str], adding: Adding | None, errors: list[FieldError]) -> Iterator[Filter]:
    """A filter for each dimension that the address names."""
    for name in FILTERS:
        values = [as_kept(name, value.strip()) for value in args.getlist(name)]
        entered = [*values, *(adding.typed if adding and adding.field == name else ())]
        if any("\0" in value for value in entered):
            errors.append(FieldError(name, "Filters can hold printable text only."))
        elif len(entered) > MOST_VALUES or any(len(value) > LONGEST_VALUE for value in entered):
            errors.append(FieldError(name, f"Send up to {MOST_VALUES} values of up to {LONGEST_VALUE} characters."))
        elif not all(can_be(name, value) for value in values):
            errors.append(FieldError(name, f"{DIMENSIONS[name].label} {VOCABULARIES[name].says}."))
        elif values:
            yield Filter(name, Operator.IN, tuple(dict.fromkeys(values)))


def _days(args: Mapping[str, str], today: date, errors: list[FieldError]) -> tuple[date, date]:
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
