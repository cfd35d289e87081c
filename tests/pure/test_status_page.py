"""PERF-8: what the status page says of a part of the site."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from backend.analytics.monitoring.incidents.incident import Component, Impact
from backend.analytics.monitoring.uptime import DAYS, ComponentUptime, Condition, DayUptime, condition_of
from backend.dashboards.status import percent_up, status_page
from tests.measured_windows import NOON, window_of

TARGET = 0.999


@pytest.mark.parametrize(
    ("count", "failed", "told", "condition"),
    [
        (0, 0, [], Condition.UNKNOWN),
        (500, 0, [], Condition.OPERATIONAL),
        (10, 1, [], Condition.OPERATIONAL),
        (1, 1, [], Condition.OPERATIONAL),
        (3, 3, [], Condition.DOWN),
        (100, 5, [], Condition.DEGRADED),
        (100, 50, [], Condition.DOWN),
        (500, 0, [Impact.DEGRADED], Condition.DEGRADED),
        (0, 0, [Impact.DEGRADED, Impact.DOWN], Condition.DOWN),
    ],
)
def test_the_state_is_the_worse_of_what_was_measured_and_what_was_told(count, failed, told, condition):
    assert condition_of(window_of([0.01] * count, failed), told) is condition


def test_a_day_is_good_bad_in_part_or_a_gap():
    first = date(2026, 9, 2)
    days = [DayUptime(first + timedelta(days=place), None) for place in range(DAYS)]
    days[10] = DayUptime(days[10].day, 0.9, failed=1)
    days[11] = DayUptime(days[11].day, 0.9, failed=100)
    days[12] = DayUptime(days[12].day, 0.2, failed=800)
    uptime = ComponentUptime(Component.API, Condition.OPERATIONAL, tuple(days), 0.99999, TARGET)
    [shown] = status_page([uptime], [], NOON, "UTC").components

    assert [bar.look for bar in shown.bars[9:14]] == ["off", "ok", "part", "bad", "off"]
    assert shown.bars[11].words == "Sep 13: 90%"
    assert shown.uptime == "99.99% uptime on the 3 days measured"
    assert "Sep 13: 90%; Sep 14: 20%" in shown.description


def test_what_failed_once_is_never_all():
    assert [percent_up(good) for good in (1, 0.999999, 0.9, 0)] == ["100%", "99.99%", "90%", "0%"]
