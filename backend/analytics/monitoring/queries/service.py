"""The slow queries: written down, planned later and elsewhere than in the request that was slow, and forgotten."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from backend.analytics.monitoring.queries.plans import plan
from backend.analytics.monitoring.queries.slow import SlowBuffer
from backend.analytics.monitoring.queries.store import SlowQueryStore
from backend.clock import Clock

PLANS_AT_ONCE = 20
PLAN_RETENTION, RETENTION = timedelta(days=1), timedelta(days=60)
Percentiles = Callable[[Collection[str], datetime], Mapping[str, float | None]]


@dataclass(frozen=True, slots=True)
class SlowQuery:
    """One statement, its values masked. `p95` is that of all its runs, None where they are not known; in seconds.

    `route` is where it was slow last, `rows` how many it read or changed then, where the driver tells. `plan` is None
    until the schedule has asked for it.
    """

    fingerprint: str
    statement: str
    plan: str | None
    count: int
    p95: float | None
    maximum: float
    last_at: datetime
    route: str
    rows: int | None


class SlowQueries:
    """`p95s` gives the 95th percentiles of statements since a moment."""

    def __init__(
        self, sessions: Callable[[], Session], connect: Callable[[], Connection], p95s: Percentiles, now: Clock
    ) -> None:
        self._sessions = sessions
        self._connect = connect
        self._p95s = p95s
        self._now = now

    def write_down(self, buffer: SlowBuffer) -> None:
        """Store what waits in this process."""
        noted = buffer.drain()
        if noted:
            with self._sessions() as session:
                SlowQueryStore(session).add(noted)
                session.commit()

    def worst(self, since: datetime, most: int) -> Sequence[SlowQuery]:
        """The statements that were slow since then, the longest first."""
        with self._sessions() as session:
            session.connection(execution_options={"reads_only": True})
            store = SlowQueryStore(session)
            worst = store.worst(since, most)
            names = [row.name for row in worst]
            statements, latest, p95s = store.statements(names), store.latest(names), self._p95s(names, since)
        return [
            SlowQuery(
                row.name,
                statements[row.name].statement,
                statements[row.name].plan,
                row.times,
                p95s.get(row.name),
                row.maximum,
                latest[row.name].last_at,
                latest[row.name].route,
                latest[row.name].rows,
            )
            for row in worst
        ]

    def make_plans(self) -> int:
        """Ask the database for plans that are missing or a day old; how many."""
        now = self._now()
        with self._connect() as connection, self._sessions() as session:
            connection.execution_options(reads_only=True, no_parameters=True)
            session.connection(execution_options={"reads_only": True})
            dialect = connection.dialect.name
            wanted = SlowQueryStore(session).without_plan(dialect, now - PLAN_RETENTION, PLANS_AT_ONCE)
            plans = {statement.name: statement.statement for statement in wanted}
            session.rollback()
            made = {name: plan(connection, statement) for name, statement in plans.items()}
            for name, lines in sorted(made.items()):
                SlowQueryStore(session).keep_plan(name, lines, now)
            session.commit()
        return len(made)

    def forget(self) -> int:
        """Delete what is older than its retention; how many hours."""
        with self._sessions() as session:
            forgotten = SlowQueryStore(session).forget(self._now() - RETENTION)
            session.commit()
        return forgotten
