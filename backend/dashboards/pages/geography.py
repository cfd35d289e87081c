"""The geography: where visitors are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from backend.analytics.figures.figure import Figure, Shapes
from backend.analytics.figures.geography import MapPlaces, geography, shared_classes
from backend.analytics.metrics.catalogue.measures import MEASURES
from backend.analytics.metrics.catalogue.query import Query, Result
from backend.dashboards.board_charts import board_of
from backend.dashboards.charts import ask, map_of, with_currencies
from backend.dashboards.page import Board, BoardPage, Chart, Setting, chosen
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
        drawn = [(Shapes.WORLD, countries), *([(Shapes.US_STATES, states)] if states.rows else [])]
        maps = [
            map_of(result, measure, shapes, setting.names, setting.question, setting.address)
            for shapes, result in drawn
        ]
        limits = shared_classes(*maps)
        charts = (
            Chart(
                str(places.shapes),
                with_currencies(_map(replace(places, limits=limits)), result, measure),
                setting.csv(result.query),
                tabs=(tabs,) if result is countries else (),
            )
            for places, (_, result) in zip(maps, drawn, strict=True)
        )
        return board_of(countries, (), *charts)


def _map(places: MapPlaces) -> Figure:
    """The world has the legend of both."""
    return replace(geography(places), legend_shown=places.shapes is Shapes.WORLD)
