"""Boards: the list of them, and the page of one with its tiles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import ClassVar

from backend.analytics.boards.board import BoardTile, TileKind
from backend.analytics.figures.spark import Spark, spark
from backend.analytics.figures.tiles import Tile
from backend.analytics.metrics.catalogue.query import MOST_FILTERS, Filter, Query, Result
from backend.analytics.metrics.catalogue.stored_filters import fits, unfit
from backend.dashboards.board_charts import ranked, trend
from backend.dashboards.charts import ask, is_partial
from backend.dashboards.chips import filter_in_words
from backend.dashboards.courses import Answer, readable
from backend.dashboards.page import HALF, Chart, Page, Setting
from backend.dashboards.question import PageQuestion
from backend.dashboards.tiles import tiles_of

Key = tuple[tuple[Filter, ...], str, str]  # filters, breakdown, and of a list its measure
TOO_MANY_FILTERS = f"With the filters of the page, this tile has more than {MOST_FILTERS}."


class BoardList(Page):
    """All boards that the reader sees."""

    name: ClassVar = "boards"
    title: ClassVar = "Boards"
    can_be_saved: ClassVar = False


BOARDS = BoardList()


@dataclass(frozen=True, slots=True)
class ShownTile:
    """A tile with its answer: a number, a chart, or the reason why there is none."""

    tile: BoardTile
    number: Tile | None = None
    spark: Spark | None = None
    chart: Chart | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ShownBoard:
    """A board with its answers. Numbers that follow one another stand in one row."""

    rows: tuple[tuple[ShownTile, ...], ...]
    as_of: datetime
    partial: bool
    csv: str = ""


class BoardQuestion:
    """What all tiles of a board ask together, in one snapshot. Numbers and trends of equal filters share one."""

    def __init__(self, tiles: Sequence[BoardTile], question: PageQuestion) -> None:
        self._tiles = tiles
        self._question = question
        self._keys = [None if self._problem(tile) else self._key(tile) for tile in tiles]
        measures = defaultdict[Key, dict[str, None]](dict)
        for tile, key in zip(tiles, self._keys, strict=True):
            if key:
                measures[key][tile.measure] = None
        self._queries = {key: self._query(key, tuple(asked)) for key, asked in measures.items()}
        today = question.so_far
        over_time = {key: query for key, query in self._queries.items() if query.grain and today}
        self._today = {
            key: replace(query, period=today or query.period, grain=None, compare=None)
            for key, query in over_time.items()
        }

    @property
    def queries(self) -> list[Query]:
        """The last ones are of today, where the period ends yesterday."""
        return [*self._queries.values(), *self._today.values()]

    def shown(self, setting: Setting, results: Sequence[Result], answer: Answer) -> ShownBoard | None:
        """The tiles in their order; None where no tile can be answered.

        `answer`: for a rate over time whose buckets hold too few, which takes longer ones.
        """
        if not results:
            return None
        answers = dict(zip(self._queries, results, strict=False))
        today = dict(zip(self._today, results[len(answers) :], strict=True))
        tiles = []
        for tile, key in zip(self._tiles, self._keys, strict=True):
            if key is None:
                tiles.append(ShownTile(tile, problem=self._problem(tile)))
                continue
            result = answers[key]
            course = readable(result, tile.measure, answer) if tile.kind is TileKind.TREND else result
            tiles.append(self._shown(tile, replace(setting, so_far=today.get(key)), course))
        rows = tuple(tuple(row) for _, row in groupby(tiles, key=lambda shown: shown.tile.kind is TileKind.NUMBER))
        first, csv = next(iter(answers.values())), next((shown.chart.csv for shown in tiles if shown.chart), "")
        return ShownBoard(rows, min(result.as_of for result in answers.values()), is_partial(first), csv)

    def _problem(self, tile: BoardTile) -> str:
        """Why a tile has no answer with the filters of the page."""
        wrong = next((one.field for one in self._question.filters if not fits(tile.measure, one.field)), "")
        if wrong:
            return f"{unfit(tile.measure, wrong)} Remove that filter to see this tile."
        return TOO_MANY_FILTERS if len(self._filters(tile)) > MOST_FILTERS else ""

    def _filters(self, tile: BoardTile) -> tuple[Filter, ...]:
        return tuple(dict.fromkeys((*self._question.filters, *tile.filters)))

    def _key(self, tile: BoardTile) -> Key:
        """A list, whose order is by its measure, has a query of its own."""
        return self._filters(tile), tile.breakdown or "", tile.measure if tile.breakdown else ""

    def _query(self, key: Key, measures: tuple[str, ...]) -> Query:
        filters, breakdown, _ = key
        question = replace(self._question, filters=filters)
        return ask(question, *measures, by=(breakdown,)) if breakdown else ask(question, *measures, over_time=True)

    def _shown(self, tile: BoardTile, setting: Setting, result: Result) -> ShownTile:
        filters = [filter_in_words(condition, setting.names) for condition in tile.filters]
        if tile.kind is TileKind.NUMBER:
            [number] = tiles_of(result, (tile.measure,), lambda _: "")
            n = "; ".join(filter(None, (number.n.removesuffix("."), *filters)))
            return ShownTile(tile, replace(number, label=tile.label, n=n), _course(result, tile.measure))
        id_ = f"tile-{tile.id or self._tiles.index(tile)}"
        if tile.kind is TileKind.TREND:
            chart = replace(trend(result, tile.measure, setting), id=id_, span=HALF)
        else:
            chart = ranked(id_, result, tile.measure, setting, HALF)
        named = f"{tile.title}: {chart.figure.title}" if tile.title else chart.figure.title
        title = f"{named} ({'; '.join(filters)})" if filters else named
        return ShownTile(tile, chart=replace(chart, figure=replace(chart.figure, title=title)))


def _course(result: Result, measure: str) -> Spark | None:
    """How the number came about, bucket by bucket, beside the compared period."""
    earlier = [row.previous[measure] if row.previous else None for row in result.rows if result.before]
    return spark([row.values[measure] for row in result.rows], earlier, partial=is_partial(result))
