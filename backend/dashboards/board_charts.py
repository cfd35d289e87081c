"""The charts of a board: results of the catalogue as figures, with their links and their rows as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from backend.analytics.figures.tiles import Tile
from backend.analytics.metrics.catalogue.query import Result
from backend.dashboards.charts import MOST_BARS, is_partial, ranking_of, with_currencies
from backend.dashboards.courses import trend_of
from backend.dashboards.goal_values import goal_line
from backend.dashboards.page import TREND, WHOLE, Board, Chart, Setting, Tabs


def board_of(first: Result, tiles: tuple[Tile, ...], *charts: Chart) -> Board:
    """The first result says whether there is anything to show, and how fresh it is."""
    empty = not first.totals.n and not (first.before and first.before.n)
    return Board(tiles, charts, empty, first.as_of, is_partial(first))


def trend(result: Result, measure: str, setting: Setting) -> Chart:
    goal = goal_line(setting.goals, measure, result.query)
    figure = trend_of(result, measure, setting.annotations, setting.so_far, setting.question.grain, goal)
    figure = with_currencies(figure, result, measure)
    return Chart(TREND, figure, setting.csv(result.query))


def ranked(
    id_: str,
    result: Result,
    measure: str,
    setting: Setting,
    span: int = WHOLE,
    tabs: tuple[Tabs, ...] = (),
    colors: Mapping[str | None, int] = MappingProxyType({}),
) -> Chart:
    bar_limit = MOST_BARS if span == WHOLE else MOST_BARS // 2
    figure = ranking_of(result, measure, setting.names, setting.question, setting.address, bar_limit, colors)
    figure = with_currencies(figure, result, measure)
    return Chart(id_, figure, setting.csv(result.query), span, tabs)
