"""Explore: any measure of sessions, by anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from backend.analytics.figures.theme import colors_of
from backend.analytics.metrics.catalogue.dimensions import DIMENSIONS
from backend.analytics.metrics.catalogue.filter_parameters import FILTERS
from backend.analytics.metrics.catalogue.measures import MEASURES, Relation
from backend.analytics.metrics.catalogue.query import Filter, Operator, Query, Result
from backend.dashboards.board_charts import board_of, ranked, trend
from backend.dashboards.charts import ask
from backend.dashboards.courses import largest, readable, several_of
from backend.dashboards.page import Board, BoardPage, Chart, Select, Setting, chosen
from backend.dashboards.question import Address, Own, PageQuestion
from backend.dashboards.services import Services


class Explore(BoardPage):
    """Any measure, by anything."""

    name: ClassVar = "explore"
    title: ClassVar = "Explore"
    measures = tuple(name for name, measure in MEASURES.items() if measure.source is Relation.SESSIONS)
    own: ClassVar[Own] = {"measure": measures, "breakdown": FILTERS}
    sample: ClassVar[Address] = {"measure": "visitors", "breakdown": "device"}
    selects: ClassVar = (
        Select("measure", "Measure", tuple((name, MEASURES[name].label) for name in measures)),
        Select("breakdown", "Break down by", (("", "Nothing"), *((name, DIMENSIONS[name].label) for name in FILTERS))),
    )

    def queries(self, question: PageQuestion) -> tuple[Query, ...]:
        measure, by = self._measure(question), chosen(question, "breakdown", ("", *FILTERS))
        parts = (ask(question, measure, by=(by,)),) if by else ()
        return (ask(question, measure, over_time=True), *parts)

    def board(self, setting: Setting, results: Sequence[Result]) -> Board:
        over_time, *parts = results
        measure = self._measure(setting.question)
        rankings = (ranked("parts", result, measure, setting, colors=_colors(result, measure)) for result in parts)
        return board_of(over_time, (), *rankings, trend(over_time, measure, setting))

    def completed(self, board: Board, setting: Setting, results: Sequence[Result], services: Services) -> Board:
        """The board with the largest parts of each ranking over time."""
        measure, answer = self._measure(setting.question), services.catalogue.answer
        rankings = [ranking for ranking in results[1:] if largest(ranking, measure)]
        over_time = (readable(answer(self._over_time(setting.question, each)), measure, answer) for each in rankings)
        pairs = zip(rankings, over_time, strict=True)
        return board.with_charts(self._lines(setting, ranking, result) for ranking, result in pairs)

    def _measure(self, question: PageQuestion) -> str:
        return chosen(question, "measure", self.measures)

    def _over_time(self, question: PageQuestion, ranking: Result) -> Query:
        """The largest parts, bucket by bucket."""
        measure, [by] = self._measure(question), ranking.query.dimensions
        query = ask(question, measure, by=(by,), over_time=True)
        values = tuple(row.keys[0] or "" for row in largest(ranking, measure))
        others = tuple(condition for condition in query.filters if condition.field != by)
        return replace(query, filters=(*others, Filter(by, Operator.IN, values)), order=None, compare=None)

    def _lines(self, setting: Setting, ranking: Result, result: Result) -> Chart:
        measure, asked = self._measure(setting.question), setting.question.grain
        figure = several_of(result, ranking, measure, setting.names, _colors(ranking, measure), asked)
        return Chart("courses", figure, setting.csv(result.query))


def _colors(ranking: Result, measure: str) -> dict[str | None, int]:
    """The colors of the parts that are drawn as lines."""
    [dimension] = ranking.query.dimensions
    return colors_of(dimension, [row.keys[0] for row in largest(ranking, measure)])
