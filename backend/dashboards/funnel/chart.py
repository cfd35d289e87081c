"""The calculator's funnel as one chart among others."""

from __future__ import annotations

from backend.analytics.figures.funnel import StepBar, StepBars, funnel
from backend.analytics.metrics.funnel.definition import FunnelQuery, Outcome
from backend.analytics.metrics.funnel.service import FunnelReport
from backend.dashboards.addresses import BASE, address_of
from backend.dashboards.charts import compared
from backend.dashboards.page import Chart
from backend.dashboards.question import PageQuestion


def calculator_query(question: PageQuestion) -> FunnelQuery:
    return FunnelQuery(question.answerable(), filters=question.filters, compare=question.compare)


def funnel_chart(report: FunnelReport, question: PageQuestion) -> Chart:
    """The calculator's funnel; a bar leads to the list of its sessions."""
    before = report.before.steps if report.before else (None,) * len(report.funnel.steps)
    shared = question.shared()
    bar = {"outcome": str(Outcome.REACHED)}
    steps = tuple(
        StepBar(
            step.label,
            step.sessions,
            earlier.sessions if earlier else None,
            step.median_seconds,
            step.p90_seconds,
            address_of(f"{BASE}/funnel/sessions", {**shared, "step": number, **bar}),
        )
        for number, (step, earlier) in enumerate(zip(report.funnel.steps, before, strict=True), 1)
    )
    other_period = compared(report.query.compare, report.period)
    figure = funnel(StepBars(steps, compared=other_period, immature=report.funnel.immature))
    return Chart("way", figure, address_of(f"{BASE}/funnel.csv", shared))
