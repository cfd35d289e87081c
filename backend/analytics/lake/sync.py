"""Move new events from the landing table into the lake, each exactly once.

A batch and the position behind it (the watermark) enter the lake in one commit, so whatever ends this process leaves
either both or neither. Two syncs at once read the same batch, and one of their commits fails: that one reads again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from backend.analytics.lake.batch import ArrowBatch, days_of, without_known
from backend.analytics.lake.delta import LANDING, REBUILDING, REFUSED, RESTORED, Lake, may_be_known, moved_days
from backend.analytics.lake.landing import LAST_ID, batch_marks, held_back, renumber
from backend.analytics.lake.landing_batches import LandingBatches, reading, warn_of_loss
from backend.analytics.lake.locks import Lock
from backend.analytics.lake.progress import Progress, ProgressStore
from backend.analytics.lake.subscribers import Subscribers
from backend.analytics.lake.sync_failures import SyncReporting
from backend.clock import Clock
from backend.faults import Faults
from backend.observing import observed

if TYPE_CHECKING:
    import pyarrow as pa
    from deltalake import DeltaTable

TRIES = 20


@dataclass(frozen=True, slots=True)
class BatchCommit:
    """The rows and days that one commit added, and its position."""

    rows: int
    days: frozenset[date]
    position: int


@dataclass(frozen=True, slots=True)
class Synced:
    """The rows and days that a sync added, and the progress of the lake."""

    rows: int
    days: frozenset[date]
    progress: Progress


class LakeSync:
    def __init__(
        self,
        lake: Lake,
        sessions: Callable[[], Session],
        lock: Lock,
        subscribers: Subscribers,
        reporting: SyncReporting,
        faults: Faults,
        now: Clock,
    ) -> None:
        self._lake = lake
        self._sessions = sessions
        self._lock = lock
        self._subscribers = subscribers
        self._reporting = reporting
        self._batches = LandingBatches(lake, now)
        self._faults = faults
        self._now = now

    def run(self) -> Synced | None:
        """Bring the lake up to what is committed now; None if another process is at it. Raises SyncFailed."""
        with self._reporting.failures.reported(self._reporting.telemetry):
            with self._lock.held() as alone:
                synced = self._catch_up() if alone else None
            if synced:
                self._reporting.telemetry.count("lake.synced_rows", synced.rows)
                self._subscribers.notify(synced.days)
            return synced

    def rebuild(self) -> Synced | None:
        """Start over from the first landing row, adding what the lake lacks; None if another process is at it.

        Until all rows that are there now have been read, also by later syncs, ids are compared. Senders may repeat
        what a restored landing table has lost, so events of the days until today are compared from then on.
        """
        with self._reporting.failures.reported(self._reporting.telemetry):
            with self._lock.held() as alone:
                if alone:
                    base = self._lake.open("events")
                    days = moved_days(base, self._lake.days(base))
                    with self._sessions() as session:
                        warn_of_loss(session, base)
                        marks = {LANDING: 0, LAST_ID: 0, REFUSED: 0, REBUILDING: renumber(session)}
                    self._lake.commit(base, marks | days | {RESTORED: self._now().date().toordinal() + 1})
                synced = self._catch_up() if alone else None
            if synced:
                self._reporting.telemetry.count("lake.synced_rows", synced.rows)
                self._subscribers.mend(synced.days)
            return synced

    def _catch_up(self) -> Synced:
        with observed(self._reporting.observe, "sync"):
            return self._read_on()

    def _read_on(self) -> Synced:
        added, days, position = 0, frozenset[date](), -1
        base = self._lake.open("events")
        with self._sessions() as session:
            warn_of_loss(session, base)
            with reading(session) as landing:
                as_of, goal = self._now() - held_back(session), landing.end()
            while position < goal:
                base, commit = self._add_batch(session)
                if commit is None:
                    break
                added, days, position = added + commit.rows, days | commit.days, commit.position
            if 0 < (base.transaction_version(REBUILDING) or 0) <= goal:
                self._lake.commit(base, {REBUILDING: 0})
            progress = Progress(base.transaction_version(LANDING) or 0, as_of)
            session.connection(execution_options={"reads_only": False})
            ProgressStore(session).save(progress)
            session.commit()
        self._faults.reach("lake.sync.noted")
        return Synced(added, days, progress)

    def _add_batch(self, session: Session) -> tuple[DeltaTable, BatchCommit | None]:
        """The newest version, and the commit; None where there was nothing to read."""
        from deltalake.exceptions import CommitFailedError

        for last_try in [False] * TRIES + [True]:
            base = self._lake.open("events")
            batch = self._batches.next(session, base)
            self._faults.reach("lake.sync.read")
            try:
                return base, self._add(base, batch) if batch.rows.num_rows else None
            except CommitFailedError:
                if last_try:
                    raise
        raise AssertionError

    def _add(self, base: DeltaTable, batch: ArrowBatch) -> BatchCommit:
        rows = batch.shaped()
        days, rebuilding = days_of(rows), base.transaction_version(REBUILDING)
        comparing = [day for day in days if rebuilding or may_be_known(base, day)]
        fresh = without_known(rows, base, comparing)
        self._lake.append(base, self._handing_over(fresh), batch_marks(base, batch, fresh, days))
        self._faults.reach("lake.sync.appended")
        return BatchCommit(fresh.num_rows, days, batch.position)

    def _handing_over(self, rows: pa.Table) -> pa.RecordBatchReader:
        """The rows as a stream, at whose end they are written but not committed."""
        import pyarrow as pa

        def stream() -> Iterator[pa.RecordBatch]:
            yield from rows.to_batches()
            self._faults.reach("lake.sync.written")

        return pa.RecordBatchReader.from_batches(rows.schema, stream())
