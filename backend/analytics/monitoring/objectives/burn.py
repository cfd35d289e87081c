"""How fast an error budget burns.

A burn rate of 1 uses the budget up exactly at the end of the objective's window. An alert asks two windows, the second
a twelfth of the first, so that it opens only for what lasts and resolves soon after it ended. The rates are those that
Google's "The Site Reliability Workbook" (2018, chapter 5, table 5-8) recommends for 30 days: 14.4 over an hour is 2%
of the budget, and 6 over six hours is 5%.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from backend.analytics.monitoring.objectives.objective import Objective
from backend.analytics.monitoring.windows import Window

FAST, SLOW = 14.4, 6.0
FAST_WINDOW, SLOW_WINDOW = timedelta(hours=1), timedelta(hours=6)
SHORTER = 12  # the second window is this many times shorter
FEWEST_BAD = 5  # a night with ten requests may lose one


@dataclass(frozen=True, slots=True)
class Burn:
    """The burn rate in the longer window of an alert and in the shorter one at its end."""

    long: float
    short: float
    count: int

    @property
    def rate(self) -> float:
        """The rate at which both windows burn at least."""
        return min(self.long, self.short)


def burn_rate(objective: Objective, window: Window) -> float | None:
    """The share that was bad, as a multiple of the share that may be; None of nothing."""
    return objective.bad(window) / window.count / objective.budget if window.count else None


def burn(objective: Objective, long: Window, short: Window) -> Burn:
    """Too few bad ones to speak of burn nothing."""
    if objective.bad(long) < FEWEST_BAD:
        return Burn(0.0, 0.0, long.count)
    return Burn(burn_rate(objective, long) or 0.0, burn_rate(objective, short) or 0.0, long.count)
