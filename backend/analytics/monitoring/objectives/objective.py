"""Objectives of the service: which share of what happens has to be good, over how many days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.windows import ANY, NameFilter, Window

MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Objective:
    """`target`: the share that has to be good, such as 0.999 of requests without a server error.

    `slowest`: in seconds, of objectives of speed: what takes longer is bad, and so is what fails. None: only what
    fails is bad.
    """

    id: str
    title: str
    family: Family
    target: float
    slowest: float | None = None
    names: NameFilter = ANY
    window: timedelta = MONTH

    def __post_init__(self) -> None:
        if not 0 < self.target < 1 or (self.slowest is not None and self.slowest <= 0):
            raise ValueError("a target is a share between 0 and 1, and a time is above 0")

    @property
    def budget(self) -> float:
        """The share that may be bad."""
        return 1 - self.target

    def bad(self, window: Window) -> int:
        """How many measurements of a window were bad."""
        if self.slowest is None:
            return window.failed
        return min(max(window.count - window.sketch.within(self.slowest), window.failed), window.count)


@dataclass(frozen=True, slots=True)
class BurnPoint:
    """How fast the budget burned in a part of time; None: nothing happened, or monitoring was off."""

    starts_at: datetime
    rate: float | None


@dataclass(frozen=True, slots=True)
class ObjectiveStanding:
    """How an objective stands: `budget_left` is 1 when nothing was bad, and below 0 when more was than may be.

    `covered`: for how much of its window monitoring was on.
    """

    objective: Objective
    count: int
    bad: int
    budget_left: float | None
    burn: tuple[BurnPoint, ...]
    as_of: datetime
    covered: timedelta

    @property
    def good(self) -> float | None:
        """The share that was good."""
        return 1 - self.bad / self.count if self.count else None
