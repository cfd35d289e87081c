"""The definition of a funnel: steps, order, window and scope."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from backend.analytics.events.labels import label_of
from backend.analytics.events.steps import WAY
from backend.analytics.metrics.catalogue.query import Filter, Operator, in_any_spelling, session_faults, value_faults
from backend.analytics.metrics.period import Compare, Period
from backend.errors import FieldError, InvalidRequest

NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
LEAST_STEPS, MOST_STEPS, MOST_EXCLUDED, MOST_GROUPS, MOST_LISTED = 2, 12, 10, 100, 1_000
UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
DURATION = re.compile(r"([0-9]{1,7})([smhd])")
WINDOW = timedelta(hours=24)


class Order(StrEnum):
    """`ordered`: other events may lie between two steps. `strict`: none may. `unordered`: before step 1 too."""

    ORDERED = "ordered"
    STRICT = "strict"
    UNORDERED = "unordered"


class FunnelScope(StrEnum):
    """Whose way is counted: each session's, or that of a visitor through all their sessions."""

    SESSION = "session"
    VISITOR = "visitor"

    @property
    def longest(self) -> timedelta:
        """A session lasts less than 24 hours."""
        return WINDOW if self is FunnelScope.SESSION else timedelta(days=60)


class Outcome(StrEnum):
    REACHED = "reached"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class EventMatch:
    """Events of a name, or of these only those whose property `step` is `number`."""

    event: str
    number: int | None = None

    @classmethod
    def parse(cls, text: str) -> EventMatch:
        event, colon, number = text.partition(":")
        if not NAME.fullmatch(event) or (colon and not re.fullmatch(r"[0-9]{1,4}", number)):
            raise ValueError(f"“{text[:100]}” is not an event name. Names look like assessment_submitted or seen:2.")
        return cls(event, int(number) if colon else None)

    @property
    def name(self) -> str:
        return self.event if self.number is None else f"{self.event}:{self.number}"

    @property
    def label(self) -> str:
        return label_of(self.name)

    def overlaps(self, other: EventMatch) -> bool:
        """Whether one event may match both."""
        return self.event == other.event and (self.number == other.number or None in (self.number, other.number))


CALCULATOR = tuple(EventMatch.parse(step.name) for step in WAY)


@dataclass(frozen=True, slots=True)
class FunnelQuery:
    """A funnel over a period. A session or visitor enters once; any event of step 1 may start the way within `window`.

    `exclude`: events that end the way when they happen between two steps. With a `breakdown`, the `limit` groups with
    the most entries stand alone.
    """

    period: Period
    steps: tuple[EventMatch, ...] = CALCULATOR
    window: timedelta = WINDOW
    order: Order = Order.ORDERED
    scope: FunnelScope = FunnelScope.SESSION
    exclude: tuple[EventMatch, ...] = ()
    filters: tuple[Filter, ...] = ()
    breakdown: str | None = None
    limit: int = 10
    compare: Compare | None = None
    bots: bool = False

    def __post_init__(self) -> None:
        if faults := tuple(_faults(self)):
            raise InvalidRequest(faults)
        object.__setattr__(self, "filters", in_any_spelling(self.filters))

    @property
    def is_of_columns(self) -> bool:
        """Whether sessions themselves say when each step was reached."""
        plain = self.order is Order.ORDERED and self.is_best_from_the_first
        return plain and self.steps == CALCULATOR[: len(self.steps)]

    @property
    def is_best_from_the_first(self) -> bool:
        """Whether no way comes further than that from the first event of step 1: the window never ends it."""
        is_whole = self.scope is FunnelScope.SESSION and self.window >= self.scope.longest
        return is_whole and self.order is not Order.STRICT and not self.exclude


def duration(text: str) -> timedelta:
    """30m, 24h, 7d."""
    if match := DURATION.fullmatch(text):
        return int(match[1]) * UNITS[match[2]]
    raise ValueError("Enter a time such as 30m, 24h, or 7d.")


def _faults(query: FunnelQuery) -> Iterator[FieldError]:
    if not LEAST_STEPS <= len(query.steps) <= MOST_STEPS:
        yield FieldError("steps", f"A funnel has {LEAST_STEPS} to {MOST_STEPS} steps.")
    if len(query.exclude) > MOST_EXCLUDED:
        yield FieldError("exclude", f"Name up to {MOST_EXCLUDED} events.")
    for match in query.exclude:
        if any(match.overlaps(step) for step in query.steps):
            yield FieldError("exclude", f"{match.name} is a step of this funnel too, so counting cannot stop after it.")
    if not timedelta(seconds=1) <= query.window <= query.scope.longest:
        hint = "24h; to allow up to 60d, count by visitor" if query.scope is FunnelScope.SESSION else "60d"
        yield FieldError("window", f"Enter a time between 1s and {hint}.")
    if not 1 <= query.limit <= MOST_GROUPS:
        yield FieldError("limit", f"Show between 1 and {MOST_GROUPS} groups.")
    yield from value_faults(query.filters)
    yield from _dimensions(query)


def _dimensions(query: FunnelQuery) -> Iterator[FieldError]:
    if query.breakdown is not None:
        for fault in session_faults([Filter(query.breakdown, Operator.NOT_NULL)]):
            yield FieldError("breakdown", fault.message)
    yield from session_faults(query.filters)
