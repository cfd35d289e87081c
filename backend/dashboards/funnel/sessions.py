"""The sessions behind a bar of the funnel, as a page lists them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from backend.analytics.metrics.catalogue.dimensions import DIMENSIONS
from backend.analytics.metrics.catalogue.query import MOST_ROWS
from backend.analytics.metrics.funnel.definition import Outcome
from backend.analytics.metrics.funnel.service import JourneyList
from backend.dashboards.funnel.question import BarQuestion
from backend.dashboards.names import Names
from backend.formats import counted

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class SessionRow:
    """`last`: the step it came to last; `seconds` from the first step to that one."""

    started_at: datetime
    source: str
    device: str
    country: str
    reached: int
    last: str
    seconds: float
    immature: bool


@dataclass(frozen=True, slots=True)
class SessionsPage:
    """`group`: of which group of the breakdown, in words. `counted`: Sessions or Visitors."""

    title: str
    counted: str
    group: str
    rows: tuple[SessionRow, ...]
    steps: int
    total: int
    number: int
    as_of: datetime

    @classmethod
    def of(cls, journeys: JourneyList, question: BarQuestion, names: Names) -> Self:
        return cls(
            title=_title(journeys),
            counted=f"{journeys.query.scope}s".capitalize(),
            group=_group(journeys, question, names),
            rows=tuple(_rows(journeys, names)),
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


def _title(journeys: JourneyList) -> str:
    labels = [step.label for step in journeys.query.steps]
    step = journeys.bar.step
    subject = counted(journeys.total, str(journeys.query.scope))
    if journeys.bar.outcome is Outcome.REACHED:
        return f"{subject} reached “{labels[step - 1]}”"
    return f"{subject} reached “{labels[max(step - 2, 0)]}” but not “{labels[step - 1]}”"


def _group(journeys: JourneyList, question: BarQuestion, names: Names) -> str:
    group, dimension = journeys.bar.group, question.funnel.asked.breakdown
    if group is None:
        return ""
    label = DIMENSIONS[dimension].label

    return f"{label}: all others" if group.others else f"{label}: {names.name(dimension, group.keys[0])}"


def _rows(journeys: JourneyList, names: Names) -> Iterator[SessionRow]:
    for journey in journeys.rows:
        yield SessionRow(
            started_at=journey.started_at,
            source=names.name("source", journey.source),
            device=names.name("device", journey.device),
            country=names.name("country", journey.country),
            reached=journey.reached,
            last=journeys.query.steps[journey.reached - 1].label,
            seconds=journey.seconds,
            immature=journey.immature,
        )
