"""The revenue, and the channels that are credited with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from backend.analytics.figures.bars import Bar, Ranking, bars
from backend.analytics.figures.quantity import Quantity, QuantityUnit
from backend.analytics.figures.theme import known_colors
from backend.analytics.metrics.attribution.models import Model
from backend.analytics.metrics.attribution.paths import By
from backend.analytics.metrics.attribution.service import (
    LONGEST_LOOKBACK_DAYS,
    LOOKBACK_DAYS,
    AttributedRevenue,
    Attribution,
    AttributionQuery,
)
from backend.analytics.metrics.catalogue.query import Query, Result
from backend.dashboards.board_charts import board_of, trend
from backend.dashboards.charts import MOST_BARS, ask, compared
from backend.dashboards.page import Board, BoardPage, Chart, Setting, Tabs, chosen
from backend.dashboards.question import Address, Own, PageQuestion
from backend.dashboards.services import Services
from backend.dashboards.tiles import tiles_of

CREDIT_CSV = "/api/analytics/dashboard/revenue"
LOOKBACKS = tuple(map(str, (LOOKBACK_DAYS, 7, 14, 60, LONGEST_LOOKBACK_DAYS)))
MODELS = {
    Model.LAST_NON_DIRECT: "Last non-direct",
    Model.LAST: "Last visit",
    Model.FIRST: "First visit",
    Model.LINEAR: "Linear",
    Model.POSITION: "Position",
    Model.TIME_DECAY: "Time decay",
    Model.MARKOV: "Markov",
    Model.SHAPLEY: "Shapley",
}
RULES = {
    Model.LAST_NON_DIRECT: "All credit goes to the last visit that wasn’t direct.",
    Model.LAST: "All credit goes to the visit with the upgrade.",
    Model.FIRST: "All credit goes to the first visit.",
    Model.LINEAR: "Every visit gets equal credit.",
    Model.POSITION: "The first and last visits get 40% each. The visits between them share the rest.",
    Model.TIME_DECAY: "Visits closer to the upgrade get more: credit halves with each week before it.",
    Model.MARKOV: (
        "A source gets the share that would be lost without it, based on the paths people take (Markov chain). Anyone "
        "who didn’t ask for a plan in this period counts as lost, even if they asked before."
    ),
    Model.SHAPLEY: "A source gets what it adds, on average, to the sources it appears with (Shapley value).",
}
BEHIND = (
    "A bar opens the visits that came from that source. A model may credit a source with plans asked for in other "
    "visits, so the totals there may differ."
)
CHANNELS = {By.SOURCE: "Source", By.SOURCE_MEDIUM: "Source and medium", By.CAMPAIGN: "Campaign"}


class Revenue(BoardPage):
    """Revenue over time, and the channels that are credited with it."""

    name: ClassVar = "revenue"
    title: ClassVar = "Asked to pay"
    own: ClassVar[Own] = {"model": tuple(Model), "breakdown": tuple(By), "lookback_days": LOOKBACKS}
    sample: ClassVar[Address] = {"model": "linear"}
    measures = ("upgrades", "revenue", "revenue_per_upgrade", "revenue_per_visitor")

    def queries(self, question: PageQuestion) -> tuple[Query, ...]:
        return (ask(question, *self.measures, over_time=True),)

    def board(self, setting: Setting, results: Sequence[Result]) -> Board:
        [over_time] = results
        tiles = tiles_of(over_time, self.measures, lambda _: "")
        return board_of(over_time, tiles, trend(over_time, "revenue", setting))

    def completed(self, board: Board, setting: Setting, results: Sequence[Result], services: Services) -> Board:
        """The board with the channels that revenue is credited to."""
        attribution = services.attribution.revenue(_credit_query(setting.question))
        return board.with_charts([_credit_chart(attribution, setting)])


def _credit_query(question: PageQuestion) -> AttributionQuery:
    """The query of attribution, by the model of the address."""
    return AttributionQuery(
        question.answerable(),
        Model(chosen(question, "model", list(MODELS))),
        By(chosen(question, "breakdown", list(CHANNELS))),
        currency=question.currency,
        lookback_days=int(chosen(question, "lookback_days", LOOKBACKS)),
        filters=question.filters,
        compare=question.compare,
    )


def _credit_csv(setting: Setting, query: AttributionQuery) -> str:
    """The same question as parameters of the API, which knows no moving periods."""
    days = {"period": None, "start": query.period.first_day, "end": query.period.last_day}
    shape = {"breakdown": query.by, "model": query.model, "format": "csv"}
    return setting.elsewhere(CREDIT_CSV, {**setting.question.address(), **days, **shape})


def _credit_chart(attribution: Attribution, setting: Setting) -> Chart:
    """Channels by the revenue they are credited with; earlier sessions of the same people count."""
    query, before = attribution.query, attribution.before
    figure = bars(
        Ranking(
            Quantity("credited amount", QuantityUnit.CENTS, currency=query.currency),
            CHANNELS[query.by].lower(),
            tuple(_bar(row, query.by, setting) for row in attribution.rows[:MOST_BARS]),
            attribution.total_cents,
            attribution.n,
            "sessions that asked to pay",
            compared(query.compare, query.period),
            before.total_cents if before else None,
            others=max(len(attribution.rows) - MOST_BARS, 0),
            previous_n=before.n if before else 0,
        )
    )
    about = "Filters apply to the visits that asked for a plan, not to earlier ones." if query.filters else ""
    behind = BEHIND if query.by is By.SOURCE else ""
    figure = replace(figure, note=" ".join(filter(None, (RULES[query.model], about, behind))))
    return Chart("credit", figure, _credit_csv(setting, query), tabs=_credit_tabs(setting))


def _credit_tabs(setting: Setting) -> tuple[Tabs, ...]:
    return (
        setting.tabs("Credit by", "model", list(MODELS), lambda model: MODELS[Model(model)]),
        setting.tabs("Group by", "breakdown", list(CHANNELS), lambda channel: CHANNELS[By(channel)]),
        setting.tabs("Look back", "lookback_days", LOOKBACKS, lambda days: f"{days} days"),
    )


def _bar(row: AttributedRevenue, by: By, setting: Setting) -> Bar:
    """Only a source is a dimension that the page can be filtered by."""
    name = row.channel or "direct"
    return Bar(
        setting.names.name("source", name),
        row.credited_cents,
        round(row.conversions),
        row.previous.credited_cents if row.previous else None,
        setting.address(setting.question.with_filter("source", name)) if by is By.SOURCE else "",
        previous_n=round(row.previous.conversions) if row.previous else 0,
        color=known_colors("source").get(name, 0) if by is By.SOURCE else 1,
    )
