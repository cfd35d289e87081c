"""The events of a period's visits with their counts, to pick a funnel's steps from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from backend.analytics.events.server_streams import SERVER_STREAMS
from backend.analytics.lake.tables import EVENTS
from backend.analytics.metrics.parameters import BOUNDS
from backend.analytics.warehouse.engine import AnswerRow
from backend.analytics.warehouse.question import Question
from backend.analytics.warehouse.relations import relation

if TYPE_CHECKING:
    from ibis.expr.types import IntegerValue, Table

MOST_RECEIVED, NO_STEP, LARGEST_STEP = 300, -1, 9_999


@dataclass(frozen=True, slots=True)
class ReceivedEvents:
    """Counts by name, the most frequent first; `seen:2` is in `seen` too. `is_whole`: all names are among them."""

    counts: dict[str, int]
    is_whole: bool

    @classmethod
    def of(cls, rows: Iterable[AnswerRow]) -> Self:
        rows = list(rows)
        counts = Counter[str]()
        for name, step, events in rows[:MOST_RECEIVED]:
            counts[name] += events
            if 0 <= step <= LARGEST_STEP:
                counts[f"{name}:{step}"] += events
        return cls(dict(counts.most_common()), len(rows) <= MOST_RECEIVED)


def received_events() -> Question:
    """A row for each name and step, `NO_STEP` without one, with its number of events; the server's own are left out."""
    return Question("received events", BOUNDS, _received)


def _received(start: IntegerValue, end: IntegerValue, first_day: IntegerValue, last_day: IntegerValue) -> Table:
    import ibis

    events = relation(EVENTS)
    events = events.filter(events.day >= first_day, events.day <= last_day, ~events.is_bot)
    events = events.filter(events.timestamp >= start, events.timestamp < end)
    events = events.filter(~events.session_id.startswith(SERVER_STREAMS))
    events = events.mutate(number=events.step.cast("int64").fill_null(NO_STEP))
    counted = events.group_by("event_type", "number").aggregate(received=events.count())
    return counted.order_by(ibis.desc("received"), "event_type", "number").limit(MOST_RECEIVED + 1)
