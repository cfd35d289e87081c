"""Slow queries as pages show them: the masked statement, how long it took, and the plan of the slowest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from backend.formats import ago, count, latency

if TYPE_CHECKING:
    from backend.analytics.monitoring.queries.service import SlowQuery


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
