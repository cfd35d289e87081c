from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.analytics.experiments.config_json import config_of
from backend.analytics.experiments.definition import Experiment, ExperimentStatus, WeightPeriod
from backend.analytics.experiments.models import AbHistory, AbTest, AbWeightPeriod, ExperimentsVersion
from backend.errors import NotFound
from backend.jobs.store import inserting

THE_VERSION = 1  # id of the one row
LONGEST_WHY = 400


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """What was done to an experiment, a flag, or a holdout. `who`: as the audit log names them."""

    deed: str
    who: str
    why: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    at: datetime


class HistoryStore:
    """What was done, and the number that tells every process that something was."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, subject: str, entry: HistoryEntry) -> None:
        """Write the entry and move the version on. Commits nothing."""
        self._session.add(
            AbHistory(
                subject=subject, deed=entry.deed, who=entry.who, why=entry.why,
                before=entry.before, after=entry.after, at=entry.at,
            )
        )  # fmt: skip
        self._session.flush()
        statement = inserting(self._session, ExperimentsVersion).values(id=THE_VERSION, version=1, changed_at=entry.at)
        grown = {"version": ExperimentsVersion.version + 1, "changed_at": entry.at}
        self._session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=grown))

    def of(self, subject: str) -> tuple[HistoryEntry, ...]:
        """The newest first."""
        rows = self._session.scalars(
            select(AbHistory).where(AbHistory.subject == subject).order_by(AbHistory.id.desc())
        )
        return tuple(HistoryEntry(row.deed, row.who, row.why, row.before, row.after, row.at) for row in rows)

    def version(self) -> int:
        """0 before anything was ever changed."""
        return self._session.scalar(select(ExperimentsVersion.version)) or 0


class ExperimentStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: AbTest | AbWeightPeriod) -> None:
        self._session.add(row)
        self._session.flush()

    def row(self, test_id: str) -> AbTest:
        """For a change, which waits for any other change of it. Raises NotFound."""
        wanted = select(AbTest).where(AbTest.test_id == test_id).with_for_update()
        row = self._session.scalar(wanted.execution_options(populate_existing=True))
        if row is None:
            raise no_experiment()
        return row

    def get(self, test_id: str) -> Experiment:
        """Raises NotFound."""
        row = self._session.get(AbTest, test_id)
        if row is None:
            raise no_experiment()
        return self.shown([row])[0]

    def all(self, statuses: Iterable[ExperimentStatus] = ()) -> tuple[Experiment, ...]:
        """Those of these statuses, or all; the newest first."""
        wanted = select(AbTest).order_by(AbTest.created_at.desc(), AbTest.test_id)
        named = [status.value for status in statuses]
        if named:
            wanted = wanted.where(AbTest.status.in_(named))
        return self.shown(self._session.scalars(wanted).all())

    def served(self) -> tuple[Experiment, ...]:
        """What assignment has to know: those that run, and those whose winner is shown."""
        wanted = select(AbTest).where((AbTest.status == ExperimentStatus.RUNNING.value) | AbTest.shipped.is_not(None))
        rows = self._session.scalars(wanted.order_by(AbTest.created_at, AbTest.test_id)).all()
        return self.shown(rows)

    def count(self) -> int:
        return self._session.scalar(select(func.count()).select_from(AbTest)) or 0

    def shown(self, rows: Sequence[AbTest]) -> tuple[Experiment, ...]:
        periods = defaultdict[tuple[str, int], list[WeightPeriod]](list)
        wanted = select(AbWeightPeriod).where(AbWeightPeriod.test_id.in_([row.test_id for row in rows]))
        for row in self._session.scalars(wanted.order_by(AbWeightPeriod.version)):
            period = WeightPeriod(row.version, dict(row.weights), row.traffic, row.starts_at)
            periods[row.test_id, row.phase].append(period)
        return tuple(_shown(row, periods[row.test_id, row.phase]) for row in rows)


def _shown(row: AbTest, periods: Sequence[WeightPeriod]) -> Experiment:
    return Experiment(
        test_id=row.test_id,
        config=config_of(row.config),
        status=ExperimentStatus(row.status),
        phase=row.phase,
        periods=tuple(periods),
        created_at=row.created_at,
        updated_at=row.updated_at,
        started_at=row.started_at,
        stopped_at=row.stopped_at,
        shipped=row.shipped,
        shipped_share=row.shipped_share,
        follows=row.follows,
    )


def no_experiment() -> NotFound:
    return NotFound("There is no experiment with that ID.")
