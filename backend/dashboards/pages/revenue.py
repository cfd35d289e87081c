"""Whose revenue it is, as a chart."""

from __future__ import annotations

from dataclasses import replace

from backend.analytics.figures.bars import Bar, Ranking, bars
from backend.analytics.figures.quantity import Quantity, Unit
from backend.analytics.metrics.attribution.models import Model
from backend.analytics.metrics.attribution.paths import By
from backend.analytics.metrics.attribution.service import (
    AttributedRevenue,
    Attribution,
    AttributionQuery,
)
from backend.dashboards.page import LOOK_BACKS, Chart, Setting, chosen
from backend.dashboards.charts import MOST_BARS, compared
from backend.dashboards.question import Address, PageQuestion

MODELS = {
    Model.LAST_NON_DIRECT: "Last that was not direct",
    Model.LAST: "Last visit",
    Model.FIRST: "First visit",
    Model.LINEAR: "Linear",
    Model.POSITION: "Position",
    Model.TIME_DECAY: "Time decay",
    Model.MARKOV: "Markov",
    Model.SHAPLEY: "Shapley",
}
RULES = {
    Model.LAST_NON_DIRECT: "All of it goes to the last visit that was not direct.",
    Model.LAST: "All of it goes to the visit with the upgrade.",
    Model.FIRST: "All of it goes to the first visit.",
    Model.LINEAR: "All visits get as much.",
    Model.POSITION: "The first and the last visit get 40% each, those between the rest.",
    Model.TIME_DECAY: "The nearer to the upgrade, the more: half as much for each week before.",
    Model.MARKOV: "A source gets what would be lost without it, by how people went on (Markov chain).",
    Model.SHAPLEY: "A source gets what it adds on average to those it came together with (Shapley value).",
}
BEHIND = (
    "A bar leads to the visits that came from that source themselves. A model may credit it with plans asked for in "
    "other visits, and others with its own, so the sums there may differ."
)
CHANNELS = {By.SOURCE: "Source", By.SOURCE_MEDIUM: "Source and medium", By.CAMPAIGN: "Campaign"}


def credit_query(setting: Setting) -> AttributionQuery:
    """By the model the address says, or the first."""
    question = setting.question
    return AttributionQuery(
        question.answerable(),
        Model(chosen(question, "model", list(MODELS))),
        By(chosen(question, "by", list(CHANNELS))),
        lookback_days=int(chosen(question, "lookback_days", LOOK_BACKS)),
        filters=question.filters,
        compare=question.compare,
    )


def credit_address(question: PageQuestion, query: AttributionQuery) -> Address:
    """The same question as parameters of the API, which knows no moving periods."""
    days = {"period": None, "start": query.period.first_day, "end": query.period.last_day}
    return {**question.address(), **days, "model": query.model}


def credit_chart(found: Attribution, setting: Setting, csv: str) -> Chart:
    """Sources by what they are credited with; the visits of the same people in the days before count."""
    some = tuple(_bar(row, found.query.by, setting) for row in found.rows[:MOST_BARS])
    query, before = found.query, found.before
    figure = bars(
        Ranking(
            Quantity("credited revenue", Unit.CENTS, currency=query.currency),
            CHANNELS[query.by].lower(),
            some,
            found.total_cents,
            found.n,
            "upgrades",
            compared(query.compare, query.period),
            before.total_cents if before else None,
            others=max(len(found.rows) - MOST_BARS, 0),
        )
    )
    about = "Filters are about the visits that asked for a plan, not those before them." if query.filters else ""
    behind = BEHIND if query.by is By.SOURCE else ""
    figure = replace(figure, note=" ".join(filter(None, (RULES[query.model], about, behind))))
    tabs = (
        setting.tabs("Credit by", "model", list(MODELS), lambda one: MODELS[Model(one)]),
        setting.tabs("to each", "by", list(CHANNELS), lambda one: CHANNELS[By(one)]),
        setting.tabs("looking back", "lookback_days", LOOK_BACKS, lambda days: f"{days} days"),
    )
    return Chart("credit", figure, csv, tabs=tabs)


def _bar(row: AttributedRevenue, by: By, setting: Setting) -> Bar:
    """Only sources are a dimension of visits that the page can be narrowed to."""
    name = row.channel or "direct"
    return Bar(
        setting.names.name("source", name),
        row.credited_cents,
        round(row.conversions),
        row.previous.credited_cents if row.previous else None,
        setting.address(setting.question.with_filter("source", name)) if by is By.SOURCE else "",
    )
