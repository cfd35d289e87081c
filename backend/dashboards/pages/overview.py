"""The overview: the main measures, their sources and the funnel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from backend.analytics.metrics.catalogue.query import Query, Result
from backend.dashboards.addresses import BASE
from backend.dashboards.charts import ask, tiles_of
from backend.dashboards.funnel.chart import calculator_query, funnel_chart
from backend.dashboards.page import HALF, TREND, Board, BoardPage, Setting, board_of, chosen, ranked, trend
from backend.dashboards.question import Address, Own, PageQuestion
from backend.dashboards.services import Services


class Overview(BoardPage):
    """The main measures over time, sources, job titles and the funnel."""

    name: ClassVar = "overview"
    title: ClassVar = "Overview"
    measures = ("sessions", "visitors", "assessments", "conversion_rate", "upgrades", "revenue")
    own: ClassVar[Own] = {"measure": measures}
    sample: ClassVar[Address] = {"compare": "previous_period"}

    @property
    def path(self) -> str:
        return BASE

    def queries(self, question: PageQuestion) -> tuple[Query, ...]:
        return (
            ask(question, *self.measures, over_time=True),
            ask(question, "sessions", by=("source",)),
            ask(question, "assessments", by=("job_title",)),
        )

    def board(self, setting: Setting, results: Sequence[Result]) -> Board:
        over_time, sources, titles = results
        measure = chosen(setting.question, "measure", self.measures)
        tiles = tiles_of(
            over_time,
            self.measures,
            lambda name: f"{setting.address(setting.question.choosing('measure', name))}#{TREND}",
        )
        return board_of(
            over_time,
            tiles,
            trend(over_time, measure, setting),
            ranked("sources", sources, "sessions", setting, HALF),
            ranked("titles", titles, "assessments", setting, HALF),
        )

    def completed(self, board: Board, setting: Setting, results: Sequence[Result], services: Services) -> Board:
        """The board with the calculator's funnel and the number of sessions under way."""
        report = services.funnel.answer(calculator_query(setting.question))
        return replace(
            board.with_charts([funnel_chart(report, setting.question)]), visits_now=services.live.latest().now
        )
