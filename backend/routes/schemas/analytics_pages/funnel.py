"""The funnel as its page tells it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Self
from zoneinfo import ZoneInfo

from backend.analytics.events.names import EventName
from backend.analytics.metrics.funnel.service import FunnelReport
from backend.analytics.metrics.funnel.statistics import FunnelStep


@dataclass(frozen=True, slots=True)
class Row:
    """One step of the chart. `reach` and `before` are shares of the first step, for the bars."""

    step: FunnelStep
    reach: float
    before: float


@dataclass(frozen=True, slots=True)
class Loss:
    """Where most sessions were lost on the way to the result: between which steps, how many, of how many."""

    before: str
    after: str
    lost: int
    of: int
    rate: float | None


@dataclass(frozen=True, slots=True)
class FunnelPage:
    """The funnel as its page tells it."""

    rows: tuple[Row, ...]
    sessions: int
    result: FunnelStep
    offer: FunnelStep
    upgrade: FunnelStep
    loss: Loss | None
    immature: int
    window_hours: int
    first_day: datetime
    last_day: datetime
    timezone: str
    as_of: datetime
    partial: bool

    @classmethod
    def of(cls, report: FunnelReport) -> Self:
        steps = report.funnel.steps
        named = {step.name: step for step in steps}
        zone = ZoneInfo(report.period.timezone)
        return cls(
            rows=tuple(_rows(steps)),
            sessions=steps[0].sessions,
            result=named[EventName.ASSESSMENT_SUBMITTED],
            offer=named[EventName.OFFER_VIEWED],
            upgrade=named[EventName.UPGRADE_CLICKED],
            loss=_largest_loss(steps[: steps.index(named[EventName.ASSESSMENT_SUBMITTED]) + 1]),
            immature=report.funnel.immature,
            window_hours=report.query.window // timedelta(hours=1),
            first_day=report.period.start.astimezone(zone),
            last_day=(report.period.end - timedelta(microseconds=1)).astimezone(zone),
            timezone=report.period.timezone,
            as_of=report.as_of,
            partial=report.period.start <= report.as_of < report.period.end,
        )

    @property
    def message(self) -> str:
        """The sentence that the chart proves."""
        saw = f"{self.result.sessions:,}" if self.result.sessions else "none"
        return f"Of {self.sessions:,} session{'' if self.sessions == 1 else 's'}, {saw} saw the result"


def _rows(steps: tuple[FunnelStep, ...]) -> Iterable[Row]:
    first = steps[0].sessions or 1
    for before, step in zip((steps[0], *steps), steps, strict=False):
        yield Row(step, step.sessions / first, before.sessions / first)


def _largest_loss(steps: tuple[FunnelStep, ...]) -> Loss | None:
    before, after = max(pairwise(steps), key=lambda pair: pair[1].dropoff)
    if not after.dropoff:
        return None
    rate = None if after.from_previous is None else 1 - after.from_previous
    return Loss(before.label, after.label, after.dropoff, before.sessions, rate)
