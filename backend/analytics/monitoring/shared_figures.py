"""What all hosts share: the database's connections and tables, Redis, and how much work waits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from backend.analytics.events.models import AnalyticsEvent
from backend.analytics.lake.progress import ProgressStore
from backend.clock import Clock
from backend.database import reading
from backend.extensions import redis_error
from backend.jobs.models import Job, JobState
from backend.mail.service import KIND as LETTER

RedisInfo = Callable[[], Mapping[str, Any]]
OtherFigures = Callable[[datetime], Mapping[str, float]]
CONNECTIONS = text(
    "SELECT count(*) FILTER (WHERE state = 'active') AS active, count(*) AS open,"
    " current_setting('max_connections')::int AS most FROM pg_stat_activity WHERE backend_type = 'client backend'"
)
TABLES_OF_POSTGRESQL = text(
    "SELECT name, sum(bytes) FROM (SELECT pg_total_relation_size(c.oid) AS bytes,"
    " COALESCE((SELECT p.relname FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent WHERE i.inhrelid = c.oid),"
    " c.relname) AS name FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r')"
    " tables GROUP BY name"
)
TABLES_OF_SQLITE = text(
    "SELECT s.tbl_name, sum(d.pgsize) FROM dbstat d JOIN sqlite_schema s ON s.name = d.name WHERE d.aggregate = TRUE"
    " GROUP BY s.tbl_name"
)
SIZE = {
    "postgresql": text("SELECT pg_database_size(current_database())"),
    "sqlite": text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"),
}


class SharedFigures:
    """Each part that cannot be had is left out; `redis` is None where there is no Redis; `also`: of other rooms."""

    def __init__(
        self, session: Session, redis: RedisInfo | None, now: Clock, also: Sequence[OtherFigures] = ()
    ) -> None:
        self._session = session
        self._redis = redis
        self._now = now
        self._also = also

    def look(self) -> dict[str, float]:
        figures: dict[str, float] = {}
        for part in (self._connections, self._work, self._freshness, self._memory_of_redis, self._of_others):
            try:
                with reading():
                    figures.update(part())
            except (SQLAlchemyError, OSError, redis_error()):
                continue
        return figures

    def tables(self) -> dict[str, float]:
        """The size of the database and of each table with its indexes, for which every page may have to be read."""
        dialect = self._session.get_bind().dialect.name
        try:
            with reading():
                sizes = self._session.execute(
                    TABLES_OF_POSTGRESQL if dialect == "postgresql" else TABLES_OF_SQLITE
                ).all()
                whole = float(self._session.scalar(SIZE[dialect]) or 0)
        except SQLAlchemyError:
            return {}
        return {"database_bytes": whole, **{f"table_bytes:{name}": float(size) for name, size in sizes}}

    def _connections(self) -> dict[str, float]:
        if self._session.get_bind().dialect.name != "postgresql":
            return {}
        row = self._session.execute(CONNECTIONS).one()
        return {
            "database_connections_active": float(row.active),
            "database_connections_open": float(row.open),
            "database_connections_max": float(row.most),
            "database_connections_percent": 100 * row.open / row.most,
        }

    def _work(self) -> dict[str, float]:
        waits = (Job.state == JobState.WAITING) & (Job.due_at <= self._now())
        letters = (Job.kind == LETTER) & Job.state.in_((JobState.WAITING, JobState.RUNNING))
        return {
            "jobs_waiting": self._count(waits),
            "jobs_dead": self._count(Job.state == JobState.DEAD),
            "mail_waiting": self._count(letters),
        }

    def _count(self, condition: Any) -> float:
        return float(self._session.scalar(select(func.count()).select_from(Job).where(condition)) or 0)

    def _freshness(self) -> dict[str, float]:
        """How far the lake is behind, and how long ago the newest event came."""
        newest = select(AnalyticsEvent.created_at).order_by(AnalyticsEvent.id.desc()).limit(1)
        last = ProgressStore(self._session).last()
        moments = {
            "lake_lag_seconds": last and last.as_of,
            "newest_event_age_seconds": self._session.scalar(newest),
        }
        return {name: self._age(moment) for name, moment in moments.items() if moment}

    def _memory_of_redis(self) -> dict[str, float]:
        if self._redis is None:
            return {}
        info = self._redis()
        used, most = float(info["used_memory"]), float(info.get("maxmemory") or 0)
        figures = {"redis_memory_bytes": used}
        return figures | ({"redis_memory_percent": 100 * used / most} if most else {})

    def _of_others(self) -> dict[str, float]:
        return {name: value for figures in self._also for name, value in figures(self._now()).items()}

    def _age(self, moment: datetime) -> float:
        return max((self._now() - moment).total_seconds(), 0.0)
