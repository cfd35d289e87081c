"""The landing table as a sync reads it on from the lake's watermark, or refuses it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from backend.analytics.events.landing_reader import LandingReader, LandingWentBack
from backend.analytics.lake.batch import ArrowBatch, read
from backend.analytics.lake.delta import LANDING, REFUSED, Lake
from backend.analytics.lake.landing import last_row_is_here
from backend.analytics.lake.progress import ProgressStore
from backend.analytics.lake.sync_failures import LandingIsOlder
from backend.clock import Clock

if TYPE_CHECKING:
    from deltalake import DeltaTable

BATCH_SIZE = 50_000
REFUSAL = (
    "The landing table is older than the lake: it was restored from a backup, or is another. `flask lake rebuild` adds "
    "the events that the lake lacks and goes on from there."
)
LOST = (
    "The lake is made anew, though it had come to position %s: it was lost, or LAKE_URL leads elsewhere. It gets what "
    "the landing table still has; events older than that and events from files must be imported again."
)
logger = logging.getLogger(__name__)


class LandingBatches:
    """The batches behind the watermark of the lake; none of a table that was restored from an older state."""

    def __init__(self, lake: Lake, now: Clock) -> None:
        self._lake = lake
        self._now = now

    def next(self, session: Session, base: DeltaTable) -> ArrowBatch:
        """The batch behind the watermark of `base`. Raises LandingIsOlder, which the lake then remembers."""
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
            is_known = store.is_refused()
        if not is_known:
            session.connection(execution_options={"reads_only": False})
            store.refuse(base.transaction_version(LANDING) or 0, self._now())
            session.commit()
        return LandingIsOlder(REFUSAL)


def warn_of_loss(session: Session, base: DeltaTable) -> None:
    """Warns where the lake is new though it had come further: a question or a sync has made an empty one."""
    if base.transaction_version(LANDING) is not None:
        return
    with reading(session):
        last = ProgressStore(session).last()
    if last and last.watermark:
        logger.warning(LOST, last.watermark)


@contextmanager
def reading(session: Session) -> Iterator[LandingReader]:
    """A transaction that lets others write, over before the rows are used."""
    session.connection(execution_options={"reads_only": True})
    try:
        yield LandingReader(session)
    finally:
        session.rollback()
