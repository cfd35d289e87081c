"""Pass events on to GA4: the schedule turns new landing rows into jobs, each job is one request."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from backend.analytics.events.forwarding.client import Ga4Client, Ga4Refused, Ga4Unavailable
from backend.analytics.events.forwarding.protocol import Ga4Event, Skip, body_of, requests, translate
from backend.analytics.events.forwarding.store import CursorStore
from backend.analytics.events.landing_reader import LandingBatch, LandingReader, LandingRow, LandingWentBack
from backend.analytics.telemetry import Telemetry
from backend.clock import Clock
from backend.faults import Faults
from backend.jobs.kinds import ClaimedJob
from backend.jobs.service import Jobs

SEND = "ga4.send"
SENT, SKIPPED, FAILED, ADAPTED = "ga4.sent", "ga4.skipped", "ga4.failed", "ga4.adapted"
BATCH_SIZE = 1_000
MOST_BATCHES = 100
logger = logging.getLogger(__name__)


class Forwarding(Protocol):
    """The door of the schedule and the jobs."""

    def forward(self) -> int: ...

    def send(self, job: ClaimedJob) -> None: ...


class NullForwarding:
    """Passes nothing on: no stream is named. The cursor stays where it is."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry

    def forward(self) -> int:
        return 0

    def send(self, job: ClaimedJob) -> None:
        """End a job from the time when there was a stream."""
        _report_skipped(self._telemetry, Counter({Skip.SWITCHED_OFF: len(job.payload["rows"])}))


class Ga4Forwarding:
    def __init__(
        self,
        reader: LandingReader,
        cursors: CursorStore,
        jobs: Jobs,
        client: Ga4Client,
        session: Session,
        telemetry: Telemetry,
        now: Clock,
        faults: Faults,
    ) -> None:
        self._reader = reader
        self._cursors = cursors
        self._jobs = jobs
        self._client = client
        self._session = session
        self._telemetry = telemetry
        self._now = now
        self._faults = faults

    def forward(self) -> int:
        """Makes a job of each request that the new rows need; returns how many. The first time only sets the cursor."""
        return sum(len(job_ids) for job_ids in self._batches())

    def send(self, job: ClaimedJob) -> None:
        """Post the rows of one request, as many as are left and still young enough."""
        ids = job.payload["rows"]
        rows = [LandingRow(*row) for row in self._reader.rows(ids)]
        # GA4 may take seconds to answer: nobody is to wait for our transaction meanwhile.
        self._session.rollback()
        events, skipped = _sort(rows, self._now())
        skipped[Skip.GONE] = len(ids) - len(rows)
        if events:
            self._post([event for _, event in events])
        _report_skipped(self._telemetry, skipped)

    def _post(self, events: Sequence[Ga4Event]) -> None:
        body = body_of(events[0].client_id, [event.payload for event in events])
        try:
            self._client.post(body)
        except (Ga4Unavailable, Ga4Refused):
            self._telemetry.count(FAILED)
            raise
        self._faults.reach("ga4.sent")
        self._telemetry.count(SENT, len(events))
        self._telemetry.count(ADAPTED, sum(event.adapted for event in events))

    def _batches(self) -> Iterable[Sequence[int]]:
        for _ in range(MOST_BATCHES):
            job_ids = self._batch()
            if job_ids is None:
                return
            yield job_ids

    def _batch(self) -> Sequence[int] | None:
        """The jobs of one batch, in one transaction with the cursor; None when there is nothing more."""
        now = self._now()
        # SQLite has one write lock: it is not to be held while we read and think.
        self._session.rollback()
        self._session.connection(execution_options={"reads_only": True})
        before = self._cursors.position()
        batch = self._read(before)
        events, skipped = _sort([LandingRow(*row) for row in batch.rows], now)
        self._session.rollback()
        if batch.position == before:
            return None
        if not self._cursors.move(before, batch.position, now):
            self._session.rollback()
            return None
        added = [self._jobs.add(SEND, {"rows": ids}, unique_key=f"{SEND} {min(ids)}") for ids in requests(events)]
        self._faults.reach("ga4.moved")
        self._session.commit()
        self._faults.reach("ga4.forwarded")
        _report_skipped(self._telemetry, skipped)
        return [job_id for job_id in added if job_id is not None] if batch.rows else None

    def _read(self, position: int | None) -> LandingBatch:
        """The rows behind the cursor; none that are older than the cursor itself, or than a restore."""
        if position is None:
            return LandingBatch((), self._reader.end())
        try:
            return self._reader.batch(position, BATCH_SIZE)
        except LandingWentBack as error:
            logger.warning("GA4 forwarding begins anew at the end of the landing table: %s", error)
            return LandingBatch((), self._reader.end())


def _sort(rows: Iterable[LandingRow], now: datetime) -> tuple[list[tuple[int, Ga4Event]], Counter[Skip]]:
    """The events to send, numbered, in the order they happened, and how many are not sent, by reason."""
    events: list[tuple[int, Ga4Event]] = []
    skipped: Counter[Skip] = Counter()
    for row in sorted(rows, key=lambda row: (row.timestamp, row.id)):
        translated = translate(row, now)
        if isinstance(translated, Skip):
            skipped[translated] += 1
        else:
            events.append((row.id, translated))
    return events, skipped


def _report_skipped(telemetry: Telemetry, skipped: Counter[Skip]) -> None:
    for reason, times in (+skipped).items():
        telemetry.count(SKIPPED, times)
        telemetry.count(f"{SKIPPED}.{reason}", times)
    if +skipped:
        logger.info("not sent to GA4: %s", ", ".join(f"{times} {reason}" for reason, times in (+skipped).items()))
