"""The sessions behind a bar of the funnel, as a page lists and groups them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from backend.analytics.events.labels import deed_of
from backend.analytics.metrics.catalogue.dimensions import DIMENSIONS
from backend.analytics.metrics.catalogue.filter_parameters import FILTERS
from backend.analytics.metrics.catalogue.query import MOST_ROWS
from backend.analytics.metrics.funnel.definition import Outcome
from backend.analytics.metrics.funnel.service import JourneyGroups, JourneyList
from backend.dashboards.addresses import BASE, address_of
from backend.dashboards.funnel.question import GROUPINGS, BarQuestion
from backend.dashboards.names import Names
from backend.formats import count, counted, share

PER_PAGE, MOST_GROUPS_SHOWN = 50, 10
LIST = f"{BASE}/funnel/sessions"


@dataclass(frozen=True, slots=True)
class SessionRow:
    """`last`: the step it came to last; `seconds` from the first step to that one; `href`: its events."""

    started_at: datetime
    source: str
    device: str
    country: str
    reached: int
    last: str
    seconds: float
    immature: bool
    href: str


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group of the sessions: its share of them, and how many of all in it that came to the step before."""

    name: str
    href: str
    sessions: str
    share: float
    rate: str


@dataclass(frozen=True, slots=True)
class GroupingTab:
    """A dimension to group by."""

    label: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Grouping:
    """The sessions of a list by one dimension. `rate`: what the last column is, none where all are of that step."""

    label: str
    tabs: tuple[GroupingTab, ...]
    more: tuple[GroupingTab, ...]
    rows: tuple[GroupRow, ...]
    others: int
    rate: str

    @classmethod
    def of(cls, groups: JourneyGroups, journeys: JourneyList, question: BarQuestion, names: Names) -> Self:
        tabs = dict.fromkeys((*GROUPINGS, question.grouped_by))
        more = tuple(name for name in FILTERS if name not in tabs)
        return cls(
            label=DIMENSIONS[groups.dimension].label,
            tabs=tuple(_tab(question, name) for name in tabs),
            more=tuple(_tab(question, name) for name in more),
            rows=tuple(_group_rows(groups, journeys, question, names)),
            others=groups.keys - len(groups.rows),
            rate=_rate_head(journeys),
        )


@dataclass(frozen=True, slots=True)
class SessionsPage:
    """`group`: of which group of the breakdown, in words. `counted`: Sessions or Visitors."""

    title: str
    counted: str
    group: str
    rows: tuple[SessionRow, ...]
    grouping: Grouping
    steps: int
    total: int
    number: int
    as_of: datetime

    @classmethod
    def of(cls, journeys: JourneyList, groups: JourneyGroups, question: BarQuestion, names: Names) -> Self:
        return cls(
            title=title_of(journeys),
            counted=f"{journeys.query.scope}s".capitalize(),
            group=_group(journeys, question, names),
            rows=tuple(_rows(journeys, question, names)),
            grouping=Grouping.of(groups, journeys, question, names),
            steps=len(journeys.query.steps),
            total=journeys.total,
            number=question.number,
            as_of=journeys.as_of,
        )

    @property
    def pages(self) -> int:
        return max(-(-self.total // PER_PAGE), 1)

    @property
    def in_file(self) -> int:
        """The number of rows in the CSV."""
        return min(self.total, MOST_ROWS)


def title_of(journeys: JourneyList) -> str:
    """12 sessions opened the calculator but didn’t get to “Chose a job”"""
    steps, step = journeys.query.steps, journeys.bar.step
    subject = counted(journeys.total, str(journeys.query.scope))
    if journeys.bar.outcome is Outcome.REACHED:
        return f"{subject} {deed_of(steps[step - 1].name)}"
    return f"{subject} {deed_of(steps[max(step - 2, 0)].name)} but didn’t get to “{steps[step - 1].label}”"


def visit_address(visit: object, question: BarQuestion, place: int) -> str:
    """Where the events of one of the list are shown; `place` in the list, from 1."""
    return address_of(f"{BASE}/funnel/visit/{visit}", question.address() | {"place": place})


def _tab(question: BarQuestion, dimension: str) -> GroupingTab:
    href = address_of(LIST, question.by(dimension).address())
    return GroupingTab(DIMENSIONS[dimension].label, href, dimension == question.grouped_by)


def _rate_head(journeys: JourneyList) -> str:
    """Left here, or Went on: of those that came to the step before."""
    if journeys.bar.step == 1:
        return ""
    return "Left here" if journeys.bar.outcome is Outcome.DROPPED else "Got this far"


def _group_rows(
    groups: JourneyGroups, journeys: JourneyList, question: BarQuestion, names: Names
) -> Iterator[GroupRow]:
    for row in groups.rows:
        rate = "n < 10" if row.rate is None else share(row.rate)
        yield GroupRow(
            names.name(groups.dimension, row.key),
            "" if question.combines else address_of(LIST, question.of_group(row.key).address()),
            count(row.behind),
            row.behind / max(journeys.total, 1),
            f"{rate} of {count(row.of)}",
        )


def _group(journeys: JourneyList, question: BarQuestion, names: Names) -> str:
    group, dimension = journeys.bar.group, question.funnel.asked.breakdown
    if group is None:
        return ""
    label = DIMENSIONS[dimension].label

    return f"{label}: all others" if group.others else f"{label}: {names.name(dimension, group.keys[0])}"


def _rows(journeys: JourneyList, question: BarQuestion, names: Names) -> Iterator[SessionRow]:
    for place, journey in enumerate(journeys.rows, journeys.offset + 1):
        yield SessionRow(
            started_at=journey.started_at,
            source=names.name("source", journey.source),
            device=names.name("device", journey.device),
            country=names.name("country", journey.country),
            reached=journey.reached,
            last=journeys.query.steps[journey.reached - 1].label,
            seconds=journey.seconds,
            immature=journey.immature,
            href=visit_address(journey.visit, question, place),
        )
