"""The calculator's funnel as one chart among others."""

from __future__ import annotations

from collections.abc import Callable

from backend.analytics.figures.funnel import Step, Steps, funnel
from backend.analytics.metrics.funnel.definition import FunnelQuery, Outcome
from backend.analytics.metrics.funnel.service import FunnelReport
from backend.dashboards.page import Chart
from backend.dashboards.charts import compared
from backend.dashboards.question import Address, PageQuestion


def way_query(question: PageQuestion) -> FunnelQuery:
    return FunnelQuery(question.answerable(), filters=question.filters, compare=question.compare)


def way_chart(report: FunnelReport, question: PageQuestion, behind: Callable[[Address], str], csv: str) -> Chart:
    """How far sessions came; a bar leads to those behind it."""
    here = question.shared()
    before = report.before.steps if report.before else (None,) * len(report.funnel.steps)
    steps = tuple(
        Step(
            step.label,
            step.sessions,
            earlier.sessions if earlier else None,
            step.median_seconds,
            step.p90_seconds,
            behind({**here, "step": number, "outcome": str(Outcome.REACHED)}),
        )
        for number, (step, earlier) in enumerate(zip(report.funnel.steps, before, strict=True), 1)
    )
    said = compared(report.query.compare, report.period)
    return Chart("way", funnel(Steps(steps, compared=said, immature=report.funnel.immature)), csv)
