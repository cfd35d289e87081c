"""The configuration as it is read from the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.analytics.experiments.configuration import FeatureDocument, Snapshot
from backend.analytics.experiments.models import FeatureFlag, Holdout
from backend.analytics.experiments.placing import HoldoutRule
from backend.analytics.experiments.store import ExperimentStore, HistoryStore


class DatabaseSource:
    """Reads in sessions of its own: a request's may hold changes, or be over before the next look."""

    def __init__(self, session: Callable[[], Session]) -> None:
        self._session = session

    def version(self) -> int:
        with self._reading() as session:
            return HistoryStore(session).version()

    def load(self) -> Snapshot:
        """The version is read first: a change meanwhile is read again at the next look, rather than missed."""
        with self._reading() as session:
            version = HistoryStore(session).version()
            flags = [
                FeatureDocument(flag.key, flag.definition, flag.is_public, flag.is_killed)
                for flag in session.scalars(select(FeatureFlag))
            ]
            return Snapshot(
                version, ExperimentStore(session).all(), {flag.key: flag for flag in flags}, tuple(_holdouts(session))
            )

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        with self._session() as session:
            session.connection(execution_options={"reads_only": True})
            yield session


def _holdouts(session: Session) -> Iterator[HoldoutRule]:
    for holdout in session.scalars(select(Holdout).order_by(Holdout.name)):
        yield HoldoutRule(holdout.name, holdout.share, frozenset(holdout.test_ids["tests"]))
