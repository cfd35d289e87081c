"""The question in the address of a dashboard page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice
from re import fullmatch
from typing import Any, Self
from zoneinfo import ZoneInfo

from werkzeug.datastructures import MultiDict

from backend.analytics.metrics.catalogue.filter_parameters import CONDITIONS, parameter_of, parameters_of
from backend.analytics.metrics.catalogue.query import (
    CURRENCY,
    DEFAULT_CURRENCY,
    Filter,
    Operator,
)
from backend.analytics.metrics.period import Compare, Grain, Period
from backend.dashboards.filters import LONGEST_NAME, NO_FILTER, Adding, adding_in, filters_in, no_filter
from backend.dashboards.periods import (
    FirstDay,
    Preset,
    days_in,
    grain_in,
    grain_of,
    grains_of,
    long_ago,
    preset_in,
    too_many_points,
    zone_in,
    zone_label,
)
from backend.errors import FieldError, InvalidRequest
from backend.formats import plain_days, short_days
from backend.time_zones import zone_in_words, zone_names

EVERYWHERE = ("period", "start", "end", "tz", "compare", "grain", "currency", *CONDITIONS)  # parameters of every page
SENT = frozenset({"field", "op", "value", "typed", "shown"})  # by forms; no link says it
Own = Mapping[str, Sequence[str]]  # parameters of one page, and what they may be
Address = dict[str, Any]  # what `url_for` takes: texts and lists of them
NO_COMPARISON = "none"
MOST_UNKNOWN = 10  # parameters that are told of


@dataclass(frozen=True, slots=True)
class PageQuestion:
    """The question of an address. Values stay as entered, so that a wrong one comes back to be mended.

    `own`: parameters that one page alone reads; they stay in its addresses. `chosen_grain`: where one was chosen.
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
    chosen_grain: Grain | None = None

    @classmethod
    def parse(
        cls,
        args: MultiDict[str, str],
        default_zone: str,
        now: datetime,
        own: Iterable[str] = (),
        first_day: FirstDay = long_ago,
    ) -> Self:
        """`?period=7d` or `?start=2026-11-01&end=2026-11-21`, `&tz=America/New_York`, `&compare=`, `&source=google`.

        An unknown parameter is an error: a misspelt filter would leave everything in. `first_day`: the first of events.
        """
        errors = list(islice(_unknown(args, own := tuple(own)), MOST_UNKNOWN))
        tz = args.get("tz", "").strip() or default_zone
        zone = zone_in(tz, errors)
        today = now.astimezone(zone or ZoneInfo(default_zone)).date()
        began = first_day() if args.get("period", "") in ("", Preset.ALL) else None
        preset = preset_in(args, today, began, errors)
        start, end = preset.days(today, began) if preset else days_in(args, today, errors)
        adding = adding_in(args, errors)
        parts: dict[str, Any] = {
            "compare": _compare(args, preset, errors),
            "filters": tuple(filters_in(args, adding, errors)),
            "own": {name: args[name] for name in own if args.get(name)},
            "currency": _currency(args, errors),
            "chosen_grain": None if "grain" in own else grain_in(args, errors),
        }
        period = None if errors else Period.between(start, end, tz, now)
        if period and (crowded := too_many_points(period, parts["chosen_grain"])):
            errors, parts["chosen_grain"], period = [crowded], None, None
        if period is None:
            return cls(preset, args.get("start", ""), args.get("end", ""), tz, None, errors=tuple(errors), **parts)
        return cls(preset, f"{start}", f"{end}", tz, period, adding=adding, **parts)

    def answerable(self) -> Period:
        """The period, for callers that cannot show a form again."""
        if self.period is None:
            raise InvalidRequest(self.errors)
        return self.period

    def error(self, name: str) -> str:
        return next((error.message for error in self.errors if error.field == name), "")

    def place_of(self, error: FieldError) -> str:
        """The id of the field or menu of the page where an error is fixed."""
        of_filter = error.code == NO_FILTER or error.field in CONDITIONS or error.field in SENT
        return "filter" if of_filter else error.field

    @property
    def names_no_filter(self) -> bool:
        """Whether a parameter is wrong because there is no filter of that name."""
        return any(error.code == NO_FILTER for error in self.errors)

    def address(self) -> Address:
        """The same question as the parts of an address."""
        days = {"period": str(self.preset)} if self.preset else {"start": self.start, "end": self.end}
        parts: Address = {**days, "tz": self.tz}
        parts |= {} if self._compares_as_usual else {"compare": str(self.compare or NO_COMPARISON)}
        parts |= {"grain": str(self.chosen_grain)} if self.chosen_grain else {}
        parts |= {"currency": self.currency} if self.currency != DEFAULT_CURRENCY else {}
        parts |= parameters_of(self.filters)
        return parts | dict(self.own)

    def address_without(self, parameter: str) -> Address:
        return {name: value for name, value in self.address().items() if name != parameter}

    def shared(self) -> Address:
        """The parameters that other pages know too."""
        address = replace(self, own={}).address()
        return {name: value for name, value in address.items() if self.period or name in CONDITIONS}

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

    def without_own(self, name: str) -> Self:
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
        added = self.adding.condition((*self.adding.before(self.filters), *values))
        return replace(self.without(added), adding=None).with_condition(added)

    def with_condition(self, condition: Filter) -> Self:
        return replace(self, filters=(*self.filters, condition))

    def without(self, condition: Filter) -> Self:
        """The same without the filter of that parameter."""
        parameter = parameter_of(condition)
        return replace(self, filters=tuple(other for other in self.filters if parameter_of(other) != parameter))

    def unfiltered(self) -> Self:
        return replace(self, filters=())

    @property
    def period_label(self) -> str:
        """The period, as short as a button."""
        if self.preset or self.period is None:
            return self.preset.label if self.preset else "Custom dates"
        return short_days(self.period.first_day, self.period.last_day)

    @property
    def zone_label(self) -> str:
        """The zone, with how far from UTC it is when the period ends."""
        return zone_label(self.tz, self.period.end) if self.period else self.tz

    @property
    def zones(self) -> tuple[str, ...]:
        """The zones to choose from."""
        return zone_names()

    @property
    def days_in_words(self) -> str:
        """October 31 – November 29, 2026, New York time"""
        period = self.answerable()
        return f"{plain_days(period.first_day, period.last_day)}, {zone_in_words(self.tz)}"

    @property
    def grain(self) -> Grain:
        return self.chosen_grain or grain_of(self.answerable())

    @property
    def grains(self) -> tuple[Grain, ...]:
        """The grains to choose from."""
        return grains_of(self.answerable()) if self.period else ()

    @property
    def so_far(self) -> Period | None:
        """Today, beside a period of days or hours that ends yesterday."""
        if self.preset is None or not self.preset.ends_yesterday or self.grain not in (Grain.HOUR, Grain.DAY):
            return None
        period = self.answerable()
        today = period.last_day + timedelta(days=1)
        return Period.between(today, today, self.tz, period.end)

    @property
    def _compares_as_usual(self) -> bool:
        return self.preset is Preset.ALL or self.compare is Compare.PREVIOUS_PERIOD

    @property
    def comparisons(self) -> tuple[tuple[str, str], ...]:
        """What the period can be compared with: values of `compare`, with labels."""
        days = 0 if self.period is None else (self.period.last_day - self.period.first_day).days + 1
        previous = f"Previous {days} days" if days > 1 else "Previous day" if days else "Previous period"
        return (
            (str(Compare.PREVIOUS_PERIOD), previous),
            (str(Compare.PREVIOUS_YEAR), "Same days a year earlier"),
            (NO_COMPARISON, "No comparison"),
        )


def _unknown(args: Iterable[str], own: Iterable[str]) -> Iterator[FieldError]:
    known = (*EVERYWHERE, *own)
    for name in args:
        if name not in known and name not in SENT:
            yield no_filter(name)


def _compare(args: Mapping[str, str], preset: Preset | None, errors: list[FieldError]) -> Compare | None:
    """The previous period, unless something else is asked for; before all time there is nothing."""
    text = args.get("compare", "") or str(Compare.PREVIOUS_PERIOD)
    if text not in (*Compare, NO_COMPARISON):
        errors.append(FieldError("compare", "Compare with the previous period, the previous year, or nothing."))
        return Compare.PREVIOUS_PERIOD
    return None if text == NO_COMPARISON or preset is Preset.ALL else Compare(text)


def _currency(args: Mapping[str, str], errors: list[FieldError]) -> str:
    text = args.get("currency", "") or DEFAULT_CURRENCY
    if fullmatch(CURRENCY, text):
        return text
    errors.append(FieldError("currency", "A currency is three capital letters, such as USD."))
    return DEFAULT_CURRENCY
