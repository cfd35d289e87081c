"""What may be asked about whose revenue it is, and the answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field

from backend.analytics.metrics.attribution.models import Model
from backend.analytics.metrics.attribution.paths import LONGEST, By
from backend.analytics.metrics.attribution.service import (
    CURRENCY,
    LONGEST_LOOK_BACK_DAYS,
    LOOK_BACK_DAYS,
    Attribution,
    AttributionService,
)
from backend.csv_table import csv_lines
from backend.routes.schemas.answer import FourDecimals, Out, TableOut
from backend.routes.schemas.dashboard import PeriodQuery

DIRECT = "(direct)"
COLUMNS = ("channel", "credited_cents", "currency", "conversions", "share", "first_touches")


class RevenueQuery(PeriodQuery):
    """?model=time_decay&by=source_medium&lookback_days=14, of upgrades in the period."""

    model: Model = Model.LAST_NON_DIRECT
    by: By = By.SOURCE
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 4217.")] = CURRENCY
    lookback_days: Annotated[
        int, Field(ge=1, le=LONGEST_LOOK_BACK_DAYS, description="How long before an upgrade a visit counts.")
    ] = LOOK_BACK_DAYS
    format: Literal["json", "csv"] = "json"

    def asked_of(self, service: AttributionService, default_zone: str, now: datetime) -> Attribution:
        period = self.period(default_zone, now)
        return service.revenue(period, self.model, self.by, self.currency, self.lookback_days, bots=self.bots)


class CreditOut(Out):
    """What a channel is credited with; null is direct. Credits are whole cents, conversions may be parts.

    `first_touches`: how many conversions began with it.
    """

    channel: str | None
    credited_cents: int
    conversions: FourDecimals
    share: FourDecimals | None
    first_touches: int


class CurrencyOut(Out):
    """What was paid in another currency."""

    currency: str
    cents: int
    conversions: int


class RevenueMeta(Out):
    """What the numbers cover: all events accepted before `as_of`.

    `n` is how many conversions there were; of each path at most `longest_path` touches, the latest, are known.
    `lost`: people who visited and paid nothing, null where the model does not ask. `merged`: channels that stand
    together as "(other)". `demo`: the days asked for hold visits of `flask demo visits`.
    """

    start: datetime
    end: datetime
    timezone: str
    as_of: datetime
    engine: str
    demo: bool
    model: Model
    by: By
    currency: str
    lookback_days: int
    longest_path: int
    total_cents: int
    n: int
    lost: int | None
    merged: int
    other_currencies: list[CurrencyOut]


class RevenueResponse(TableOut):
    data: list[CreditOut]
    meta: RevenueMeta

    @classmethod
    def of(cls, report: Attribution) -> Self:
        zone = ZoneInfo(report.period.timezone)
        return cls(
            data=_credits(report),
            meta=RevenueMeta(
                start=report.period.start.astimezone(zone),
                end=report.period.end.astimezone(zone),
                timezone=report.period.timezone,
                as_of=report.as_of.astimezone(zone),
                engine=report.engine,
                demo=report.demo,
                model=report.model,
                by=report.by,
                currency=report.currency,
                lookback_days=report.lookback_days,
                longest_path=LONGEST,
                total_cents=report.total_cents,
                n=report.n,
                lost=report.lost,
                merged=report.merged,
                other_currencies=[CurrencyOut.model_validate(other) for other in report.other_currencies],
            ),
        )


def revenue_csv(report: Attribution) -> str:
    """The rows as a table, the most first."""
    rows = (
        (
            DIRECT if row.channel is None else row.channel,
            row.credited_cents,
            report.currency,
            row.conversions,
            row.share,
            row.first_touches,
        )
        for row in _credits(report)
    )
    return "".join(csv_lines(COLUMNS, rows))


def _credits(report: Attribution) -> list[CreditOut]:
    return [
        CreditOut(
            channel=row.channel,
            credited_cents=row.credited_cents,
            conversions=float(row.conversions),
            share=row.share,
            first_touches=row.first_touches,
        )
        for row in report.rows
    ]
