"""Engines, which answer questions to the lake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from backend.analytics.lake.demo import DemoDays
from backend.analytics.lake.tables import EVENTS
from backend.analytics.warehouse.question import LATEST, Question
from backend.analytics.warehouse.relations import CLOSED, DAY, SESSIONS, relation
from backend.analytics.warehouse.sessionise import COLUMNS, GAP, sessions_of_days

if TYPE_CHECKING:
    from ibis.expr.types import IntegerValue, Table

AnswerRow = tuple[Any, ...]
SESSION_COLUMNS = (*COLUMNS, "person")
LIST = ", ".join(f'"{name}"' for name in SESSION_COLUMNS)
FAR = 1_000_000  # a day that never comes


@dataclass(frozen=True, slots=True)
class TableVersion:
    """One version of one Delta table, and its files. `table`: the id that Delta gave it when it was made."""

    table: str
    location: str
    version: int
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The one version of each table that a question sees; sessions of days before `open_from` are made already.

    `demo`: the days that hold demo visits.
    """

    events: TableVersion
    sessions: TableVersion
    open_from: int
    demo: DemoDays | None = None

    @property
    def key(self) -> tuple[str | int, ...]:
        """Equal for equal contents: a lake that was lost and made anew counts its versions from the beginning."""
        return self.events.table, self.events.version, self.sessions.table, self.sessions.version, self.open_from

    @property
    def closed_key(self) -> tuple[str | int, ...]:
        """Equal for equal sessions of closed days, which stay as they are while events arrive."""
        return self.sessions.table, self.sessions.version, self.open_from

    def seen_by(self, question: Question, values: Mapping[str, int]) -> tuple[str | int, ...]:
        """The key of what an answer depends on."""
        return self.closed_key if question.of_sessions and not self.is_open(values) else self.key

    def is_open(self, values: Mapping[str, int]) -> bool:
        """Whether a question with these values may look at sessions of open days, which begin after their midnight."""
        end = values.get(LATEST, values.get("end", (self.open_from + 1) * DAY))
        return end > self.open_from * DAY

    def only_adds_events_to(self, earlier: Snapshot) -> bool:
        """Whether what an earlier snapshot holds is in this one as it was, beside new files of events."""
        same_sessions = (self.sessions, self.open_from) == (earlier.sessions, earlier.open_from)
        same_table = self.events.table == earlier.events.table
        return same_sessions and same_table and {*earlier.events.files} <= {*self.events.files}


class EngineFailed(Exception):
    """The engine cannot be reached, or gave up on a question."""


class FilesAreGone(EngineFailed):
    """The snapshot is so old that its files were vacuumed."""


class Engine(Protocol):
    """Runs questions over one snapshot of the lake; safe to use from many threads."""

    @property
    def name(self) -> str: ...

    def run(self, question: Question, values: Mapping[str, int], snapshot: Snapshot) -> Sequence[AnswerRow]:
        """The rows of the answer. Instants and days are integers in it."""


def _sessions_of_days(first: IntegerValue, last: IntegerValue) -> Table:
    return sessions_of_days(relation(EVENTS), relation(SESSIONS, CLOSED), first, last).select(COLUMNS)


SESSIONS_OF_DAYS = Question("sessions of days", ("first", "last"), _sessions_of_days, standing=True)


def _late_ends(first: IntegerValue, last: IntegerValue) -> Table:
    sessions = relation(SESSIONS, CLOSED)
    late = sessions.filter(sessions.day >= first, sessions.day <= last, sessions.ended_at >= (last + 1) * DAY - GAP)
    return late.select("session_key", "run_started_at", "session_no", "ended_at")


# What the sessions table knows of the runs that may go on after the last of some days.
LATE_ENDS = Question("late ends", ("first", "last"), _late_ends, standing=True)
STANDING = (SESSIONS_OF_DAYS, LATE_ENDS)


def closed_sessions(snapshot: Snapshot) -> str:
    """The query for the sessions of closed days, as they are kept."""
    return f"SELECT day, {LIST} FROM {CLOSED} WHERE day < {snapshot.open_from}"  # noqa: S608


def open_sessions(day: str) -> str:
    """The query for the sessions of open days, as they were found; `day` tells the engine how to find theirs."""
    return f"SELECT {day} AS day, {LIST} FROM open_sessions"  # noqa: S608


def _number_of_sessions() -> Table:
    sessions = relation(SESSIONS)
    return sessions.aggregate(sessions=sessions.count())


NUMBER_OF_SESSIONS = Question("number of sessions", (), _number_of_sessions)
