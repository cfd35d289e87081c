"""Answer the dashboards' questions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from backend.analytics.metrics.funnel import WINDOW, Funnel, Reached, funnel, rate
from backend.analytics.metrics.parameters import bounds, holds_demo, micros, shift_values
from backend.analytics.metrics.period import Period
from backend.analytics.metrics.questions import conversions_question, funnel_question, revenue_question
from backend.analytics.warehouse.engine import Row
from backend.analytics.warehouse.relations import EPOCH, SECOND, STEP_COLUMNS
from backend.analytics.warehouse.service import Warehouse
from backend.clock import Clock


@dataclass(frozen=True, slots=True)
class FunnelReport:
    """A funnel, the period it covers, how fresh it is, which engine counted, and whether demo visits may be in it."""

    funnel: Funnel
    period: Period
    as_of: datetime
    engine: str
    demo: bool


@dataclass(frozen=True, slots=True)
class Conversion:
    """Sessions with an assessment that came out at this risk level, None where the evidence was too thin for one."""

    risk_level: str | None
    assessed: int
    offered: int
    upgraded: int

    @property
    def rate(self) -> float | None:
        return rate(self.upgraded, self.assessed)


@dataclass(frozen=True, slots=True)
class DayRevenue:
    """What sessions that began on a local day, from one source, asked to pay, in one currency."""

    day: date
    source: str | None
    currency: str
    cents: int
    sessions: int


@dataclass(frozen=True, slots=True)
class Conversions:
    """A row per risk level, the period it covers, how fresh it is and which engine counted."""

    levels: tuple[Conversion, ...]
    period: Period
    as_of: datetime
    engine: str
    demo: bool


@dataclass(frozen=True, slots=True)
class Revenue:
    """A row per local day, source and currency, the period it covers, how fresh it is and which engine counted."""

    days: tuple[DayRevenue, ...]
    period: Period
    as_of: datetime
    engine: str
    demo: bool


class DashboardService:
    """Every question leaves visits by robots out, unless it is told not to."""

    def __init__(self, warehouse: Warehouse, now: Clock) -> None:
        self._warehouse = warehouse
        self._now = now

    def funnel(self, period: Period, *, bots: bool = False) -> FunnelReport:
        """How far the sessions that were opened in the period came, also where they went on after it."""
        answer = self._warehouse.ask(funnel_question(bots=bots), **bounds(period), now=self._moment(period))
        return FunnelReport(
            _funnel(answer.rows[0]), period, answer.as_of, answer.engine, holds_demo(answer.demo, period)
        )

    def conversions(self, period: Period, *, bots: bool = False) -> Conversions:
        """Of the sessions that began in the period, how many at each risk level went on to pay."""
        answer = self._warehouse.ask(conversions_question(bots=bots), **bounds(period))
        levels = sorted((Conversion(*row) for row in answer.rows), key=lambda level: level.risk_level or "")
        return Conversions(tuple(levels), period, answer.as_of, answer.engine, holds_demo(answer.demo, period))

    def revenue(self, period: Period, *, bots: bool = False) -> Revenue:
        """What sessions that began in the period asked to pay, by local day and by where they came from."""
        shifts = shift_values(period)
        question = revenue_question(len(shifts) // 2, bots=bots)
        answer = self._warehouse.ask(question, **bounds(period), **shifts)
        days = sorted(
            (DayRevenue(EPOCH + timedelta(days=day), *rest) for day, *rest in answer.rows),
            key=lambda row: (row.day, row.source or "", row.currency),
        )
        return Revenue(tuple(days), period, answer.as_of, answer.engine, holds_demo(answer.demo, period))

    def _moment(self, period: Period) -> int:
        """Now, to the minute, so that the answer can be remembered; for ever, once all sessions are mature."""
        mature = period.end + WINDOW
        now = self._now().replace(second=0, microsecond=0)
        return micros(min(now, mature))


def _funnel(row: Row) -> Funnel:
    steps = len(STEP_COLUMNS)
    reached, waits, immature = row[:steps], row[steps:-1], row[-1]
    seconds = [(None, None), *(_seconds(wait, sessions) for wait, sessions in zip(waits, reached[1:], strict=True))]
    counted = [Reached(sessions, *limits) for sessions, limits in zip(reached, seconds, strict=True)]
    return funnel(counted, immature or 0)


def _seconds(quantiles: list[float] | None, sessions: int) -> tuple[float | None, float | None]:
    if not sessions or quantiles is None:
        return None, None
    median, p90 = (quantile / SECOND for quantile in quantiles)
    return median, p90
