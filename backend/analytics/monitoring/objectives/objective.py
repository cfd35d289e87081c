"""Objectives of the service: which share of what happens has to be good, over how many days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.analytics.monitoring.readings import Family


@dataclass(frozen=True, slots=True)
class Objective:
    """`target`: the share that has to be good, such as 0.999 of requests without a server error.

    `slowest`: in seconds, for objectives of speed: what takes longer is bad; None: what fails is bad.
    `group`: the group of routes that counts; empty: everything of the family.
    """

    id: str
    title: str
    family: Family
    target: float
    slowest: float | None = None
    group: str = ""
    window: timedelta = timedelta(days=30)

    @property
    def budget(self) -> float:
        """The share that may be bad."""
        return 1 - self.target


@dataclass(frozen=True, slots=True)
class ObjectiveStanding:
    """How an objective stands: `budget_left` is 1 when nothing was bad, below 0 when more was than may be."""

    objective: Objective
    count: int
    good: float | None
    budget_left: float | None
    burn: tuple[tuple[datetime, float | None], ...]
    as_of: datetime
    covered: timedelta
