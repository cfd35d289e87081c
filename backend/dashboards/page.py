"""The dashboards' pages: which questions each asks, and what it shows of the answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Protocol

from backend.analytics.figures.figure import Figure, Shapes
from backend.analytics.figures.lines import Happening
from backend.analytics.figures.tiles import Tile
from backend.analytics.metrics.attribution.models import Model
from backend.analytics.metrics.attribution.paths import By
from backend.analytics.metrics.attribution.service import LONGEST_LOOK_BACK_DAYS, LOOK_BACK_DAYS
from backend.analytics.metrics.catalogue.dimensions import DIMENSIONS
from backend.analytics.metrics.catalogue.measures import MEASURES, Source
from backend.analytics.metrics.catalogue.query import Filter, Operator, Query, Result
from backend.dashboards.charts import (
    MOST_BARS,
    ask,
    is_partial,
    largest,
    map_of,
    ranking_of,
    several_of,
    tiles_of,
    trend_of,
)
from backend.dashboards.names import Names
from backend.dashboards.question import FILTERS, Chip, Own, PageQuestion

WHOLE, HALF = 12, 6
TREND = "trend"
LOOK_BACKS = tuple(map(str, (LOOK_BACK_DAYS, 7, 14, 60, LONGEST_LOOK_BACK_DAYS)))


@dataclass(frozen=True, slots=True)
class Tab:
    """Another way to look at a chart."""

    label: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Tabs:
    """Ways to look at a chart, and what they choose."""

    label: str
    some: tuple[Tab, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure in its place: how many of twelve columns wide, and where its rows are as CSV."""

    id: str
    figure: Figure
    csv: str
    span: int = WHOLE
    tabs: tuple[Tabs, ...] = ()


@dataclass(frozen=True, slots=True)
class Board:
    """A page's numbers. `empty`: there is nothing now, and was nothing in what it is compared with."""

    tiles: tuple[Tile, ...]
    charts: tuple[Chart, ...]
    empty: bool
    as_of: datetime
    partial: bool

    @property
    def over_time(self) -> bool:
        return any(chart.id == TREND for chart in self.charts)

    def with_charts(self, charts: Iterable[Chart]) -> Board:
        """Further ones, after the first."""
        first, *rest = self.charts
        return replace(self, charts=(first, *charts, *rest))


@dataclass(frozen=True, slots=True)
class Setting:
    """What a page needs beside the answers: its question, names of codes, and how addresses are made."""

    question: PageQuestion
    names: Names
    address: Callable[[PageQuestion], str]
    csv: Callable[[Query], str]
    happenings: tuple[Happening, ...] = ()

    def chip(self, dimension: str, value: str) -> Chip:
        """A value of a filter, and the way to the page without it."""
        without = self.address(self.question.without_value(dimension, value))
        return DIMENSIONS[dimension].label, self.names.name(dimension, value), without

    def tabs(self, label: str, name: str, options: Sequence[str], called: Callable[[str], str]) -> Tabs:
        """A way to each value of a parameter of the page's own."""
        current = chosen(self.question, name, options)
        address = (self.address(self.question.choosing(name, one)) for one in options)
        return Tabs(
            label, tuple(Tab(called(one), href, one == current) for one, href in zip(options, address, strict=True))
        )


class Page(Protocol):
    """Asks, and shows what was answered. `own`: the parameters that no other page has, with what they may be."""

    name: ClassVar[str]
    title: ClassVar[str]
    own: ClassVar[Own]

    def queries(self, question: PageQuestion) -> tuple[Query, ...]: ...

    def board(self, setting: Setting, results: Sequence[Result]) -> Board: ...


class Overview:
    """How it goes, and what is behind it."""

    name: ClassVar = "overview"
    title: ClassVar = "Overview"
    measures = ("sessions", "visitors", "assessments", "conversion_rate", "upgrades", "revenue")
    own: ClassVar[Own] = {"measure": measures}

    def queries(self, question: PageQuestion) -> tuple[Query, ...]:
        return (
            ask(question, *self.measures, over_time=True),
            ask(question, "sessions", by=("source",)),
            ask(question, "assessments", by=("job_title",)),
        )

    def board(self, setting: Setting, results: Sequence[Result]) -> Board:
        course, sources, titles = results
        name = chosen(setting.question, "measure", self.measures)
        tiles = tiles_of(
            course, self.measures, lambda one: setting.address(setting.question.choosing("measure", one)) + "#trend"
        )
        return _board(
            course,
            tiles,
            _trend(course, name, setting),
            _ranked("sources", sources, "sessions", setting, HALF),
            _ranked("titles", titles, "assessments", setting, HALF),
        )


class Conversions:
    """What goes on to an offer and a plan."""

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

    def board(self, setting: Setting, results: Sequence[Result]) -> Board:
        course, parts = results
        tabs = setting.tabs("By", "breakdown", self.breakdowns, _label)
        tiles = tiles_of(course, ("assessments", "offer_rate", "upgrades", "conversion_rate"), lambda _: "")
        return _board(
            course,
            tiles,
            _ranked("parts", parts, "conversion_rate", setting, tabs=(tabs,)),
            _trend(course, "conversion_rate", setting),
        )


class Popular:
    """What people come for."""

    name: ClassVar = "popular"
    title: ClassVar = "Popular"
    breakdowns = ("job_title", "occupation", "industry", "education", "experience")
    own: ClassVar[Own] = {"breakdown": breakdowns}

    def queries(self, question: PageQuestion) -> tuple[Query, ...]:
        by = chosen(question, "breakdown", self.breakdowns)
        return (
            ask(question, "assessments", over_time=True),
            ask(question, "assessments", "conversion_rate", by=(by,)),
        )

    def board(self, setting: Setting, results: Sequence[Result]) -> Board:
        course, parts = results
        tabs = setting.tabs("By", "breakdown", self.breakdowns, _label)
        return _board(
            course,
            (),
            _ranked("parts", parts, "assessments", setting, tabs=(tabs,)),
            _trend(course, "assessments", setting),
        )


class Geography:
    """Where they are."""

    name: ClassVar = "geography"
    title: ClassVar = "Geography"
    measures = ("sessions", "visitors", "assessments", "conversion_rate", "revenue")
    own: ClassVar[Own] = {"measure": measures}

    def queries(self, question: PageQuestion) -> tuple[Query, ...]:
        name = chosen(question, "measure", self.measures)
        return (
            ask(question, name, by=("country",)),
            ask(question.with_filter("country", "US"), name, by=("region",)),
        )

    def board(self, setting: Setting, results: Sequence[Result]) -> Board:
        world, states = results
        name = chosen(setting.question, "measure", self.measures)
        tabs = setting.tabs("Measure", "measure", self.measures, lambda one: MEASURES[one].label)
        drawn = (Shapes.WORLD, world), (Shapes.US_STATES, states)
        charts = [
            Chart(
                str(shapes),
                map_of(result, name, shapes, setting.names, setting.question, setting.address),
                setting.csv(result.query),
                tabs=(tabs,) if result is world else (),
            )
            for shapes, result in drawn
            if result.rows or result is world
        ]
        return _board(world, (), *charts)


class Revenue:
    """What was asked to be paid, and who is to be thanked."""

    name: ClassVar = "revenue"
    title: ClassVar = "Revenue"
    own: ClassVar[Own] = {"model": tuple(Model), "by": tuple(By), "lookback_days": LOOK_BACKS}
    measures = ("revenue", "upgrades", "revenue_per_upgrade", "revenue_per_visitor")

    def queries(self, question: PageQuestion) -> tuple[Query, ...]:
        return (ask(question, *self.measures, over_time=True),)

    def board(self, setting: Setting, results: Sequence[Result]) -> Board:
        [course] = results
        tiles = tiles_of(course, self.measures, lambda _: "")
        return _board(course, tiles, _trend(course, "revenue", setting))


class Explore:
    """Any measure, by anything."""

    name: ClassVar = "explore"
    title: ClassVar = "Explore"
    measures = tuple(name for name, measure in MEASURES.items() if measure.source is Source.SESSIONS)
    own: ClassVar[Own] = {"measure": measures, "by": FILTERS}

    def queries(self, question: PageQuestion) -> tuple[Query, ...]:
        name, by = self.measure(question), chosen(question, "by", ("", *FILTERS))
        parts = (ask(question, name, by=(by,)),) if by else ()
        return (ask(question, name, over_time=True), *parts)

    def board(self, setting: Setting, results: Sequence[Result]) -> Board:
        course, *parts = results
        name = self.measure(setting.question)
        ranked = (_ranked("parts", result, name, setting) for result in parts)
        return _board(course, (), *ranked, _trend(course, name, setting))

    def measure(self, question: PageQuestion) -> str:
        return chosen(question, "measure", self.measures)

    def courses(self, question: PageQuestion, ranked: Result) -> Query:
        """The largest parts, stretch by stretch."""
        name, [by] = self.measure(question), ranked.query.dimensions
        some, query = largest(ranked, name), ask(question, name, by=(by,), over_time=True)
        among = Filter(by, Operator.IN, tuple(row.keys[0] or "" for row in some) or ("",))
        return replace(
            query, filters=(*(kept for kept in query.filters if kept.field != by), among), order=None, compare=None
        )

    def lines(self, setting: Setting, ranked: Result, result: Result) -> Chart:
        figure = several_of(result, ranked, self.measure(setting.question), setting.names)
        return Chart("courses", figure, setting.csv(result.query))


DIMENSION_CHOICES = tuple((name, DIMENSIONS[name].label) for name in FILTERS)
MEASURE_CHOICES = tuple((name, MEASURES[name].label) for name in Explore.measures)
OVERVIEW, CONVERSIONS, REVENUE, POPULAR = Overview(), Conversions(), Revenue(), Popular()
GEOGRAPHY, EXPLORE = Geography(), Explore()


def _board(first: Result, tiles: tuple[Tile, ...], *charts: Chart) -> Board:
    empty = not first.totals.n and not (first.before and first.before.n)
    return Board(tiles, charts, empty, first.as_of, is_partial(first))


def _trend(result: Result, name: str, setting: Setting) -> Chart:
    return Chart(TREND, trend_of(result, name, setting.happenings), setting.csv(result.query))


def _ranked(
    id_: str, result: Result, name: str, setting: Setting, span: int = WHOLE, tabs: tuple[Tabs, ...] = ()
) -> Chart:
    most = MOST_BARS if span == WHOLE else MOST_BARS // 2
    figure = ranking_of(result, name, setting.names, setting.question, setting.address, most)
    return Chart(id_, figure, setting.csv(result.query), span, tabs)


def chosen(question: PageQuestion, parameter: str, options: Sequence[str]) -> str:
    """What the address says, or the first there is."""
    return question.own.get(parameter, options[0])


def _label(dimension: str) -> str:
    return DIMENSIONS[dimension].label
