"""Objectives as the page of operations shows them: what was reached, and what is left of the error budget."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from math import floor

from backend.analytics.figures.spark import Spark, spark
from backend.analytics.monitoring.objectives.objective import ObjectiveStanding
from backend.dashboards.ops.checks import State
from backend.formats import count

FEWEST = 50  # measurements under which a budget is not judged, as in the rules about budgets
NEARLY_ALL = 0.9  # of the window, from which on a figure is of all of it


@dataclass(frozen=True, slots=True)
class ShownObjective:
    """`left`: percent of the budget, from 0 to 100, for a bar; None where nothing was counted."""

    title: str
    reached: str
    budget: str
    left: int | None
    state: State
    about: str
    burn: Spark | None


def shown_objectives(standings: Iterable[ObjectiveStanding]) -> tuple[ShownObjective, ...]:
    return tuple(_shown(standing) for standing in standings)


def _shown(standing: ObjectiveStanding) -> ShownObjective:
    objective, left = standing.objective, standing.budget_left
    if left is None or not standing.count:
        return ShownObjective(objective.title, "not measured", "–", None, State.UNKNOWN, "", None)
    about = f"{count(standing.count)} measured{_covered(standing.covered, objective.window)}"
    burn = spark([point.rate for point in standing.burn], (), partial=False)
    reached = _share(1 - standing.bad / standing.count)
    if standing.count < FEWEST:
        return ShownObjective(objective.title, reached, "too few to judge", None, State.UNKNOWN, about, None)
    budget = f"{left:.0%} left" if left >= 0 else "used up"
    state = State.OK if left > 0 else State.BAD
    percent_left = max(0, min(100, round(left * 100)))
    return ShownObjective(objective.title, reached, budget, percent_left, state, about, burn)


def _share(part: float) -> str:
    """99.9%, 100%: never rounded up to a promise that was kept."""
    digits = 3 if part >= 0.99 else 1  # a tenth of a percent is a lot only near the whole
    scale = 10**digits
    cut = floor(part * 100 * scale + 1e-6) / scale
    return f"{cut:.{digits}f}".rstrip("0").rstrip(".") + "%"


def _covered(covered: timedelta, window: timedelta) -> str:
    if covered >= window * NEARLY_ALL:
        return ""
    minutes = covered.total_seconds() / 60
    if minutes < 120:
        return f", in {minutes:.0f} min so far"
    length = f"{minutes / 1440:.0f} days" if minutes >= 2880 else f"{minutes / 60:.0f} h"
    return f", in {length} so far"
