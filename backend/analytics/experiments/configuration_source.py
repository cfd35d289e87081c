"""The configuration as it is read from the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.analytics.experiments.config_json import config_of
from backend.analytics.experiments.configuration import FeatureDocument, Snapshot
from backend.analytics.experiments.definition import Experiment, ExperimentStatus, WeightPeriod
from backend.analytics.experiments.models import AbTest, AbWeightPeriod, ExperimentsVersion, FeatureFlag, Holdout
from backend.analytics.experiments.placing import HoldoutRule

VERSION = select(ExperimentsVersion.version).where(ExperimentsVersion.id == 1)
Phase = tuple[str, int]


class DatabaseSource:
    """Reads in sessions of its own: a request's may hold changes, or be over before the next look."""

    def __init__(self, session: Callable[[], Session]) -> None:
        self._session = session

    def version(self) -> int:
        with self._reading() as session:
            return session.scalar(VERSION) or 0

    def load(self) -> Snapshot:
        """The version is read first: a change meanwhile is read again at the next look, rather than missed."""
        with self._reading() as session:
            version = session.scalar(VERSION) or 0
            flags = [
                FeatureDocument(flag.key, flag.definition, flag.is_public, flag.is_killed)
                for flag in session.scalars(select(FeatureFlag))
            ]
            return Snapshot(
                version, tuple(_experiments(session)), {flag.key: flag for flag in flags}, tuple(_holdouts(session))
            )

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        with self._session() as session:
            session.connection(execution_options={"reads_only": True})
            yield session


def _experiments(session: Session) -> Iterator[Experiment]:
    periods: dict[Phase, list[WeightPeriod]] = defaultdict(list)
    for row in session.scalars(select(AbWeightPeriod).order_by(AbWeightPeriod.version)):
        period = WeightPeriod(row.version, row.weights, row.traffic, row.starts_at)
        periods[row.test_id, row.phase].append(period)
    for test in session.scalars(select(AbTest)):
        yield Experiment(
            test.test_id,
            config_of(test.config),
            ExperimentStatus(test.status),
            test.phase,
            tuple(periods[test.test_id, test.phase]),
            test.created_at,
            test.updated_at,
            test.started_at,
            test.stopped_at,
            test.shipped,
            test.shipped_share,
            test.follows,
        )


def _holdouts(session: Session) -> Iterator[HoldoutRule]:
    for holdout in session.scalars(select(Holdout).order_by(Holdout.name)):
        yield HoldoutRule(holdout.name, holdout.share, frozenset(holdout.test_ids["tests"]))
