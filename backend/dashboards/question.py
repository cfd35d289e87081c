"""The question in the address of a dashboard page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from difflib import get_close_matches
from itertools import islice
from re import fullmatch
from typing import Any, Self
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from backend.analytics.metrics.catalogue.query import (
    CURRENCY,
    DEFAULT_CURRENCY,
    Filter,
    Operator,
)
from backend.analytics.metrics.period import Compare, Grain, Period
from backend.dashboards.filters import FILTERS, Adding, adding_in, filters_in
from backend.dashboards.periods import ZONES, Preset, days_in, grain_of, preset_in, zone_in, zone_in_words
from backend.errors import FieldError, InvalidRequest
from backend.formats import plain_days, short_days

EVERYWHERE = ("period", "start", "end", "tz", "compare", "currency", *FILTERS)  # parameters of every page
SENT = frozenset({"field", "value", "typed", "shown"})  # by forms; no link says it
Chip = tuple[str, str, str]  # what it is about, which, and the address without it
Own = Mapping[str, Sequence[str]]  # parameters of one page, and what they may be
Address = dict[str, Any]  # what `url_for` takes: texts and lists of them
COMPARISONS = {"": "No comparison", "previous_period": "Previous period", "previous_year": "Previous year"}
MOST_UNKNOWN, LONGEST_NAME = 10, 40  # of what is told of unknown parameters


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
        zone = zone_in(tz, errors)
        today = now.astimezone(zone or ZoneInfo(default_zone)).date()
        preset = preset_in(args, errors)
        start, end = (preset.first_day(today), today) if preset else days_in(args, today, errors)
        compare, adding = _compare(args, errors), adding_in(args, errors)
        filters, currency = tuple(filters_in(args, adding, errors)), _currency(args, errors)
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

    def without(self, name: str) -> Self:
        """The same without a parameter of the page's own."""
        return replace(self, own={own: value for own, value in self.own.items() if own != name})

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
    def period_label(self) -> str:
        """The period, as short as a button."""
        if self.preset or self.period is None:
            return self.preset.label if self.preset else "Custom dates"
        return short_days(self.period.first_day, self.period.last_day)

    @property
    def days_in_words(self) -> str:
        """October 31 – November 29, 2026, New York time"""
        period = self.answerable()
        return f"{plain_days(period.first_day, period.last_day)}, {zone_in_words(self.tz)}"

    @property
    def grain(self) -> Grain:
        return grain_of(self.answerable())

    def zones(self) -> Iterable[str]:
        """The zones to choose from; one that came with the address joins them."""
        known = self.tz in ZONES or self.error("tz")
        return ZONES if known else (self.tz, *ZONES)


def _unknown(args: Iterable[str], own: Iterable[str]) -> Iterator[FieldError]:
    known = (*EVERYWHERE, *own)
    for name in args:
        if name not in known and name not in SENT:
            near = get_close_matches(name, FILTERS, n=1)
            hint = f"Did you mean “{near[0]}”?" if near else f"There are {', '.join(FILTERS)}."
            yield FieldError(name[:LONGEST_NAME], f"There is no filter “{name[:LONGEST_NAME]}”. {hint}")


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
