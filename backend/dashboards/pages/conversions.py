"""The conversions: of visitors with a result, who then saw an offer and asked for a plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from backend.analytics.metrics.catalogue.query import Query, Result
from backend.dashboards.charts import ask
from backend.dashboards.page import Board, BoardPage, Setting, board_of, chosen, dimension_label, ranked, trend
from backend.dashboards.question import Own, PageQuestion
from backend.dashboards.tiles import tiles_of


class Conversions(BoardPage):
    """Rates of offers and upgrades, over time and by a dimension."""

    name: ClassVar = "conversions"
    title: ClassVar = "Conversions"
    breakdowns = ("risk_level", "industry", "experience", "education", "source", "device", "country")
    own: ClassVar[Own] = {"breakdown": breakdowns}

    def queries(self, question: PageQuestion) -> tuple[Query, ...]:
        by = chosen(question, "breakdown", self.breakdowns)
        return (
            ask(question, "assessments", "offer_rate", "conversion_rate", "upgrades", over_time=True),
            ask(question, "conversion_rate", "offers_viewed", "upgrades", by=(by,)),
        )

    def rate(self, question: PageQuestion) -> str:
        """The one that is drawn, whatever is asked."""
        return "conversion_rate"

    def board(self, setting: Setting, results: Sequence[Result]) -> Board:
        over_time, parts = results
        tabs = setting.tabs("By", "breakdown", self.breakdowns, dimension_label)
        return board_of(
            over_time,
            tiles_of(over_time, ("assessments", "offer_rate", "upgrades", "conversion_rate"), lambda _: ""),
            ranked("parts", parts, "conversion_rate", setting, tabs=(tabs,)),
            trend(over_time, "conversion_rate", setting),
        )
