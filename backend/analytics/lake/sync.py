"""Move new events from the landing table into the lake, each exactly once.

A batch and the position behind it (the watermark) enter the lake in one commit, so whatever ends this process leaves
either both or neither. Two syncs at once read the same batch, and one of their commits fails: that one reads again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from backend.analytics.events.landing_reader import LandingReader, LandingWentBack
from backend.analytics.lake.batch import Batch, days_of, read, without_known
from backend.analytics.lake.delta import LANDING, REBUILDING, REFUSED, Lake, import_mark, moved_days
from backend.analytics.lake.demo import demo_marks
from backend.analytics.lake.landing import LAST_ID, held_back, last_row, last_row_is_here, renumber
from backend.analytics.lake.locks import Lock
from backend.analytics.lake.progress import Progress, ProgressStore
from backend.analytics.telemetry import Telemetry
from backend.clock import Clock
from backend.errors import Unavailable
from backend.faults import Faults

if TYPE_CHECKING:
    import pyarrow as pa
    from deltalake import DeltaTable

BATCH_SIZE = 50_000
TRIES = 20
REFUSAL = (
    "The landing table is older than the lake: it was restored from a backup, or is another. `flask lake rebuild` adds "
    "the events that the lake lacks and goes on from there."
)
LOST = (
    "The lake is made anew, though it had come to position %s: it was lost, or LAKE_URL leads elsewhere. It gets what "
    "the landing table still has; events older than that and events from files must be imported again."
)
FAILED = "lake.sync_failed"
logger = logging.getLogger(__name__)
Sessions = Callable[[], Session]
AfterSync = Callable[[frozenset[date]], None]


class SyncFailed(Unavailable):
    """The lake could not be brought up to date; it stands where it stood."""

    code = "lake_sync_failed"
    title = "The lake is not up to date"


class LandingIsOlder(SyncFailed):
    """The landing table lies behind the lake's watermark: going on would skip events or repeat them."""

    code = "landing_is_older"


class Followers:
    """Who is told, at the end of each sync, which days it touched; after a crash only the lake's day marks tell it."""

    def __init__(self) -> None:
        self._all: list[tuple[AfterSync, Callable[[], None] | None]] = []

    def add(self, tell: AfterSync, mend: Callable[[], None] | None = None) -> None:
        """`mend` sees to it, after a rebuild, that what was made of events is right, whatever state it is in."""
        self._all.append((tell, mend))

    def hear(self, days: frozenset[date]) -> None:
        for tell, _ in self._all:
            tell(days)

    def mend(self, days: frozenset[date]) -> None:
        for tell, mend in self._all:
            if mend:
                mend()
            else:
                tell(days)


class Complaint:
    """Says what goes wrong once, until it goes right again; one for a process."""

    def __init__(self) -> None:
        self._made = False

    def make(self, message: str, reason: Exception) -> None:
        if not self._made:
            logger.warning("%s: %s", message, str(reason).split("\n")[0])
        self._made = True

    def withdraw(self) -> None:
        self._made = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What one commit added, and how far it got."""

    rows: int
    days: frozenset[date]
    position: int


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync added, to which days, and how far the lake is now."""

    rows: int
    days: frozenset[date]
    progress: Progress


class LakeSync:
    def __init__(
        self,
        lake: Lake,
        sessions: Sessions,
        lock: Lock,
        followers: Followers,
        telemetry: Telemetry,
        complaint: Complaint,
        faults: Faults,
        now: Clock,
    ) -> None:
        self._lake = lake
        self._sessions = sessions
        self._lock = lock
        self._followers = followers
        self._telemetry = telemetry
        self._complaint = complaint
        self._faults = faults
        self._now = now

    def run(self) -> Synced | None:
        """Bring the lake up to what is committed now; None if another process is at it. Raises SyncFailed."""
        with self._reporting():
            with self._lock.held() as alone:
                synced = self._catch_up() if alone else None
            if synced:
                self._telemetry.count("lake.synced_rows", synced.rows)
                self._followers.hear(synced.days)
            return synced

    def rebuild(self) -> Synced | None:
        """Start over from the first landing row, adding what the lake lacks; None if another process is at it.

        Until all rows that are there now have been read, also by later syncs, ids are compared.
        """
        with self._reporting():
            with self._lock.held() as alone:
                if alone:
                    base = self._lake.open("events")
                    days = moved_days(base, self._lake.days(base))
                    with self._sessions() as session:
                        tell_of_loss(session, base)
                        marks = {LANDING: 0, LAST_ID: 0, REFUSED: 0, REBUILDING: renumber(session)}
                    self._lake.commit(base, marks | days)
                synced = self._catch_up() if alone else None
            if synced:
                self._telemetry.count("lake.synced_rows", synced.rows)
                self._followers.mend(synced.days)
            return synced

    def _catch_up(self) -> Synced:
        added, days, position = 0, frozenset[date](), -1
        base = self._lake.open("events")
        with self._sessions() as session:
            tell_of_loss(session, base)
            with reading(session) as landing:
                as_of, goal = self._now() - held_back(session), landing.end()
            while position < goal:
                base, taken = self._take_batch(session)
                if taken is None:
                    break
                added, days, position = added + taken.rows, days | taken.days, taken.position
            if 0 < (base.transaction_version(REBUILDING) or 0) <= goal:
                self._lake.commit(base, {REBUILDING: 0})
            progress = Progress(base.transaction_version(LANDING) or 0, as_of)
            session.connection(execution_options={"reads_only": False})
            ProgressStore(session).note(progress)
            session.commit()
        self._faults.reach("lake.sync.noted")
        return Synced(added, days, progress)

    def _take_batch(self, session: Session) -> tuple[DeltaTable, Taken | None]:
        """The version that is now, and what was added; None when there was nothing to read."""
        from deltalake.exceptions import CommitFailedError

        for last_try in [False] * TRIES + [True]:
            base = self._lake.open("events")
            batch = self._read(session, base)
            self._faults.reach("lake.sync.read")
            try:
                return base, self._add(base, batch) if batch.rows.num_rows else None
            except CommitFailedError:
                if last_try:
                    raise
        raise AssertionError

    def _read(self, session: Session, base: DeltaTable) -> Batch:
        if base.transaction_version(REFUSED):
            raise self._refusal(session, base)
        with reading(session):
            try:
                batch = read(session, base.transaction_version(LANDING) or 0, BATCH_SIZE)
            except LandingWentBack:
                batch = None
            if batch is not None and last_row_is_here(session, base):
                return batch
        self._lake.commit(base, {REFUSED: 1, LANDING: base.transaction_version(LANDING) or 0})
        raise self._refusal(session, base)

    def _refusal(self, session: Session, base: DeltaTable) -> LandingIsOlder:
        """The lake knows it; the health page reads no lake, so the database is told too, once."""
        store = ProgressStore(session)
        with reading(session):
            known = store.is_refused()
        if not known:
            session.connection(execution_options={"reads_only": False})
            store.refuse(base.transaction_version(LANDING) or 0, self._now())
            session.commit()
        return LandingIsOlder(REFUSAL)

    def _add(self, base: DeltaTable, batch: Batch) -> Taken:
        rows = batch.shaped()
        days, rebuilding = days_of(rows), base.transaction_version(REBUILDING)
        comparing = [day for day in days if rebuilding or base.transaction_version(import_mark(day))]
        fresh = without_known(rows, base, comparing)
        marks = {LANDING: batch.position} | last_row(batch) | moved_days(base, days) | demo_marks(fresh, base)
        self._lake.append(base, self._handing_over(fresh), marks)
        self._faults.reach("lake.sync.appended")
        return Taken(fresh.num_rows, days, batch.position)

    def _handing_over(self, rows: pa.Table) -> pa.RecordBatchReader:
        """The rows as a stream, at whose end they are written but not committed."""
        import pyarrow as pa

        def stream() -> Iterator[pa.RecordBatch]:
            yield from rows.to_batches()
            self._faults.reach("lake.sync.written")

        return pa.RecordBatchReader.from_batches(rows.schema, stream())

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        """Any trouble becomes SyncFailed, counted, and said once."""
        from deltalake.exceptions import DeltaError

        try:
            yield
        except (OSError, DeltaError, SQLAlchemyError, SyncFailed) as error:
            self._telemetry.count(FAILED)
            self._complaint.make("The lake cannot be brought up to date", error)
            if isinstance(error, SyncFailed):
                raise
            raise SyncFailed("The lake cannot be brought up to date now.") from error
        else:
            self._complaint.withdraw()


def tell_of_loss(session: Session, base: DeltaTable) -> None:
    """Whoever opened the lake last, maybe a question, made an empty one where events had been."""
    if base.transaction_version(LANDING) is not None:
        return
    with reading(session):
        last = ProgressStore(session).last()
    if last and last.watermark:
        logger.warning(LOST, last.watermark)


@contextmanager
def reading(session: Session) -> Iterator[LandingReader]:
    """A transaction that lets others write, over before anything is done with what was read."""
    session.connection(execution_options={"reads_only": True})
    try:
        yield LandingReader(session)
    finally:
        session.rollback()
