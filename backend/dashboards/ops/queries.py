"""Slow queries as pages show them: the masked statement, how long it took, and the plan of the slowest.

And the statements on which PostgreSQL spent most time, or why nobody knows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from backend.analytics.monitoring.queries.top import Statistics
from backend.formats import ago, count, counted, latency

if TYPE_CHECKING:
    from backend.analytics.monitoring.queries.service import SlowQuery
    from backend.analytics.monitoring.queries.top import TopStatements

MISSING: Mapping[Statistics, str] = MappingProxyType(
    {
        Statistics.KEPT: "PostgreSQL has counted no statement yet.",
        Statistics.NOT_BY_SQLITE: "SQLite keeps no statistics about statements.",
        Statistics.NOT_INSTALLED: "PostgreSQL keeps no statistics about statements here: the extension"
        " pg_stat_statements isn’t installed.",
        Statistics.NOT_READABLE: "The statistics of PostgreSQL can’t be read: pg_stat_statements must be in"
        " shared_preload_libraries, and the app’s role must be allowed to read it.",
    }
)


@dataclass(frozen=True, slots=True)
class ShownQuery:
    fingerprint: str
    statement: str
    plan: str
    count: str
    p95: str
    slowest: str
    last: str
    route: str


def shown_queries(queries: Iterable[SlowQuery], now: datetime) -> tuple[ShownQuery, ...]:
    return tuple(
        ShownQuery(
            query.fingerprint,
            query.statement,
            query.plan or "",
            count(query.count),
            latency(query.p95) if query.p95 is not None else "not known",
            latency(query.maximum),
            ago((now - query.last_at).total_seconds()),
            query.route,
        )
        for query in queries
    )


@dataclass(frozen=True, slots=True)
class ShownStatement:
    statement: str
    seconds: str
    calls: str
    mean: str
    rows: str


@dataclass(frozen=True, slots=True)
class ShownStatements:
    """`missing` says why there are none."""

    rows: tuple[ShownStatement, ...]
    missing: str


def shown_statements(top: TopStatements) -> ShownStatements:
    rows = tuple(
        ShownStatement(
            one.statement,
            latency(one.seconds),
            counted(one.calls, "run"),
            latency(one.seconds / one.calls),
            counted(one.rows, "row"),
        )
        for one in top.statements
    )
    return ShownStatements(rows, "" if rows else MISSING[top.statistics])
