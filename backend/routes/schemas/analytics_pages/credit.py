"""Whose revenue it is, as a chart."""

from __future__ import annotations

from dataclasses import replace

from backend.analytics.figures.bars import Bar, Ranking, bars
from backend.analytics.figures.quantity import Quantity, Unit
from backend.analytics.metrics.attribution.models import Model
from backend.analytics.metrics.attribution.service import Attribution
from backend.routes.schemas.analytics_pages.boards import Chart, Setting, chosen
from backend.routes.schemas.analytics_pages.charts import MOST_BARS

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


def model_of(setting: Setting) -> Model:
    """What the address says, or the first."""
    return Model(chosen(setting.question, "model", list(MODELS)))


def credit_chart(found: Attribution, setting: Setting, csv: str) -> Chart:
    """Sources by what they are credited with; the visits of the same people in the days before count."""
    rows = found.rows
    some = tuple(
        Bar(
            setting.names.name("source", row.channel or "direct"),
            row.credited_cents,
            round(row.conversions),
            href=setting.address(setting.question.with_filter("source", row.channel or "direct")),
        )
        for row in rows[:MOST_BARS]
    )
    figure = bars(
        Ranking(
            Quantity("credited revenue", Unit.CENTS, currency=found.currency),
            "source",
            some,
            found.total_cents,
            found.n,
            "upgrades",
            others=max(len(rows) - MOST_BARS, 0),
        )
    )
    if setting.question.filters:
        figure = replace(figure, note="Over all visits: filters do not apply here.")
    return Chart("credit", figure, csv, tabs=setting.tabs("model", list(MODELS), lambda one: MODELS[Model(one)]))
