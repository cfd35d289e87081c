"""The form in which a funnel is changed: its steps in order, and its other parameters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from backend.analytics.events.labels import EVENT_LABELS
from backend.analytics.metrics.funnel.asked import AskedFunnel
from backend.analytics.metrics.funnel.definition import CALCULATOR, LEAST_STEPS, MOST_STEPS
from backend.analytics.metrics.funnel.received import ReceivedEvents
from backend.dashboards.funnel.page import FunnelPage
from backend.dashboards.funnel.question import FunnelQuestion
from backend.dashboards.question import PageQuestion
from backend.formats import counted

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
    """One step of the form: a label or a typed name. `says`: how many such events there were, `unseen` if none."""

    name: str
    number: int
    value: str
    says: str
    unseen: bool
    error: str


@dataclass(frozen=True, slots=True)
class EventChoice:
    """An event to pick: what a field takes for it, its name, and how many there were; None where that is unknown."""

    value: str
    name: str
    events: int | None


@dataclass(frozen=True, slots=True)
class FunnelForm:
    """`choices`: the events of the period, the most frequent first, then known ones that there were none of.

    `open`: being filled in. `fields`: the parameters that the form sets.
    """

    steps: tuple[StepField, ...]
    choices: tuple[EventChoice, ...]
    question: FunnelQuestion
    open: bool
    fields: ClassVar = FIELDS
    windows: ClassVar = WINDOWS
    groups: ClassVar = GROUPS
    orders: ClassVar = ORDERS
    scopes: ClassVar = SCOPES
    least: ClassVar = LEAST_STEPS
    most: ClassVar = MOST_STEPS

    @classmethod
    def of(cls, question: FunnelQuestion, received: ReceivedEvents | None) -> Self:
        """`received`: the events of the period; None where the period is unknown."""
        counts = received.counts if received else {}
        known = dict.fromkeys((*counts, *EVENT_LABELS))
        choices = tuple(EventChoice(_entered(name), name, counts.get(name, 0 if received else None)) for name in known)
        refused = any(
            question.page.error(name) for name in (*FIELDS, *(f"steps.{n}" for n in range(len(question.shown))))
        )
        return cls(tuple(_steps(question, received)), choices, question, question.editing or refused)

    @property
    def may_add(self) -> bool:
        return len(self.steps) < MOST_STEPS

    @property
    def may_remove(self) -> bool:
        return len(self.steps) > LEAST_STEPS

    @property
    def excluded(self) -> str:
        """The events after which counting stops, as the form shows them."""
        return ", ".join(map(_entered, self.asked.exclude))

    @property
    def page(self) -> PageQuestion:
        return self.question.page

    @property
    def asked(self) -> AskedFunnel:
        return self.question.asked


def unsent(page: FunnelPage, received: ReceivedEvents) -> tuple[str, ...]:
    """Events of the funnel, also excluded ones, that were not received in its days.

    A step may be reached after those days. Where nothing at all was received, no spelling is to blame.
    """
    if not received.is_whole or not received.counts:
        return ()
    unreached = (row.step.name for row in page.rows if not row.step.sessions)
    names = (*unreached, *(match.name for match in page.query.exclude))
    asked_events = dict.fromkeys(name.partition(":")[0] for name in names)
    return tuple(name for name in asked_events if name not in received.counts and name not in CALCULATORS)


def _entered(name: str) -> str:
    """What a field holds for an event: its label, where it has one of its own."""
    return EVENT_LABELS.get(name, name)


def _steps(question: FunnelQuestion, received: ReceivedEvents | None) -> Iterator[StepField]:
    for place, name in enumerate(question.shown):
        field = f"steps.{place}"
        error = question.page.error(field)
        says = "" if error or not name or received is None else _says(name, received)
        unseen = bool(says) and received is not None and name not in received.counts
        yield StepField(field, place + 1, _entered(name), says, unseen, error)


def _says(name: str, received: ReceivedEvents) -> str:
    if name in received.counts:
        return counted(received.counts[name], "event")
    return "No such events arrived in this period." if received.is_whole and received.counts else ""
