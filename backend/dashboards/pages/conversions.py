"""The conversions: of visitors with a result, who then saw an offer and asked for a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import sqrt
from statistics import NormalDist
from typing import ClassVar

from backend.analytics.metrics.catalogue.query import Query, Result
from backend.dashboards.board_charts import board_of, ranked, trend
from backend.dashboards.charts import ask
from backend.dashboards.page import Board, BoardPage, Setting, chosen, dimension_label
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
        by_part = ranked("parts", parts, "conversion_rate", setting, tabs=(tabs,))
        figure = replace(by_part.figure, note=" ".join(filter(None, (by_part.figure.note, spread_of(parts)))))
        return board_of(
            over_time,
            tiles_of(over_time, ("assessments", "offer_rate", "upgrades", "conversion_rate"), lambda _: ""),
            replace(by_part, figure=figure),
            trend(over_time, "conversion_rate", setting),
        )


def spread_of(parts: Result) -> str:
    """Whether the highest and the lowest rate differ by more than chance makes the extremes of as many groups differ.

    Two shares, pooled, at 5% over all pairs of groups (Bonferroni).
    """
    rates = [(row.values["conversion_rate"], int(row.values["result_visitors"] or 0)) for row in parts.rows]
    known = sorted((rate, n) for rate, n in rates if rate is not None)
    if len(known) < 2:
        return ""
    (low, n), (high, m) = known[0], known[-1]
    pooled = (low * n + high * m) / (n + m)
    confident = NormalDist().inv_cdf(1 - 0.05 / (len(known) * (len(known) - 1)))
    if high - low > confident * sqrt(pooled * (1 - pooled) * (1 / n + 1 / m)):
        return "The highest and the lowest differ by more than chance."
    return "The highest and the lowest are within noise of each other."
