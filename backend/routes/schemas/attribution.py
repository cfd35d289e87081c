"""What may be asked about whose revenue it is, and the answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import Field

from backend.analytics.metrics.attribution.models import Model
from backend.analytics.metrics.attribution.paths import LONGEST, By
from backend.analytics.metrics.attribution.service import (
    CURRENCY,
    LONGEST_LOOKBACK_DAYS,
    LOOKBACK_DAYS,
    AttributedRevenue,
    Attribution,
    AttributionQuery,
)
from backend.analytics.metrics.catalogue.filter_parameters import parameters_of
from backend.csv_table import csv_lines
from backend.routes.schemas.answer import FourDecimals, Out, TableOut
from backend.routes.schemas.dashboard import Covered, covered
from backend.routes.schemas.filters import SessionQuery

DIRECT = "(direct)"


class RevenueQuery(SessionQuery):
    """?model=time_decay&breakdown=source_medium&lookback_days=14, of upgrades of sessions that the filters keep."""

    model: Model = Model.LAST_NON_DIRECT
    breakdown: By = Field(By.SOURCE, description="What a channel is.")
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 4217.")] = CURRENCY
    lookback_days: Annotated[
        int, Field(ge=1, le=LONGEST_LOOKBACK_DAYS, description="How long before an upgrade a visit counts.")
    ] = LOOKBACK_DAYS

    def query(self, default_zone: str, now: datetime) -> AttributionQuery:
        return AttributionQuery(
            period=self.period(default_zone, now),
            model=self.model,
            by=self.breakdown,
            currency=self.currency,
            lookback_days=self.lookback_days,
            filters=self.filters(),
            compare=self.compare,
            bots=self.bots,
        )


class CreditCounts(Out):
    """Credits are whole cents, conversions may be parts; `first_touches`: how many conversions began with it."""

    credited_cents: int
    conversions: FourDecimals
    share: FourDecimals | None
    first_touches: int


class CreditOut(CreditCounts):
    """What a channel is credited with; null is direct. `previous` is the same in the period compared with."""

    channel: str | None
    previous: CreditCounts | None = None


class EarlierRevenue(Out):
    """The period compared with. `left_out`: a day in it that does not count: February 29."""

    start: datetime
    end: datetime
    left_out: date | None
    total_cents: int
    n: int


class CurrencyOut(Out):
    """What was paid in another currency."""

    currency: str
    cents: int
    conversions: int


class RevenueMeta(Covered):
    """What the numbers cover: all events accepted before `as_of`.

    `n` is how many conversions there were; of each path at most `longest_path` touches, the latest, are known.
    `lost`: people who visited and paid nothing, null where the model does not ask. `merged`: channels that stand
    together as "(other)". `demo`: the days asked for hold visits of `flask demo visits`.
    """

    model: Model
    breakdown: By
    currency: str
    lookback_days: int
    longest_path: int
    total_cents: int
    n: int
    lost: int | None
    merged: int
    other_currencies: list[CurrencyOut]
    filters: dict[str, list[str]]
    compare: EarlierRevenue | None


class RevenueResponse(TableOut):
    data: list[CreditOut]
    meta: RevenueMeta

    @classmethod
    def of(cls, report: Attribution) -> Self:
        query, zone = report.query, ZoneInfo(report.query.period.timezone)
        return cls(
            data=[_credit(row) for row in report.rows],
            meta=RevenueMeta(
                **covered(query.period, report),
                model=query.model,
                breakdown=query.by,
                currency=query.currency,
                lookback_days=query.lookback_days,
                longest_path=LONGEST,
                total_cents=report.total_cents,
                n=report.n,
                lost=report.lost,
                merged=report.merged,
                other_currencies=[CurrencyOut.model_validate(other) for other in report.other_currencies],
                filters=parameters_of(query.filters),
                compare=_earlier(report.before, zone) if report.before else None,
            ),
        )


def revenue_csv(report: Attribution) -> str:
    """The rows as a table, the most first; what was before is named `previous_<column>`."""
    counts = tuple(CreditCounts.model_fields)
    earlier = [f"previous_{name}" for name in counts] if report.before else []
    rows = (
        [report.query.currency, DIRECT if row.channel is None else row.channel, *_counts(row), *_counts(row.previous)]
        for row in map(_credit, report.rows)
    )
    return "".join(csv_lines(["currency", "channel", *counts, *earlier], rows))


def _counts(credit: CreditCounts | None) -> list[object]:
    return [getattr(credit, name) for name in CreditCounts.model_fields] if credit else []


def _credit(row: AttributedRevenue) -> CreditOut:
    previous = CreditCounts(**_parts(row.previous)) if row.previous else None
    return CreditOut(channel=row.channel, **_parts(row), previous=previous)


def _parts(row: AttributedRevenue) -> dict[str, Any]:
    return {
        "credited_cents": row.credited_cents,
        "conversions": float(row.conversions),
        "share": row.share,
        "first_touches": row.first_touches,
    }


def _earlier(before: Attribution, zone: ZoneInfo) -> EarlierRevenue:
    start, end = (at.astimezone(zone) for at in (before.query.period.start, before.query.period.end))
    left_out = before.query.period.left_out
    return EarlierRevenue(start=start, end=end, left_out=left_out, total_cents=before.total_cents, n=before.n)
