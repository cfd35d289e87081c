"""Ask the lake: fresh enough, of one snapshot, each question once per snapshot."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from backend.analytics.lake.demo import DemoDays
from backend.analytics.warehouse.answers import AnswerCache, answer_key, versions
from backend.analytics.warehouse.engine import (
    NUMBER_OF_SESSIONS,
    AnswerRow,
    Engine,
    EngineFailed,
    FilesAreGone,
    Snapshot,
)
from backend.analytics.warehouse.question import Question
from backend.analytics.warehouse.slots import Slot
from backend.analytics.warehouse.snapshots import Snapshots
from backend.errors import Unavailable
from backend.observing import Observe, observed, unobserved

UNREADABLE = (
    "The data cannot be read right now. The server's log says why, and docs/lake.md says what to do. Events are still"
    " being recorded."
)
GAVE_UP = "This query could not be finished. A shorter period may help. The server's log says why."
BUSY = "The server is busy with other queries. Try again in a few seconds."
logger = logging.getLogger(__name__)


class WarehouseUnavailable(Unavailable):
    """No answer now, and none that would be made up."""

    code = "warehouse_unavailable"
    title = "The data is not available right now"


class WarehouseBusy(WarehouseUnavailable):
    """More questions are asked at once than a process answers and lets wait; after Retry-After there is room."""

    code = "warehouse_busy"
    title = "Too many dashboard requests at once"


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows, their freshness, the engine, the `version` of the lake, and its days of demo visits."""

    rows: Sequence[AnswerRow]
    as_of: datetime
    engine: str
    version: str
    demo: DemoDays | None


class Warehouse:
    """Answers are remembered for as long as the lake has not changed.

    All of a process share the engine, the snapshots and the `answers`. A request has its own `slot`, and sees one
    snapshot in all its questions, so that no two numbers of a page are of different moments; who has none asks whenever
    they like, of the newest.
    """

    def __init__(
        self,
        engine: Engine,
        snapshots: Snapshots,
        fresh_as_of: Callable[[], datetime | None],
        answers: AnswerCache | None = None,
        slot: Slot | None = None,
        observe: Observe = unobserved,
    ) -> None:
        self._engine = engine
        self._snapshots = snapshots
        self._fresh_as_of = fresh_as_of
        self._answers = answers or AnswerCache()
        self._slot = slot
        self._observe = observe
        self._seen: tuple[datetime, Snapshot] | None = None

    def ask(self, question: Question, **values: int) -> Answer:
        """Raises WarehouseUnavailable, and WarehouseBusy where no slot is free for what is not remembered."""
        from deltalake.exceptions import DeltaError

        try:
            return self._answer_of_files_there(question, values)
        except (OSError, DeltaError, EngineFailed) as error:
            logger.exception("Not answered: %s", question.name)
            gave_up = isinstance(error, EngineFailed) and not isinstance(error, FilesAreGone)
            raise WarehouseUnavailable(GAVE_UP if gave_up else UNREADABLE) from error

    def begin(self) -> None:
        """Asks something cheap, where there is a lake, so that the first answer need not wait for imports."""
        from deltalake.exceptions import DeltaError

        try:
            if self._snapshots.exist():
                self._engine.run(NUMBER_OF_SESSIONS, {}, self._snapshots.newest())
        except (OSError, DeltaError, EngineFailed):
            logger.info("The warehouse does not answer yet", exc_info=True)

    def forget(self) -> None:
        """Drop the answers that processes share of what the lake no longer holds."""
        from deltalake.exceptions import DeltaError

        try:
            self._answers.forget(versions(self._engine.name, self._snapshots.newest()))
        except (OSError, DeltaError, FilesAreGone):
            self._answers.forget(frozenset())

    def demo(self) -> DemoDays | None:
        """The days of which there are demo visits; None where there are none, or where the lake cannot be read."""
        from deltalake.exceptions import DeltaError

        try:
            return (self._seen[1] if self._seen else self._snapshots.newest()).demo
        except (OSError, DeltaError, FilesAreGone):
            return None

    def first_day(self) -> date | None:
        """The first UTC day that holds events; None where none does, or where the lake cannot be read."""
        from deltalake.exceptions import DeltaError

        try:
            self._look()  # what was recorded by now is in the lake
            return self._snapshots.first_day()
        except (OSError, DeltaError, FilesAreGone, WarehouseUnavailable):
            return None

    def _answer_of_files_there(self, question: Question, values: Mapping[str, int]) -> Answer:
        """A lake that was moved away or made anew meanwhile is opened again once."""
        from deltalake.exceptions import DeltaError

        try:
            return self._answer(question, values)
        except (OSError, DeltaError, FilesAreGone):
            self._snapshots.forget()
            self._seen = None
            return self._answer(question, values)

    def _answer(self, question: Question, values: Mapping[str, int]) -> Answer:
        as_of, snapshot = self._look()
        key = answer_key(self._engine.name, question, values, snapshot)
        rows = self._answers.known(key)
        if rows is None:
            if self._slot is not None and not self._slot.acquire():
                raise WarehouseBusy(BUSY)
            rows = self._answers.get(key, lambda: self._run(question, values, snapshot))
        return Answer(rows, as_of, self._engine.name, "-".join(map(str, snapshot.key)), snapshot.demo)

    def _run(self, question: Question, values: Mapping[str, int], snapshot: Snapshot) -> Sequence[AnswerRow]:
        with observed(self._observe, "question"):
            return self._engine.run(question, values, snapshot)

    def _look(self) -> tuple[datetime, Snapshot]:
        """Until when the lake is filled, and a snapshot that holds at least that."""
        if self._seen is not None:
            return self._seen
        as_of = self._fresh_as_of()
        if as_of is None:
            raise WarehouseUnavailable("The first data is still being loaded. Try again in a moment.")
        seen = as_of, self._snapshots.newest()
        if self._slot is not None:
            self._seen = seen
        return seen
