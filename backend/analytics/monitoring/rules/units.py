"""What rules can look at, what it is called, and how its values read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from backend.analytics.metrics.catalogue.measures import MEASURES
from backend.analytics.metrics.catalogue.measures import Unit as CatalogueUnit
from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.rules.rule import Measure, MeasureSource, Statistic
from backend.formats import count, duration, share

BYTES_NAMES = ("B", "kB", "MB", "GB", "TB")
MONEY = 100


class RuleUnit(StrEnum):
    SECONDS = "seconds"
    SHARE = "share"
    PERCENT = "percent"
    COUNT = "count"
    TIMES = "times"
    BYTES = "bytes"
    CENTS = "cents"


@dataclass(frozen=True, slots=True)
class Noun:
    """What something is called, and the unit of its values."""

    words: str
    unit: RuleUnit


FAMILIES: Mapping[Family, Noun] = MappingProxyType(
    {
        Family.REQUEST: Noun("response times", RuleUnit.SECONDS),
        Family.REQUEST_BYTES: Noun("response sizes", RuleUnit.BYTES),
        Family.QUEUE: Noun("times requests wait for a server process", RuleUnit.SECONDS),
        Family.QUERY: Noun("query times", RuleUnit.SECONDS),
        Family.JOB: Noun("times of background work", RuleUnit.SECONDS),
        Family.EMAIL: Noun("times to send an email", RuleUnit.SECONDS),
        Family.PAYMENT: Noun("times of payments", RuleUnit.SECONDS),
        Family.OUTBOUND: Noun("times of calls to other services", RuleUnit.SECONDS),
        Family.LAKE: Noun("times of the lake", RuleUnit.SECONDS),
        Family.CACHE: Noun("cache reads", RuleUnit.SECONDS),
        Family.SIGN_IN: Noun("password check times", RuleUnit.SECONDS),
        Family.CALCULATOR_LOAD: Noun("calculator load times", RuleUnit.SECONDS),
        Family.STEP: Noun("step times", RuleUnit.SECONDS),
        Family.VITAL: Noun("Web Vitals", RuleUnit.SECONDS),
        Family.ALERT: Noun("times to deliver an alert", RuleUnit.SECONDS),
        Family.BUSINESS: Noun("figures of the business", RuleUnit.COUNT),
        Family.HOST: Noun("figures of hosts", RuleUnit.COUNT),
        Family.FLUSH: Noun("times to write down measurements", RuleUnit.SECONDS),
    }
)
CHECKS: Mapping[str, Noun] = MappingProxyType(
    {
        "site": Noun("The number of looks in a row that failed", RuleUnit.COUNT),
        "database_silence": Noun("The time since the database last answered", RuleUnit.SECONDS),
        "host_silence": Noun("The time since the host last reported", RuleUnit.SECONDS),
        "dead_jobs": Noun("The number of jobs that gave up", RuleUnit.COUNT),
        "failing_entries": Noun("The number of failed runs in a row", RuleUnit.COUNT),
        "oldest_job": Noun("The time the oldest job has been waiting", RuleUnit.SECONDS),
        "lake_age": Noun("The age of the lake", RuleUnit.SECONDS),
        "on_call_gap": Noun("The time without anyone on call in the next 7 days", RuleUnit.SECONDS),
        "unhealthy_experiments": Noun("The number of failed checks", RuleUnit.COUNT),
        "undelivered_alerts": Noun("The number of alerts not delivered after 5 minutes", RuleUnit.COUNT),
        "daily_summary": Noun("The daily summary", RuleUnit.COUNT),
    }
)
HOST_NOUNS = {"cpu_percent": "CPU use", "memory_percent": "Memory use", "disk_percent": "Disk use"}
_OF_CATALOGUE = {
    CatalogueUnit.COUNT: RuleUnit.COUNT, CatalogueUnit.FRACTION: RuleUnit.SHARE, CatalogueUnit.CENTS: RuleUnit.CENTS,
    CatalogueUnit.SECONDS: RuleUnit.SECONDS,
}  # fmt: skip


def unit_of(measure: Measure) -> RuleUnit:
    """In what the values of a measure, and so the limits of its rules, are given."""
    by_statistic = {
        Statistic.ERROR_RATE: RuleUnit.SHARE, Statistic.COUNT: RuleUnit.COUNT, Statistic.BURN: RuleUnit.TIMES,
        Statistic.CHANGE: RuleUnit.SHARE,
    }  # fmt: skip
    if measure.statistic in by_statistic:
        return by_statistic[measure.statistic]
    match measure.source:
        case MeasureSource.CHECK:
            return CHECKS[measure.name].unit
        case MeasureSource.CATALOGUE:
            return _OF_CATALOGUE[MEASURES[measure.name].unit]
    return _of_family(measure)


def _of_family(measure: Measure) -> RuleUnit:
    if any("percent" in prefix for prefix in measure.prefixes):
        return RuleUnit.PERCENT
    if any("bytes" in prefix for prefix in measure.prefixes):
        return RuleUnit.BYTES
    if any(prefix.startswith("CLS") for prefix in measure.prefixes):
        return RuleUnit.COUNT
    return FAMILIES[Family(measure.name)].unit


def say(value: float, unit: RuleUnit) -> str:
    """A value as it reads in a message: 2.4 s, 92%, 14.4 times."""
    return _SAID[unit](value)


def span(time: timedelta) -> str:
    """5 minutes, 1 hour: how a length of time reads in a message."""
    seconds = round(time.total_seconds())
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size and seconds % size == 0:
            number = seconds // size
            return f"{number} {word}" + ("" if number == 1 else "s")
    return duration(seconds)


def _time(seconds: float) -> str:
    if 0 < abs(seconds) < 1:
        return f"{seconds * 1000:.0f} ms"
    return f"{_short(seconds)} s" if abs(seconds) < 60 else duration(seconds)


def _number(value: float) -> str:
    return count(value) if float(value).is_integer() or abs(value) >= 100 else _short(value)


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _bytes(value: float) -> str:
    for name in BYTES_NAMES[:-1]:
        if abs(value) < 1000:
            return f"{_short(value)} {name}"
        value /= 1000
    return f"{_short(value)} {BYTES_NAMES[-1]}"


_SAID: Mapping[RuleUnit, Callable[[float], str]] = {
    RuleUnit.SECONDS: _time,
    RuleUnit.SHARE: lambda value: f"{_short(value * 100)}%",
    RuleUnit.PERCENT: lambda value: share(value / 100),
    RuleUnit.COUNT: _number,
    RuleUnit.TIMES: lambda value: f"{_short(value)} times",
    RuleUnit.BYTES: _bytes,
    RuleUnit.CENTS: lambda value: f"${value / MONEY:,.2f}",
}
