"""A page of the dashboards: its queries, and the board made of their results."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from backend.accounts.permissions import Scope
from backend.analytics.figures.figure import Figure
from backend.analytics.figures.lines import ChartAnnotation
from backend.analytics.figures.tiles import Tile
from backend.analytics.metrics.catalogue.dimensions import DIMENSIONS
from backend.analytics.metrics.catalogue.query import Query, Result
from backend.dashboards.addresses import BASE, address_of
from backend.dashboards.goal_values import Targets
from backend.dashboards.names import Names
from backend.dashboards.question import Address, Own, PageQuestion
from backend.dashboards.services import Services
from backend.dashboards.tables import table_address

if TYPE_CHECKING:
    from backend.dashboards.lists import SmallFunnel, SwitchList

WHOLE, HALF = 12, 6
TREND = "trend"


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab above a chart."""

    label: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Tabs:
    """The tabs above a chart, and the parameter that they choose."""

    label: str
    options: tuple[Tab, ...]


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
    """A page's numbers. `empty`: there are none, neither now nor in the compared period.

    `visits_now`: how many visits are under way, on a page that says so. `lists`, and the `funnel` in small, stand below
    the charts.
    """

    tiles: tuple[Tile, ...]
    charts: tuple[Chart, ...]
    empty: bool
    as_of: datetime
    partial: bool
    visits_now: int | None = None
    lists: tuple[SwitchList, ...] = ()
    funnel: SmallFunnel | None = None

    @property
    def over_time(self) -> bool:
        return any(chart.id == TREND for chart in self.charts)

    def with_charts(self, charts: Iterable[Chart]) -> Board:
        """The board with further charts after the first."""
        first, *rest = self.charts
        return replace(self, charts=(first, *charts, *rest))


class Select(NamedTuple):
    """A list to choose from in the form of the period: the values of one of the page's own parameters, with labels."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]


class Page(ABC):
    """A page in the menu. `own`: the parameters that no other page has, with their allowed values.

    `sample`: parameters that show all of the page, for screenshots and benchmarks. `can_be_saved`: as a view. `scope`:
    what a reader needs, without which the page is not in their menu.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    own: ClassVar[Own] = {}
    sample: ClassVar[Address] = {}
    can_be_saved: ClassVar[bool] = True
    scope: ClassVar[Scope] = Scope.DASHBOARDS_READ

    @property
    def path(self) -> str:
        return f"{BASE}/{self.name}"


class BoardPage(Page):
    """A page of tiles and charts that rest on questions to the catalogue. `selects`: its fields beside the period's."""

    selects: ClassVar[tuple[Select, ...]] = ()

    @abstractmethod
    def queries(self, question: PageQuestion) -> tuple[Query, ...]:
        """The queries to the catalogue, asked together."""

    @abstractmethod
    def board(self, setting: Setting, results: Sequence[Result]) -> Board:
        """The tiles and charts; results come in the order of the queries."""

    def rate(self, question: PageQuestion) -> str:
        """The measure over time, whose buckets are as long as it needs; none: as long as was asked for."""
        return chosen(question, "measure", self.own["measure"]) if "measure" in self.own else ""

    def completed(self, board: Board, setting: Setting, results: Sequence[Result], services: Services) -> Board:
        """The board with the charts that need other services, or a second query."""
        return board


@dataclass(frozen=True, slots=True)
class Setting:
    """What a page needs beside results: its question, names of codes and the annotations of its days.

    `so_far`: the totals of today, where the period ends yesterday. `goals`: what the team's goals ask. `root`: the path
    of a shared link; whoever reads there may change days and what is compared, and nothing that is counted.
    """

    page: Page
    question: PageQuestion
    names: Names
    annotations: tuple[ChartAnnotation, ...] = ()
    so_far: Result | None = None
    goals: Targets = ()
    root: str = ""

    def address(self, question: PageQuestion) -> str:
        """The same page with another question; empty where a reader may not ask it."""
        if self.root and question.filters != self.question.filters:
            return ""
        return address_of(self.root or self.page.path, question.address())

    def elsewhere(self, path: str, parameters: Address) -> str:
        """Another page of the dashboards; empty on a shared link."""
        return "" if self.root else address_of(path, parameters)

    def csv(self, query: Query) -> str:
        """The rows behind a chart as CSV."""
        return self.elsewhere(f"{BASE}/table.csv", table_address(query, self.question))

    def tabs(self, label: str, parameter: str, options: Sequence[str], label_of: Callable[[str], str]) -> Tabs:
        """A tab for each value of a parameter of the page's own."""
        current = chosen(self.question, parameter, options)
        return Tabs(
            label,
            tuple(
                Tab(label_of(option), self.address(self.question.choosing(parameter, option)), option == current)
                for option in options
            ),
        )


def chosen(question: PageQuestion, parameter: str, options: Sequence[str]) -> str:
    """The chosen value of a parameter; by default the first."""
    return question.own.get(parameter, options[0])


def dimension_label(dimension: str) -> str:
    return DIMENSIONS[dimension].label
