"""PERF-4c: budgets, and alerts by two windows of burn: a blip wakes nobody, a slow leak is found."""

from __future__ import annotations

from random import Random

import pytest

from backend.analytics.monitoring.objectives.burn import (
    FAST,
    FAST_WINDOW,
    FEWEST_BAD,
    SHORTER,
    SLOW,
    SLOW_WINDOW,
    burn,
    burn_rate,
)  # fmt: skip
from backend.analytics.monitoring.objectives.objective import MONTH, Objective
from backend.analytics.monitoring.objectives.shipped import OBJECTIVES
from backend.analytics.monitoring.readings import Family
from tests.measured_windows import MINUTE, window_of

AVAILABILITY = OBJECTIVES["availability"]
PER_MINUTE = 600


class Simulated:
    """Minutes of seeded traffic, each with how many of its requests failed."""

    def __init__(self, *spans):
        """`spans`: minutes, and the share of requests that fails in each of them."""
        random = Random(20_261_130)
        shares = [share for minutes, share in spans for _ in range(minutes)]
        self.failed = [sum(random.random() < share for _ in range(PER_MINUTE)) for share in shares]

    def rate(self, span, minute):
        """The burn rate of both windows before a minute."""
        long, short = (self._window(span_of, minute) for span_of in (span, span / SHORTER))
        return burn(AVAILABILITY, long, short).rate

    def alerts(self):
        """The minutes in which the fast and the slow rule are over their limits."""
        minutes = range(1, len(self.failed) + 1)
        fast = [minute for minute in minutes if self.rate(FAST_WINDOW, minute) > FAST]
        return fast, [minute for minute in minutes if self.rate(SLOW_WINDOW, minute) > SLOW]

    def _window(self, span, minute):
        part = self.failed[max(minute - int(span / MINUTE), 0) : minute]
        return CountedWindow(PER_MINUTE * len(part), sum(part))


class CountedWindow:
    """As much of a window as availability asks for."""

    def __init__(self, count, failed):
        self.count, self.failed = count, failed


def test_a_blip_wakes_nobody():
    assert Simulated((360, 0), (2, 0.2), (360, 0)).alerts() == ([], [])


def test_an_outage_is_found_in_minutes_and_over_soon_after_it_ended():
    fast, _ = Simulated((360, 0.0001), (30, 0.5), (120, 0.0001)).alerts()

    assert 360 < fast[0] <= 360 + 3
    assert 390 <= fast[-1] <= 390 + 5


def test_a_slow_leak_is_found_by_the_slow_windows_alone():
    fast, slow = Simulated((360, 0.0002), (480, 0.01)).alerts()

    assert fast == []
    assert 360 < slow[0] < 360 + 300


def test_what_stays_within_the_budget_wakes_nobody():
    assert Simulated((900, 0.0009)).alerts() == ([], [])


def test_the_rates_are_those_of_the_site_reliability_workbook():
    """Table 5-8: 2% of the budget of 30 days in an hour, 5% in six, each with a second window of a twelfth."""
    assert pytest.approx(0.02 * MONTH / FAST_WINDOW) == FAST
    assert pytest.approx(0.05 * MONTH / SLOW_WINDOW) == SLOW
    assert (FAST_WINDOW / SHORTER, SLOW_WINDOW / SHORTER) == (5 * MINUTE, 30 * MINUTE)


def test_a_quiet_night_that_loses_a_few_requests_burns_nothing():
    night = CountedWindow(60, FEWEST_BAD - 1)

    assert burn_rate(AVAILABILITY, night) > FAST
    assert burn(AVAILABILITY, night, night).rate == 0


def test_what_is_slow_is_bad_and_so_is_what_fails():
    speed = OBJECTIVES["api-speed"]
    window = window_of([0.05] * 90 + [0.5] * 10, failed=0)

    assert speed.bad(window) == 10
    assert burn_rate(speed, window) == pytest.approx(2)
    assert speed.bad(window_of([0.05] * 100, failed=3)) == 3
    assert burn_rate(speed, window_of([])) is None


def test_the_shipped_objectives_are_those_promised():
    promised = {name: (one.target, one.slowest) for name, one in OBJECTIVES.items()}

    assert promised == {
        "availability": (0.999, None),
        "page-speed": (0.95, 0.2),
        "api-speed": (0.95, 0.1),
        "query-speed": (0.95, 0.1),
        "errors": (0.999, None),
        "calculator-speed": (0.95, 3),
        "alert-delivery": (0.99, 300),
    }


@pytest.mark.parametrize(("target", "slowest"), [(0, None), (1, None), (0.9, 0), (0.9, -1)])
def test_an_impossible_objective_is_refused(target, slowest):
    with pytest.raises(ValueError, match="a target is a share"):
        Objective("x", "X", Family.REQUEST, target, slowest)
