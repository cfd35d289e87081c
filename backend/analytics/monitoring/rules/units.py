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


class Unit(StrEnum):
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
    unit: Unit


FAMILIES: Mapping[Family, Noun] = MappingProxyType(
    {
        Family.REQUEST: Noun("response times", Unit.SECONDS),
        Family.REQUEST_BYTES: Noun("response sizes", Unit.BYTES),
        Family.QUEUE: Noun("times requests wait for a server process", Unit.SECONDS),
        Family.QUERY: Noun("query times", Unit.SECONDS),
        Family.JOB: Noun("times of background work", Unit.SECONDS),
        Family.EMAIL: Noun("times to send an email", Unit.SECONDS),
        Family.PAYMENT: Noun("times of payments", Unit.SECONDS),
        Family.OUTBOUND: Noun("times of calls to other services", Unit.SECONDS),
        Family.LAKE: Noun("times of the lake", Unit.SECONDS),
        Family.CACHE: Noun("cache reads", Unit.SECONDS),
        Family.SIGN_IN: Noun("password check times", Unit.SECONDS),
        Family.CALCULATOR_LOAD: Noun("calculator load times", Unit.SECONDS),
        Family.STEP: Noun("step times", Unit.SECONDS),
        Family.VITAL: Noun("Web Vitals", Unit.SECONDS),
        Family.ALERT: Noun("times to deliver an alert", Unit.SECONDS),
        Family.BUSINESS: Noun("figures of the business", Unit.COUNT),
        Family.HOST: Noun("figures of hosts", Unit.COUNT),
        Family.FLUSH: Noun("times to write down measurements", Unit.SECONDS),
    }
)
CHECKS: Mapping[str, Noun] = MappingProxyType(
    {
        "site": Noun("The number of looks in a row that failed", Unit.COUNT),
        "database_silence": Noun("The time since the database last answered", Unit.SECONDS),
        "host_silence": Noun("The time since the host last reported", Unit.SECONDS),
        "dead_jobs": Noun("The number of jobs that gave up", Unit.COUNT),
        "failing_entries": Noun("The number of failed runs in a row", Unit.COUNT),
        "oldest_job": Noun("The time the oldest job has been waiting", Unit.SECONDS),
        "lake_age": Noun("The age of the lake", Unit.SECONDS),
        "on_call_gap": Noun("The time without anyone on call in the next 7 days", Unit.SECONDS),
        "undelivered_alerts": Noun("The number of alerts not delivered after 5 minutes", Unit.COUNT),
        "daily_summary": Noun("The daily summary", Unit.COUNT),
    }
)
HOST_NOUNS = {"cpu_percent": "CPU use", "memory_percent": "Memory use", "disk_percent": "Disk use"}
_OF_CATALOGUE = {
    CatalogueUnit.COUNT: Unit.COUNT, CatalogueUnit.FRACTION: Unit.SHARE, CatalogueUnit.CENTS: Unit.CENTS,
    CatalogueUnit.SECONDS: Unit.SECONDS,
}  # fmt: skip


def unit_of(measure: Measure) -> Unit:
    """In what the values of a measure, and so the limits of its rules, are given."""
    by_statistic = {
        Statistic.ERROR_RATE: Unit.SHARE, Statistic.COUNT: Unit.COUNT, Statistic.BURN: Unit.TIMES,
        Statistic.CHANGE: Unit.SHARE,
    }  # fmt: skip
    if measure.statistic in by_statistic:
        return by_statistic[measure.statistic]
    match measure.source:
        case MeasureSource.CHECK:
            return CHECKS[measure.name].unit
        case MeasureSource.CATALOGUE:
            return _OF_CATALOGUE[MEASURES[measure.name].unit]
    return _of_family(measure)


def _of_family(measure: Measure) -> Unit:
    if any("percent" in prefix for prefix in measure.prefixes):
        return Unit.PERCENT
    if any("bytes" in prefix for prefix in measure.prefixes):
        return Unit.BYTES
    if any(prefix.startswith("CLS") for prefix in measure.prefixes):
        return Unit.COUNT
    return FAMILIES[Family(measure.name)].unit


def say(value: float, unit: Unit) -> str:
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


_SAID: Mapping[Unit, Callable[[float], str]] = {
    Unit.SECONDS: _time,
    Unit.SHARE: lambda value: f"{_short(value * 100)}%",
    Unit.PERCENT: lambda value: share(value / 100),
    Unit.COUNT: _number,
    Unit.TIMES: lambda value: f"{_short(value)} times",
    Unit.BYTES: _bytes,
    Unit.CENTS: lambda value: f"${value / MONEY:,.2f}",
}
