"""Slow queries, as they are asked and answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from pydantic import Field

from backend.analytics.monitoring.queries.service import SlowQuery
from backend.routes.schemas.answer import Out
from backend.routes.schemas.parameters import SingleParameters

LONGEST_HOURS = 1440  # slow queries are kept for 60 days


class SlowQueriesParameters(SingleParameters):
    hours: int = Field(24, ge=1, le=LONGEST_HOURS, description="How many hours back from now.")
    limit: int = Field(20, ge=1, le=100, description="How many statements at most.")


class SlowQueryOut(Out):
    """`count` is how often it was slow, `max_seconds` its longest run; `p95_seconds` is of all its runs, fast ones too.

    `route` is where it was slow last, `rows` how many it read or changed then, null where the driver does not say.
    `plan` is null until the schedule has asked for it, and says so where there is none.
    """

    fingerprint: str
    statement: str
    plan: str | None
    count: int
    p95_seconds: float | None
    max_seconds: float
    last_at: datetime
    route: str
    rows: int | None


class SlowQueriesResponse(Out):
    queries: list[SlowQueryOut]

    @classmethod
    def of(cls, worst: Sequence[SlowQuery]) -> Self:
        return cls(
            queries=[
                SlowQueryOut(
                    fingerprint=query.fingerprint,
                    statement=query.statement,
                    plan=query.plan,
                    count=query.count,
                    p95_seconds=query.p95,
                    max_seconds=query.maximum,
                    last_at=query.last_at,
                    route=query.route,
                    rows=query.rows,
                )
                for query in worst
            ]
        )
