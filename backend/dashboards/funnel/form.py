"""The form in which a funnel is changed: its steps in order, and its other parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from backend.analytics.metrics.catalogue.query import Query, Result
from backend.analytics.metrics.funnel.asked import AskedFunnel
from backend.analytics.metrics.funnel.definition import CALCULATOR, LABELS, LEAST_STEPS, MOST_STEPS
from backend.analytics.metrics.period import Period
from backend.dashboards.funnel.page import FunnelPage
from backend.dashboards.funnel.question import FunnelQuestion
from backend.dashboards.question import PageQuestion

MOST_KNOWN = 200
FIELDS = ("steps", "window", "order", "scope", "exclude")
CALCULATORS = frozenset(match.event for match in CALCULATOR)
WINDOWS = ("30m", "1h", "24h", "7d", "30d")
GROUPS = {number: f"The largest {number}" for number in ("3", "5", "10", "20")}
ORDERS = {
    "ordered": "In order, with other events between",
    "strict": "In order, with nothing between",
    "unordered": "In any order",
}
SCOPES = {"session": "Session", "visitor": "Visitor, across all sessions"}


@dataclass(frozen=True, slots=True)
class StepField:
    """One step of the form. `says`: the label of the event, or that none such was received."""

    name: str
    number: int
    value: str
    says: str
    error: str


@dataclass(frozen=True, slots=True)
class FunnelForm:
    """`known`: events to choose from, with their labels. `fields`: the parameters that the form sets."""

    steps: tuple[StepField, ...]
    known: Mapping[str, str]
    question: FunnelQuestion
    open: bool
    fields: ClassVar = FIELDS
    windows: ClassVar = WINDOWS
    groups: ClassVar = GROUPS
    orders: ClassVar = ORDERS
    scopes: ClassVar = SCOPES

    @classmethod
    def of(cls, question: FunnelQuestion, events: Result | None) -> Self:
        """`seen`: the events of the period; None where the period is unknown."""
        received = [row.keys[0] or "" for row in events.rows] if events else []
        known = LABELS | {name: "" for name in received if name not in LABELS}
        steps = tuple(_steps(question, _all_of(events) if events else frozenset()))
        return cls(steps, known, question, not question.is_default)

    @property
    def may_add(self) -> bool:
        return len(self.steps) < MOST_STEPS

    @property
    def may_remove(self) -> bool:
        return len(self.steps) > LEAST_STEPS

    @property
    def page(self) -> PageQuestion:
        return self.question.page

    @property
    def asked(self) -> AskedFunnel:
        return self.question.asked


def events_of(period: Period) -> Query:
    """The query for the events of a period, the most frequent first."""
    return Query(("events",), period, dimensions=("event_type",), order="-events", limit=MOST_KNOWN)


def unsent(page: FunnelPage, received_events: Result) -> tuple[str, ...]:
    """Events of the funnel, also excluded ones, that were not received in its days.

    A step may be reached after those days. Where nothing at all was received, no spelling is to blame.
    """
    received = _all_of(received_events)
    unreached = (row.step.name for row in page.rows if not row.step.sessions)
    names = (*unreached, *(match.name for match in page.query.exclude))
    asked_events = dict.fromkeys(name.partition(":")[0] for name in names)
    return tuple(name for name in asked_events if name not in received | CALCULATORS) if received else ()


def _all_of(events: Result) -> frozenset[str]:
    """The names of all events; none where there are too many to list all."""
    return frozenset() if events.more else frozenset(row.keys[0] or "" for row in events.rows)


def _steps(question: FunnelQuestion, received: frozenset[str]) -> Iterator[StepField]:
    for place, value in enumerate(question.shown):
        unseen = received and value and value.partition(":")[0] not in received
        says = "No such events arrived in this period." if unseen else LABELS.get(value, "")
        yield StepField(f"steps.{place}", place + 1, value, says, question.page.error(f"steps.{place}"))
