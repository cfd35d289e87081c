"""The rules that Mingus ships with. Operators change their limits; their names stay, as docs/runbook.md says them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from backend.analytics.monitoring.alerts.notifier import Severity
from backend.analytics.monitoring.objectives.burn import FAST, FAST_WINDOW, SLOW, SLOW_WINDOW
from backend.analytics.monitoring.queries.slow import LIMIT_SECONDS
from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.route_groups import ALL, PAGES
from backend.analytics.monitoring.rules.rule import (
    HOUR,
    MINUTE,
    Comparison,
    Each,
    Measure,
    MeasureSource,
    Rule,
    Statistic,
)

CRITICAL, WARNING, INFO = Severity.CRITICAL, Severity.WARNING, Severity.INFO
SECOND, NOW = timedelta(seconds=1), timedelta(0)
ESCALATES = 15 * MINUTE
ANY_OBJECTIVE = "any"


def _requests(statistic: Statistic, each: Each = Each.TOGETHER) -> Measure:
    return Measure(MeasureSource.WINDOW, Family.REQUEST, statistic, excluded=ALL.excluded, each=each)


def _host(name: str, statistic: Statistic = Statistic.MEAN) -> Measure:
    return Measure(MeasureSource.WINDOW, Family.HOST, statistic, prefixes=(name,), each=Each.HOST)


def _check(name: str, each: Each = Each.TOGETHER) -> Measure:
    return Measure(MeasureSource.CHECK, name, each=each)


def _burn() -> Measure:
    return Measure(MeasureSource.OBJECTIVE, ANY_OBJECTIVE, Statistic.BURN, each=Each.NAME)


def _change(name: str) -> Measure:
    return Measure(MeasureSource.CATALOGUE, name, Statistic.CHANGE)


PAGES_P95 = Measure(
    MeasureSource.WINDOW, Family.REQUEST, Statistic.P95, prefixes=PAGES.prefixes, excluded=PAGES.excluded
)
EMAILS = Measure(MeasureSource.WINDOW, Family.EMAIL, Statistic.ERROR_RATE)
CALLS = Measure(MeasureSource.WINDOW, Family.OUTBOUND, Statistic.ERROR_RATE, each=Each.NAME)
CACHE = Measure(MeasureSource.WINDOW, Family.CACHE, Statistic.ERROR_RATE)
LOADS = Measure(MeasureSource.WINDOW, Family.CALCULATOR_LOAD, Statistic.P95)
QUERIES = Measure(MeasureSource.WINDOW, Family.QUERY, Statistic.P95, each=Each.NAME)
WAITS = Measure(MeasureSource.WINDOW, Family.QUEUE, Statistic.P95)
PAINTS = Measure(MeasureSource.WINDOW, Family.VITAL, Statistic.P75, prefixes=("LCP ",))
# Every process writes down what it measured, and how long that took, every few seconds.
FLUSHES = Measure(MeasureSource.WINDOW, Family.FLUSH, Statistic.COUNT)
ALERTS = _check("undelivered_alerts")

_CRITICAL = (
    Rule(
        "api-down", "The site doesn’t answer", _check("site"), 0, 0, CRITICAL,
        lasting=MINUTE, settles=MINUTE, escalates=ESCALATES,
    ),
    Rule(
        "database-lost", "The database doesn’t answer", _check("database_silence"), 30, 10, CRITICAL,
        settles=MINUTE, escalates=ESCALATES,
    ),
    Rule(
        "errors-high", "Requests fail", _requests(Statistic.ERROR_RATE), 0.05, 0.02, CRITICAL,
        lasting=MINUTE, fewest=50, escalates=ESCALATES,
    ),
    Rule(
        "budget-burns-fast", "An error budget is burning fast", _burn(), FAST, FAST / 2, CRITICAL,
        window=FAST_WINDOW, fewest=50, escalates=ESCALATES,
    ),
    Rule(
        "cpu-critical", "CPU use is critical", _host("cpu_percent"), 80, 75, CRITICAL,
        lasting=5 * MINUTE, escalates=ESCALATES,
    ),
    Rule(
        "memory-critical", "Memory is almost used up", _host("memory_percent"), 85, 82, CRITICAL,
        lasting=5 * MINUTE, escalates=ESCALATES,
    ),
    Rule(
        "disk-full", "A disk is almost full", _host("disk_percent", Statistic.MAXIMUM), 90, 88, CRITICAL,
        lasting=MINUTE, escalates=ESCALATES,
    ),
    Rule(
        "host-lost", "A host no longer reports", _check("host_silence", Each.HOST), 60, 30, CRITICAL,
        lasting=MINUTE, settles=MINUTE, escalates=ESCALATES,
    ),
    Rule(
        "monitoring-silent", "Nothing is being measured", FLUSHES, 1, 1, CRITICAL,
        comparison=Comparison.BELOW, lasting=MINUTE, settles=MINUTE, fewest=0, escalates=ESCALATES,
    ),
    Rule(
        "emails-failing", "Emails aren’t going out", EMAILS, 0.5, 0.1, CRITICAL,
        window=15 * MINUTE, lasting=5 * MINUTE, fewest=5, escalates=ESCALATES,
    ),
    Rule(
        "alerts-undelivered", "Alerts aren’t being delivered", ALERTS, 0, 0, CRITICAL,
        lasting=MINUTE, escalates=ESCALATES,
    ),
)  # fmt: skip
_WARNING = (
    Rule("pages-slow", "Pages are slow", PAGES_P95, 0.5, 0.4, WARNING, lasting=5 * MINUTE, fewest=50),
    Rule(
        "responses-slow", "A route is slow", _requests(Statistic.P95, Each.NAME), 2, 1.5, WARNING,
        lasting=5 * MINUTE, fewest=20,
    ),
    Rule(
        "budget-burns-slowly", "An error budget is burning", _burn(), SLOW, SLOW / 2, WARNING,
        window=SLOW_WINDOW, fewest=50, yields_to="budget-burns-fast",
    ),
    Rule(
        "cpu-high", "CPU use is high", _host("cpu_percent"), 70, 65, WARNING,
        lasting=10 * MINUTE, yields_to="cpu-critical",
    ),
    Rule(
        "memory-high", "Memory use is high", _host("memory_percent"), 80, 77, WARNING,
        lasting=10 * MINUTE, yields_to="memory-critical",
    ),
    Rule(
        "calculator-slow", "The calculator loads slowly", LOADS, 3, 2.5, WARNING,
        window=15 * MINUTE, lasting=5 * MINUTE, fewest=20,
    ),
    Rule(
        "queries-slow", "A query is slow", QUERIES, LIMIT_SECONDS, 0.8 * LIMIT_SECONDS, WARNING,
        window=10 * MINUTE, fewest=10,
    ),
    Rule(
        "requests-waiting", "Requests wait for a server process", WAITS, 0.25, 0.1, WARNING,
        lasting=5 * MINUTE, fewest=50,
    ),
    Rule("cache-missing", "The cache misses", CACHE, 0.8, 0.7, WARNING, window=15 * MINUTE, fewest=200),
    Rule("calls-failing", "Another service fails", CALLS, 0.5, 0.1, WARNING, window=15 * MINUTE, fewest=10),
    Rule("jobs-dead", "Jobs gave up", _check("dead_jobs"), 0, 0, WARNING, settles=NOW),
    Rule("jobs-waiting", "Background work is behind", _check("oldest_job"), 600, 120, WARNING, lasting=5 * MINUTE),
    Rule(
        "schedule-failing", "Work on the schedule fails", _check("failing_entries", Each.NAME), 2, 0, WARNING,
        settles=NOW,
    ),
    Rule("lake-behind", "The lake is behind", _check("lake_age"), 900, 300, WARNING, lasting=5 * MINUTE),
    Rule(
        "experiment-unhealthy", "An experiment can’t be trusted", _check("unhealthy_experiments", Each.NAME), 0, 0,
        WARNING, settles=NOW,
    ),
    Rule("on-call-gap", "Nobody is on call", _check("on_call_gap"), 0, 0, WARNING, settles=NOW),
    Rule(
        "conversion-fell", "Conversion fell", _change("conversion_rate"), -1 / 3, -0.2, WARNING,
        window=24 * HOUR, comparison=Comparison.BELOW, fewest=100, business_hours=True,
    ),
)  # fmt: skip
_INFO = (
    Rule(
        "visits-fell", "Fewer people visit", _change("sessions"), -0.5, -0.3, INFO,
        window=24 * HOUR, comparison=Comparison.BELOW, fewest=100, business_hours=True,
    ),
    Rule("pages-paint-slowly", "Pages take long to appear", PAINTS, 2.5, 2.2, INFO, window=6 * HOUR, fewest=100),
    Rule(
        "daily-summary", "Daily summary", _check("daily_summary"), 0, 0, INFO,
        settles=NOW, says_clear=False,
    ),
)  # fmt: skip
SHIPPED: Mapping[str, Rule] = MappingProxyType({rule.id: rule for rule in (*_CRITICAL, *_WARNING, *_INFO)})
