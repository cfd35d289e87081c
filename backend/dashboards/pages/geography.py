"""The geography: where visitors are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from backend.analytics.figures.figure import Shapes
from backend.analytics.metrics.catalogue.measures import MEASURES
from backend.analytics.metrics.catalogue.query import Query, Result
from backend.dashboards.charts import ask, map_of
from backend.dashboards.page import Board, BoardPage, Chart, Setting, board_of, chosen
from backend.dashboards.question import Own, PageQuestion


class Geography(BoardPage):
    """Where visitors are."""

    name: ClassVar = "geography"
    title: ClassVar = "Geography"
    measures = ("sessions", "visitors", "assessments", "conversion_rate", "revenue")
    own: ClassVar[Own] = {"measure": measures}

    def queries(self, question: PageQuestion) -> tuple[Query, ...]:
        measure = chosen(question, "measure", self.measures)
        return (
            ask(question, measure, by=("country",)),
            ask(question.with_filter("country", "US"), measure, by=("region",)),
        )

    def board(self, setting: Setting, results: Sequence[Result]) -> Board:
        countries, states = results
        measure = chosen(setting.question, "measure", self.measures)
        tabs = setting.tabs("Measure", "measure", self.measures, lambda name: MEASURES[name].label)
        maps = (Shapes.WORLD, countries), (Shapes.US_STATES, states)
        charts = [
            Chart(
                str(shapes),
                map_of(result, measure, shapes, setting.names, setting.question, setting.address),
                setting.csv(result.query),
                tabs=(tabs,) if result is countries else (),
            )
            for shapes, result in maps
            if result.rows or result is countries
        ]
        return board_of(countries, (), *charts)
