"""Whose revenue it is, as a chart."""

from __future__ import annotations

from dataclasses import replace

from backend.analytics.figures.bars import Bar, Ranking, bars
from backend.analytics.figures.quantity import Quantity, Unit
from backend.analytics.metrics.attribution.models import Model
from backend.analytics.metrics.attribution.service import AttributedRevenue, Attribution, AttributionQuery
from backend.routes.schemas.analytics_pages.boards import Chart, Setting, chosen
from backend.routes.schemas.analytics_pages.charts import MOST_BARS, compared
from backend.routes.schemas.analytics_pages.question import Address, PageQuestion

MODELS = {
    Model.LAST_NON_DIRECT: "Last that was not direct",
    Model.LAST: "Last visit",
    Model.FIRST: "First visit",
    Model.LINEAR: "All alike",
    Model.POSITION: "First and last most",
    Model.TIME_DECAY: "The later the more",
    Model.MARKOV: "Markov",
    Model.SHAPLEY: "Shapley",
}


def credit_query(setting: Setting) -> AttributionQuery:
    """By the model the address says, or the first."""
    question = setting.question
    model = Model(chosen(question, "model", list(MODELS)))
    return AttributionQuery(question.answerable(), model, filters=question.filters, compare=question.compare)


def credit_address(question: PageQuestion, query: AttributionQuery) -> Address:
    """The same question as parameters of the API, which knows no moving periods."""
    days = {"period": None, "start": query.period.first_day, "end": query.period.last_day}
    return {**question.address(), **days, "model": query.model}


def credit_chart(found: Attribution, setting: Setting, csv: str) -> Chart:
    """Sources by what they are credited with; the visits of the same people in the days before count."""
    some = tuple(_bar(row, setting) for row in found.rows[:MOST_BARS])
    query, before = found.query, found.before
    figure = bars(
        Ranking(
            Quantity("credited revenue", Unit.CENTS, currency=query.currency),
            "source",
            some,
            found.total_cents,
            found.n,
            "upgrades",
            compared(query.compare, query.period),
            before.total_cents if before else None,
            others=max(len(found.rows) - MOST_BARS, 0),
        )
    )
    if query.filters:
        figure = replace(figure, note="Filters are about the visits that asked for a plan, not those before them.")
    return Chart("credit", figure, csv, tabs=setting.tabs("model", list(MODELS), lambda one: MODELS[Model(one)]))


def _bar(row: AttributedRevenue, setting: Setting) -> Bar:
    name = row.channel or "direct"
    return Bar(
        setting.names.name("source", name),
        row.credited_cents,
        round(row.conversions),
        row.previous.credited_cents if row.previous else None,
        setting.address(setting.question.with_filter("source", name)),
    )
