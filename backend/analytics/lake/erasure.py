"""Erase a person from where events are kept, so that neither a row nor the bytes of a file tell of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.orm import Session

from backend.analytics.lake.delta import LANDING, Lake, moved_days, within
from backend.analytics.lake.demo import CONDITION, NO_DEMO, demo_days, demo_rows
from backend.analytics.lake.landing import count_demo, erase_demo, erase_sender
from backend.analytics.lake.subscribers import Subscribers
from backend.analytics.lake.tables import EVENTS, LakeTable
from backend.errors import Unavailable
from backend.faults import Faults

if TYPE_CHECKING:
    from deltalake import DeltaTable

TRIES = 20
PATIENCE = 60.0  # seconds for writers to end
KEPT_HOURS = 1  # of what may be of a commit to come
BATCH_SIZE = 2_000  # rows in one commit
Key = int | str
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Person:
    """The person to erase: all events of a session, of a user, or of a visitor."""

    column: str
    value: str

    def condition(self) -> str:
        """For a scan, which leaves no trace; never for a commit, whose log would keep it."""
        return f"{self.column} = '{self.value.replace(chr(39), chr(39) * 2)}'"


@dataclass(frozen=True, slots=True)
class Erased:
    """The numbers of deleted events; sessions made of them are gone too."""

    landing: int
    quarantined: int
    lake: int


class FilesMayBeLeft(Unavailable):
    """Writers did not end in time, so that their files could not be told from files without a commit."""

    code = "files_may_be_left"
    title = "The lake is being written"


class Erasure:
    """Commands of the log name rows by their table's key only; files that held them are deleted at once.

    So are files that no version names, which lost commits and killed processes left; in an object store once they are
    an hour old, before which they may be of a commit to come. A question that is reading what is deleted fails, and is
    asked again of the new version.
    """

    def __init__(self, lake: Lake, sessions: Callable[[], Session], subscribers: Subscribers, faults: Faults) -> None:
        self._lake = lake
        self._sessions = sessions
        self._subscribers = subscribers
        self._faults = faults

    def erase(
        self, *, session_id: str | None = None, user_id: str | None = None, visitor_id: str | None = None
    ) -> Erased:
        """Erase one person, named in one way. May be repeated, and must be when it was interrupted."""
        names = {"session_id": session_id, "user_id": user_id, "visitor_id": visitor_id}
        [person] = [Person(column, value) for column, value in names.items() if value is not None]
        with self._sessions() as session:
            landing, quarantined = erase_sender(session, person.column, person.value)
        self._faults.reach("lake.erase.landing")
        return Erased(landing, quarantined, self._erase(person.column, partial(self._erase_from, person=person)))

    def erase_demo(self) -> Erased:
        """Erases all demo visits in the same way; their ids identify no person, so a commit may name them."""
        with self._sessions() as session:
            landing, quarantined = erase_demo(session)
        return Erased(landing, quarantined, self._erase("session_id", self._erase_demo_from))

    def demo_left(self) -> int:
        """The number of rows of demo visits, wherever."""
        with self._sessions() as session:
            rows = count_demo(session)
        tables = [table for table in self._lake.tables if "session_id" in table.columns]
        rows += sum(1 for table in tables for _ in rows_of(self._lake.open(table.name), table, CONDITION))
        with self._lake.nobody_writing(PATIENCE):
            return rows + sum(
                demo_rows(session_ids)
                for table in tables
                for session_ids in self._lake.outside(table.name, "session_id")
            )

    def _erase(self, column: str, erase_from: Callable[[LakeTable], tuple[int, set[date]]]) -> int:
        """Returns how many events went from the lake. Their sessions are made again, and old files go at once."""
        self._fence()
        erased, touched = 0, set[date]()
        for table in self._lake.tables:
            if column in table.columns:
                rows, days = erase_from(table)
                if table.name == EVENTS.name:
                    erased, touched = rows, days
        self._faults.reach("lake.erase.deleted")
        self._subscribers.notify(frozenset(touched))
        self._clear_away()
        return erased

    def _clear_away(self) -> None:
        """Delete all files that the newest versions do not hold."""
        names = [table.name for table in self._lake.tables]
        for name in names:
            self._lake.vacuum(name, 0, full=False)
        for name in names:
            if self._lake.folder is None:
                self._lake.vacuum(name, KEPT_HOURS, full=True)
            elif self._lake.sweep(name, PATIENCE) is None:
                raise FilesMayBeLeft(
                    "Somebody keeps writing to the lake: files of lost commits may be left. Erase again."
                )

    def _fence(self) -> None:
        """A sync that read the landing table before the erasure must not commit: it moves the same mark."""
        self._insist(
            EVENTS.name, lambda base: self._lake.commit(base, {LANDING: base.transaction_version(LANDING) or 0})
        )

    def _erase_from(self, table: LakeTable, person: Person) -> tuple[int, set[date]]:
        erased, days = 0, set[date]()

        def next_batch(base: DeltaTable) -> list[tuple[date, Key]]:
            batch = list(islice(rows_of(base, table, person.condition()), BATCH_SIZE))
            if batch:
                self._delete(base, table, batch)
            return batch

        while batch := self._insist(table.name, next_batch):
            erased, days = erased + len(batch), days | {day for day, _ in batch}
        return erased, days

    def _erase_demo_from(self, table: LakeTable) -> tuple[int, set[date]]:
        def all_of_them(base: DeltaTable) -> tuple[int, set[date]]:
            day_of_each = [day for day, _ in rows_of(base, table, CONDITION)]
            days = set(day_of_each)
            marks = {**moved_days(base, days), **NO_DEMO} if table.name == EVENTS.name else {}
            if days:
                self._lake.delete(base, f"{within(days)} AND {CONDITION}", marks)
            elif table.name == EVENTS.name and demo_days(base):
                self._lake.commit(base, marks)
            return len(day_of_each), days

        return self._insist(table.name, all_of_them)

    def _delete(self, base: DeltaTable, table: LakeTable, rows: Sequence[tuple[date, Key]]) -> None:
        days, keys = {day for day, _ in rows}, {key for _, key in rows}
        key_list = ", ".join(str(key) if isinstance(key, int) else f"'{key}'" for key in keys)
        marks = moved_days(base, days) if table.name == EVENTS.name else {}
        self._lake.delete(base, f"{within(days)} AND {table.key} IN ({key_list})", marks)

    def _insist(self, name: str, act: Callable[[DeltaTable], T]) -> T:
        """Runs a commit on the newest version, again while others come between."""
        from deltalake.exceptions import CommitFailedError

        for _ in range(TRIES):
            try:
                return act(self._lake.open(name))
            except CommitFailedError:
                continue
        return act(self._lake.open(name))


def rows_of(base: DeltaTable, table: LakeTable, condition: str) -> Iterator[tuple[date, Key]]:
    """Day and key of each row for which this holds."""
    import pyarrow as pa

    for batch in base.scan(columns=["day", table.key], predicate=condition):
        rows = pa.record_batch(batch)
        yield from zip(rows["day"].to_pylist(), rows[table.key].to_pylist(), strict=True)
