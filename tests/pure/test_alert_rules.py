"""PERF-4, 4a: each shipped rule fires and clears, and says nothing of too little."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.analytics.monitoring.alerts.alert import OPEN, AlertState
from backend.analytics.monitoring.alerts.machine import Standing, advance
from backend.analytics.monitoring.alerts.notifier import Severity
from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.rules.definition import changed, custom, faults, plain
from backend.analytics.monitoring.rules.judging import Observed, Verdict, judge
from backend.analytics.monitoring.rules.rule import Each, Measure, MeasureSource, Rule, Statistic
from backend.analytics.monitoring.rules.shipped import SHIPPED
from backend.analytics.monitoring.rules.units import FAMILIES
from backend.analytics.monitoring.rules.windows import value_of
from backend.analytics.monitoring.rules.wording import ACTS, limit, measured
from tests.measured_windows import HOUR, MINUTE, NOON, SECOND, window_of

NEW_YORK = ZoneInfo("America/New_York")
# The value that opens an alert of each shipped rule, and one that clears it.
VALUES = {
    "api-down": (1, 0),
    "database-lost": (31, 0),
    "errors-high": (0.06, 0.01),
    "budget-burns-fast": (15, 0.5),
    "cpu-critical": (81, 74),
    "memory-critical": (86, 81),
    "disk-full": (91, 80),
    "host-lost": (61, 5),
    "monitoring-silent": (0, 12),
    "emails-failing": (0.6, 0),
    "alerts-undelivered": (1, 0),
    "pages-slow": (0.51, 0.3),
    "responses-slow": (2.1, 1),
    "budget-burns-slowly": (7, 1),
    "cpu-high": (71, 60),
    "memory-high": (81, 70),
    "calculator-slow": (3.1, 2),
    "queries-slow": (1.1, 0.5),
    "requests-waiting": (0.3, 0.01),
    "cache-missing": (0.81, 0.5),
    "calls-failing": (0.6, 0),
    "experiment-unhealthy": (1, 0),
    "jobs-dead": (1, 0),
    "jobs-waiting": (601, 10),
    "schedule-failing": (3, 0),
    "lake-behind": (901, 60),
    "on-call-gap": (3600, 0),
    "conversion-fell": (-0.4, 0),
    "visits-fell": (-0.6, 0),
    "pages-paint-slowly": (2.6, 2),
    "daily-summary": (1, 0),
}


def observe(rule, standing, value, now, n=10_000):
    return advance(rule, standing, judge(rule, Observed(value, n), now, NEW_YORK), now)


def kept(rule, standing, value, since, until):
    """The standing after a value that is observed every ten seconds for a time."""
    now = since
    while now <= until:
        standing = observe(rule, standing, value, now)
        now += 10 * SECOND
    return standing


def test_every_shipped_rule_has_its_values_here_and_there_are_eighteen_or_more_in_three_severities():
    assert VALUES.keys() == SHIPPED.keys()
    assert len(SHIPPED) >= 18
    assert {rule.severity for rule in SHIPPED.values()} == {*Severity}
    assert [fault for rule in SHIPPED.values() for fault in faults(rule)] == []


@pytest.mark.parametrize("rule_id", sorted(SHIPPED))
def test_each_shipped_rule_fires_and_clears(rule_id):
    rule, (bad, good) = SHIPPED[rule_id], VALUES[rule_id]

    before = kept(rule, None, bad, NOON, NOON + rule.lasting - 10 * SECOND) if rule.lasting else None
    fired = observe(rule, before, bad, NOON + rule.lasting)
    later = NOON + rule.lasting + MINUTE
    settling = kept(rule, fired, good, later, later + rule.settles - 10 * SECOND) if rule.settles else fired
    cleared = observe(rule, settling, good, later + rule.settles)

    assert before is None or before.state is AlertState.PENDING
    assert fired.state is AlertState.FIRING
    assert settling.state is AlertState.FIRING
    assert cleared.state is AlertState.RESOLVED


@pytest.mark.parametrize("rule_id", sorted(SHIPPED))
def test_what_each_rule_says_fits_a_message(rule_id):
    rule = SHIPPED[rule_id]
    said = measured(rule, Observed(VALUES[rule_id][0], 10_000)), limit(rule)

    assert all(text and "None" not in text and len(text) < 120 for text in said)


def test_every_family_of_measurements_has_its_words():
    assert FAMILIES.keys() == ACTS.keys() == {*Family}


def test_the_founding_thresholds_are_the_limits():
    limits = {rule_id: SHIPPED[rule_id].limit for rule_id in ("calculator-slow", "queries-slow", "responses-slow")}
    assert limits == {"calculator-slow": 3, "queries-slow": 1, "responses-slow": 2}
    assert SHIPPED["errors-high"].limit == 0.05
    assert (SHIPPED["cpu-high"].limit, SHIPPED["cpu-critical"].limit) == (70, 80)
    assert (SHIPPED["memory-high"].limit, SHIPPED["memory-critical"].limit) == (80, 85)
    assert (SHIPPED["disk-full"].limit, SHIPPED["pages-slow"].limit, SHIPPED["cache-missing"].limit) == (90, 0.5, 0.8)


def test_one_slow_request_at_night_is_nothing():
    rule = SHIPPED["responses-slow"]
    night = window_of([9.0])

    value = value_of(rule.measure.statistic, night, rule.window)

    assert value == pytest.approx(9, rel=0.01)
    assert judge(rule, Observed(value, night.count), NOON, NEW_YORK) is Verdict.UNKNOWN


def test_between_the_limits_an_alert_neither_opens_nor_clears():
    rule = SHIPPED["cpu-high"]
    assert judge(rule, Observed(68), NOON, NEW_YORK) is Verdict.BETWEEN
    assert observe(rule, None, 68, NOON) is None
    firing = Standing(AlertState.FIRING, NOON)
    assert kept(rule, firing, 68, NOON, NOON + HOUR).state is AlertState.FIRING


def test_a_blip_shorter_than_the_rule_asks_passes_by():
    rule = SHIPPED["pages-slow"]
    pending = kept(rule, None, 3, NOON, NOON + 4 * MINUTE)

    assert pending.state is AlertState.PENDING
    assert observe(rule, pending, 0.1, NOON + 4 * MINUTE + 10 * SECOND) is None


def test_an_acknowledged_alert_stays_so_until_it_resolves():
    rule = SHIPPED["jobs-dead"]
    acknowledged = Standing(AlertState.ACKNOWLEDGED, NOON)

    assert observe(rule, acknowledged, 3, NOON + HOUR).state is AlertState.ACKNOWLEDGED
    assert observe(rule, acknowledged, 0, NOON + HOUR).state is AlertState.RESOLVED


def test_what_is_no_longer_measured_resolves_after_half_an_hour_and_not_before():
    rule = SHIPPED["responses-slow"]
    firing = Standing(AlertState.FIRING, NOON)
    silent = kept(rule, firing, None, NOON, NOON + 29 * MINUTE)

    assert silent.state is AlertState.FIRING
    assert observe(rule, silent, None, NOON + 30 * MINUTE).state is AlertState.RESOLVED


def test_a_clock_set_back_delays_an_alert_and_never_keeps_it_from_opening_or_resolving():
    rule = SHIPPED["pages-slow"]
    pending = kept(rule, None, 3, NOON, NOON + 2 * MINUTE)
    back = NOON - HOUR

    opened = kept(rule, pending, 3, back, back + rule.lasting)
    settling = kept(rule, opened, 0.1, NOON, NOON + MINUTE)
    resolved = kept(rule, settling, 0.1, back, back + rule.settles)

    assert opened.state in OPEN
    assert resolved.state is AlertState.RESOLVED


@pytest.mark.parametrize(
    ("at", "is_judged"),
    [
        (datetime(2026, 11, 30, 14, 30, tzinfo=UTC), True),  # Monday, 9:30 in New York
        (datetime(2026, 11, 30, 22, 30, tzinfo=UTC), False),  # 17:30
        (datetime(2026, 11, 29, 17, 0, tzinfo=UTC), False),  # Sunday
    ],
)
def test_a_rule_of_business_hours_looks_only_then(at, is_judged):
    rule = SHIPPED["conversion-fell"]
    verdict = judge(rule, Observed(-0.5, 1000), at, NEW_YORK)
    assert (verdict is Verdict.PASSED) is is_judged


def test_statistics_of_a_window():
    window = window_of([0.1] * 90 + [1.0] * 10, failed=4)
    values = {statistic: value_of(statistic, window, HOUR) for statistic in Statistic if statistic not in NOT_WINDOWS}

    assert values[Statistic.P50] == pytest.approx(0.1, rel=0.01)
    assert values[Statistic.P95] == pytest.approx(1.0, rel=0.01)
    assert values[Statistic.MEAN] == pytest.approx(0.19)
    assert (values[Statistic.MAXIMUM], values[Statistic.LATEST]) == (1.0, 1.0)
    assert (values[Statistic.ERROR_RATE], values[Statistic.COUNT]) == (0.04, 100)


def test_a_time_in_which_monitoring_was_off_is_not_a_time_without_requests():
    assert value_of(Statistic.COUNT, window_of([], covered=HOUR), HOUR) == 0
    assert value_of(Statistic.COUNT, window_of([], covered=10 * MINUTE), HOUR) is None
    assert value_of(Statistic.P95, window_of([]), HOUR) is None


def test_a_rule_survives_being_kept():
    rule = replace(SHIPPED["responses-slow"], id="own", is_shipped=False)
    assert custom("own", plain(rule)) == rule
    louder = replace(SHIPPED["cpu-high"], limit=50.0, clears_at=40.0, channels=("slack",), escalates=HOUR)
    assert changed(SHIPPED["cpu-high"], plain(louder)) == louder


def test_every_fault_of_a_rule_is_said_at_once():
    measure = Measure(MeasureSource.CATALOGUE, "no_such", Statistic.P95, prefixes=("",), each=Each.TOGETHER)
    rule = Rule(
        "Not A Slug", "", measure, 1, 2, Severity.INFO, window=SECOND, lasting=timedelta(days=2), fewest=-1,
        channels=("slack",) * 21, escalates=SECOND, is_shipped=False,
    )  # fmt: skip

    fields = {fault.field for fault in faults(rule)}

    assert fields == {
        "id", "title", "clears_at", "window_seconds", "lasting_seconds", "fewest", "channels", "escalates_seconds",
        "measure.name", "measure.statistic", "measure.prefixes",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rule_id", "limit", "clears_at", "refused"),
    [
        ("errors-high", 1.01, 0.02, {"limit"}), ("cpu-high", 7000.0, 65.0, {"limit"}), ("cpu-high", 100.0, 0.0, set()),
        ("pages-slow", -1.0, -2.0, {"limit", "clears_at"}), ("conversion-fell", -0.5, -0.1, set()),
    ],
)  # fmt: skip
def test_a_limit_that_no_value_reaches_or_every_value_passes_is_refused(rule_id, limit, clears_at, refused):
    rule = replace(SHIPPED[rule_id], limit=limit, clears_at=clears_at)

    assert {fault.field for fault in faults(rule)} == refused


NOT_WINDOWS = {Statistic.BURN, Statistic.CHANGE}
