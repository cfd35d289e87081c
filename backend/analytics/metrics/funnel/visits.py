"""One visit's events in order. Nothing in them says whose visit it was."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from backend.analytics.events.labels import label_of
from backend.analytics.lake.tables import EVENTS
from backend.analytics.metrics.parameters import BEGINNING, MICROSECOND, micros
from backend.analytics.warehouse.engine import AnswerRow
from backend.analytics.warehouse.question import Question
from backend.analytics.warehouse.relations import DAY, SESSIONS, relation
from backend.analytics.warehouse.service import Warehouse
from backend.errors import NotFound

if TYPE_CHECKING:
    from ibis.expr.types import IntegerValue, Table

MOST_EVENTS = 500
VISIT_ID = re.compile(r"([0-7][0-9a-f]{15})-([0-9a-f]{1,14})")
# Of a session: facts of the visit, none of the visitor. Of an event: the properties that have a column of their own;
# what else a sender put into `event_data` may name somebody and is not read.
FACTS = (
    "source", "medium", "campaign", "referrer", "device", "country", "region",
    "job_title", "occupation", "industry", "experience", "education", "risk_level",
)  # fmt: skip
PROPERTIES = (
    "seconds", "source", "medium", "campaign", "referrer",
    "job_title", "occupation", "industry", "experience", "education", "risk_level", "offer", "price_cents", "currency",
)  # fmt: skip
NO_VISIT = "There is no such visit. It may have been deleted."


@dataclass(frozen=True, slots=True)
class VisitId:
    """A session by the hash of its stream and the instant of its first event: `00c0ffee00c0ffee-6437a1b2c3d4e`."""

    session_key: int
    started_at: datetime

    @classmethod
    def parse(cls, text: str) -> VisitId:
        """A text that is no id is a visit that does not exist."""
        match = VISIT_ID.fullmatch(text)
        if not match:
            raise NotFound(NO_VISIT)
        try:
            return cls(int(match[1], 16), BEGINNING + int(match[2], 16) * MICROSECOND)
        except OverflowError:
            raise NotFound(NO_VISIT) from None

    def __str__(self) -> str:
        return f"{self.session_key:016x}-{micros(self.started_at):x}"


@dataclass(frozen=True, slots=True)
class VisitEvent:
    """An event of a visit; `properties` that it has, by name."""

    timestamp: datetime
    name: str
    properties: Mapping[str, str | int | float]

    @property
    def label(self) -> str:
        return label_of(self.name)


@dataclass(frozen=True, slots=True)
class Visit:
    """A session with its events, the first ones where there are more than `MOST_EVENTS`; `facts` that are known."""

    id: VisitId
    ended_at: datetime
    facts: Mapping[str, str]
    total: int
    events: tuple[VisitEvent, ...]
    as_of: datetime

    @property
    def started_at(self) -> datetime:
        return self.id.started_at

    @property
    def seconds(self) -> float:
        return (self.ended_at - self.started_at).total_seconds()


class VisitService:
    """Visits, one at a time."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse

    def visit(self, visit_id: VisitId) -> Visit:
        started = micros(visit_id.started_at)
        values = {"key": visit_id.session_key, "started": started, "day": started // DAY}
        answer = self._warehouse.ask(SESSION, **values)
        if not answer.rows:
            raise NotFound(NO_VISIT)
        ended, total, *facts = answer.rows[0]
        values["ended"] = ended
        rows = self._warehouse.ask(SESSION_EVENTS, **values).rows
        return Visit(
            id=visit_id,
            ended_at=BEGINNING + ended * MICROSECOND,
            facts={name: text for name, text in zip(FACTS, facts, strict=True) if text},
            total=total,
            events=tuple(map(_event, rows)),
            as_of=answer.as_of,
        )


def _session(key: IntegerValue, started: IntegerValue, day: IntegerValue) -> Table:
    sessions = relation(SESSIONS)
    its = sessions.filter(sessions.day == day, sessions.session_key == key, sessions.started_at == started)
    return its.select("ended_at", "events", *FACTS).limit(1)


def _session_events(key: IntegerValue, started: IntegerValue, day: IntegerValue, ended: IntegerValue) -> Table:
    events = relation(EVENTS)
    # A session lasts less than 24 hours. Others of the same stream lie before and after it.
    its = events.filter(events.day >= day, events.day <= day + 1, events.session_key == key)
    its = its.filter(its.timestamp >= started, its.timestamp <= ended).order_by("timestamp", "event_id")
    return its.select("timestamp", "event_type", "step", *PROPERTIES).limit(MOST_EVENTS)


SESSION = Question("a session", ("key", "started", "day"), _session)
SESSION_EVENTS = Question("the events of a session", ("key", "started", "day", "ended"), _session_events)


def _event(row: AnswerRow) -> VisitEvent:
    at, name, step, *values = row
    return VisitEvent(
        BEGINNING + at * MICROSECOND, name if step is None else f"{name}:{step}", dict(_properties(values))
    )


def _properties(values: AnswerRow | list[object]) -> Iterator[tuple[str, str | int | float]]:
    for name, value in zip(PROPERTIES, values, strict=True):
        if isinstance(value, (str, int, float)) and value != "":
            yield name, value
