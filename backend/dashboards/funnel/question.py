"""The question in the address of the funnel's pages, and how the form of its steps changes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from werkzeug.datastructures import MultiDict

from backend.analytics.events.labels import event_named
from backend.analytics.metrics.catalogue.filter_parameters import FILTERS
from backend.analytics.metrics.catalogue.query import Operator
from backend.analytics.metrics.funnel.asked import AskedFunnel, names
from backend.analytics.metrics.funnel.definition import CALCULATOR, MOST_STEPS, FunnelQuery, Outcome
from backend.analytics.metrics.funnel.questions import FunnelBar
from backend.analytics.metrics.period import Period
from backend.dashboards.periods import FirstDay, long_ago
from backend.dashboards.question import Address, PageQuestion
from backend.errors import FieldError, InvalidRequest

DEFAULT = AskedFunnel(limit="5")
BEHIND = ("step", "outcome", "group", "others", "page", "grouped_by", "place")  # of the list behind a bar
OWN = ("window", "order", "scope", "breakdown", "limit")
READ = (*OWN, "steps", "exclude", "change", "edit")
CALCULATORS = tuple(step.name for step in CALCULATOR)
# What is chosen from a list can only be wrong in an address written by hand.
CHOSEN = {
    "order": "Choose an order from the list.",
    "scope": "Choose what to count by from the list.",
    "breakdown": "Choose a breakdown from the list.",
    "limit": "Choose a number of groups from the list.",
}
FORM = "steps"  # that the address may open
ROWS = 50
GROUPINGS = ("source", "device", "risk_level", "country", "job_title")  # of the list behind a bar, shown as tabs


@dataclass(frozen=True, slots=True)
class FunnelQuestion:
    """The page's question and the funnel in it. `rows` are the steps as the form shows them, also empty ones.

    `query` is None where something is wrong: the page's errors say what. `moved`: where the form goes on after a step
    was added, moved or removed; None where nothing was. `editing`: the form stays open for the next change.
    """

    page: PageQuestion
    asked: AskedFunnel
    rows: tuple[str, ...]
    query: FunnelQuery | None
    moved: str | None = None
    editing: bool = False

    @classmethod
    def parse(
        cls,
        args: MultiDict[str, str],
        default_zone: str,
        now: datetime,
        first_day: FirstDay = long_ago,
        also: Iterable[str] = (),
    ) -> Self:
        """`?steps=a,b:2&window=1h` as links say it, `?steps=a&steps=b:2&change=up:1` as the form does.

        `also`: what else the address may hold, for others to read.
        """
        rows, moved = _changed(tuple(_rows(args)), args.get("change", ""))
        page = PageQuestion.parse(args, default_zone, now, (*READ, *also), first_day)
        parameters = {name: value for name in OWN if (value := page.own.get(name, "").strip())}
        steps = tuple(row for row in rows if row)
        exclude = tuple(event_named(name) for name in names(args.get("exclude")) if name)
        asked = replace(DEFAULT, steps=steps, exclude=exclude, **parameters)
        if args.get("edit", FORM) != FORM:
            error = FieldError("edit", f"“{FORM}” is the only form to edit here.")
            page = replace(page, period=None, errors=(*page.errors, error))
        editing = bool(moved) or "edit" in args
        page = replace(page, own=_own(asked, rows))
        try:
            query = asked.query(page.period or _any(now), page.filters, page.compare)
        except InvalidRequest as error:
            page = replace(page, errors=(*page.errors, *_page_errors(error.errors, rows)))
            return cls(page, asked, rows, None, moved, editing)
        return cls(page, asked, rows, query if page.period else None, moved, editing)

    def answerable(self) -> FunnelQuery:
        """The question, for callers that cannot show the form again."""
        if self.query is None:
            raise InvalidRequest(self.page.errors)
        return self.query

    @property
    def is_default(self) -> bool:
        """Whether it is the calculator's funnel."""
        return not self.rows and replace(self.asked, breakdown=DEFAULT.breakdown, limit=DEFAULT.limit) == DEFAULT

    @property
    def shown(self) -> tuple[str, ...]:
        """The steps that the form shows."""
        return self.rows or CALCULATORS

    def here(self, changed: PageQuestion | None = None) -> Address:
        """Its address, or with another question of the page, with the form as open as it was left."""
        return (changed or self.page).address() | ({"edit": FORM} if self.editing else {})

    @property
    def default(self) -> PageQuestion:
        """The same question of the calculator's funnel."""
        own = {name: value for name, value in self.page.own.items() if name in ("breakdown", "limit")}
        return replace(self.page, own=own)

    def bar(self, step: int, outcome: Outcome, key: str | None = None, *, others: bool = False) -> Address:
        """The address of the list behind a bar; `key` is of a group, where there are groups."""
        parts: Address = {"step": step, "outcome": str(outcome)}
        return self.page.address() | parts | ({"others": 1} if others else {} if key is None else {"group": key})

    def alone(self, key: str | None) -> PageQuestion:
        """The same question about one group of the breakdown, undivided."""
        own = {name: value for name, value in self.page.own.items() if name != "breakdown"}
        return replace(self.page, own=own).with_filter(self.asked.breakdown, key)


@dataclass(frozen=True, slots=True)
class BarQuestion:
    """The bar of a funnel whose sessions are listed, by what they are grouped, and the page of the list, from 1.

    `place`: which one of the list a visit is, from 1; None where it was not reached from the list.
    """

    funnel: FunnelQuestion
    bar: FunnelBar
    number: int
    grouped_by: str
    place: int | None = None

    @classmethod
    def parse(cls, args: MultiDict[str, str], default_zone: str, now: datetime, first_day: FirstDay = long_ago) -> Self:
        """Only links lead here, so a wrong parameter is refused and not shown to be mended."""
        funnel = FunnelQuestion.parse(args, default_zone, now, first_day, BEHIND)
        funnel.answerable()
        errors: list[FieldError] = []
        step, number, place = (_whole(args, name, errors) for name in ("step", "page", "place"))
        outcome = args.get("outcome", str(Outcome.REACHED))
        if outcome not in list(Outcome):
            errors.append(FieldError("outcome", f"Choose {' or '.join(Outcome)}."))
        grouped_by = args.get("grouped_by") or _first_grouping(funnel)
        if grouped_by not in FILTERS:
            errors.append(FieldError("grouped_by", f"Choose {', '.join(FILTERS)}."))
        if errors:
            raise InvalidRequest(errors)
        bar = funnel.asked.bar(step, Outcome(outcome), args.get("group"), others="others" in args)
        return cls(funnel, bar, number, grouped_by, place if "place" in args else None)

    @property
    def before(self) -> int:
        """The number of pages before this one."""
        return self.number - 1

    @property
    def combines(self) -> bool:
        """Whether it is about the groups of a breakdown that are combined: another filter would combine others."""
        return bool(self.bar.group and self.bar.group.others)

    def address(self, number: int = 1) -> Address:
        """The same bar on another page of the list."""
        group = self.bar.group
        key = (group.keys[0] or "") if group and not group.others else None
        here = self.funnel.bar(self.bar.step, self.bar.outcome, key, others=self.combines)
        chosen = {"grouped_by": self.grouped_by} if self.grouped_by != _first_grouping(self.funnel) else {}
        return here | chosen | ({"page": number} if number > 1 else {})

    def by(self, dimension: str) -> Self:
        """The same bar, grouped by another dimension."""
        return replace(self, grouped_by=dimension)

    def of_group(self, key: str | None) -> Self:
        """The same bar about one of the groups that it is grouped by."""
        page = self.funnel.page.with_filter(self.grouped_by, key)
        narrowed = replace(self.funnel, page=page)
        return replace(self, funnel=narrowed, grouped_by=_first_grouping(narrowed))


def _first_grouping(funnel: FunnelQuestion) -> str:
    """By what a list is grouped unless the address says otherwise: the first dimension of many values."""
    filters = funnel.page.filters
    single = {chosen.field for chosen in filters if chosen.op is Operator.IN and len(chosen.values) == 1}
    return next((name for name in GROUPINGS if name not in single), GROUPINGS[0])


def _rows(args: MultiDict[str, str]) -> Iterator[str]:
    rows = [event_named(row.strip()) for text in args.getlist("steps") for row in text.split(",")]
    return iter(rows[:ROWS] if any(rows) or "change" in args else [])


def _changed(rows: tuple[str, ...], change: str) -> tuple[tuple[str, ...], str | None]:
    """The rows after a button of the form, and which field comes next; `show` forgets the empty ones."""
    action, _, place = change.partition(":")
    at = int(place) if place.isascii() and place.isdecimal() and len(place) < 3 else -1
    if action == "add" and len(rows) < MOST_STEPS:
        return (*rows, ""), f"steps.{len(rows)}"
    if not 0 <= at < len(rows):
        filled = tuple(row for row in rows if row)
        return ((() if filled == CALCULATORS else filled), "") if action == "show" else (rows, None)
    others = (*rows[:at], *rows[at + 1 :])
    if action == "remove":
        return others, f"steps.{min(at, len(others) - 1)}"
    to = {"up": max(at - 1, 0), "down": min(at + 1, len(others))}.get(action)
    if to is None:
        return rows, None
    return (*others[:to], rows[at], *others[to:]), f"steps.{to}"


def _own(asked: AskedFunnel, rows: tuple[str, ...]) -> dict[str, str]:
    """Non-default parameters."""
    parameters = {"steps": ",".join(rows), "exclude": ",".join(asked.exclude)}
    parameters |= {name: getattr(asked, name) for name in OWN if getattr(asked, name) != getattr(DEFAULT, name)}
    return {name: value for name, value in parameters.items() if value}


def _page_errors(errors: tuple[FieldError, ...], rows: tuple[str, ...]) -> Iterator[FieldError]:
    """Errors in the page's words, beside the row that the page shows; one about the number of steps beside the last."""
    filled = [place for place, row in enumerate(rows) if row]
    for error in errors:
        name, _, place = error.field.partition(".")
        row = filled[int(place)] if place else len(rows) - 1
        yield FieldError(f"steps.{row}" if name == "steps" else name, CHOSEN.get(name, error.message))


def _whole(args: MultiDict[str, str], name: str, errors: list[FieldError]) -> int:
    text = args.get(name, "1")
    if text.isascii() and text.isdecimal() and 0 < len(text) < 7 and int(text):
        return int(text)
    errors.append(FieldError(name, "Enter a whole number, 1 or more."))
    return 1


def _any(now: datetime) -> Period:
    """A stand-in for a period that was refused, so that the rest is checked too."""
    return Period(now - timedelta(days=1), now, "UTC")
