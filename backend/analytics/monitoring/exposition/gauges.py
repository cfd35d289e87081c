"""The gauges that Prometheus may scrape: the newest values of hosts, and of the measures of the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.analytics.monitoring.exposition.metrics import Values
from backend.analytics.monitoring.readings import Family

MONITORING_ENABLED = ("mingus_monitoring_enabled", "1 while monitoring is on.")
HOST = "host"


@dataclass(frozen=True, slots=True)
class Gauge:
    """A gauge of the readings named `measured`, or `measured` and, after a colon, what the label `part` says.

    `by_host`: each host has its own; otherwise all hosts see the same. `factor`: from the reading's unit to the name's.
    """

    name: str
    description: str
    family: Family
    measured: str
    part: str = ""
    by_host: bool = False
    factor: float = 1.0

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(label for label in (HOST if self.by_host else "", self.part) if label)

    def values(self, family: Family, name: str, outcome: str) -> Values | None:
        """The labels' values of a reading; None of a reading that is not of this gauge."""
        measured, _, part = name.partition(":")
        if family is not self.family or measured != self.measured or bool(part) != bool(self.part):
            return None
        return tuple(value for value in (outcome if self.by_host else "", part) if value)


def _host(name: str, description: str, measured: str, part: str = "") -> Gauge:
    return Gauge(f"mingus_host_{name}", description, Family.HOST, measured, part, by_host=True)


def _shared(name: str, description: str, measured: str, part: str = "") -> Gauge:
    return Gauge(f"mingus_{name}", description, Family.HOST, measured, part)


def _last_day(name: str, description: str, measured: str, factor: float = 1.0) -> Gauge:
    return Gauge(f"mingus_last_day_{name}", description, Family.BUSINESS, measured, factor=factor)


GAUGES: Sequence[Gauge] = (
    _host("cpu_percent", "Use of the processors that the host may use.", "cpu_percent"),
    _host("load_1m", "Processes that ran or waited for a processor, over a minute.", "load_1m"),
    _host("memory_percent", "Use of the memory that the host may use.", "memory_percent"),
    _host("memory_used_bytes", "Memory in use.", "memory_bytes"),
    _host("disk_percent", "Use of a disk.", "disk_percent", "mount"),
    _host("disk_free_bytes", "Free space of a disk.", "disk_free_bytes", "mount"),
    _shared("database_connections_active", "Connections to PostgreSQL that work.", "database_connections_active"),
    _shared("database_connections_open", "Connections to PostgreSQL.", "database_connections_open"),
    _shared("database_connections_max", "Connections that PostgreSQL allows.", "database_connections_max"),
    _shared("database_size_bytes", "Size of the operational database.", "database_bytes"),
    _shared("table_size_bytes", "Size of a table with its indexes.", "table_bytes", "table"),
    _shared("redis_memory_usage_bytes", "Memory that Redis uses.", "redis_memory_bytes"),
    _shared("jobs_waiting", "Jobs that are due.", "jobs_waiting"),
    _shared("jobs_dead", "Jobs that failed for the last time.", "jobs_dead"),
    _shared("emails_waiting", "Emails that wait to be sent.", "mail_waiting"),
    _shared("experiments_running", "Experiments that run.", "experiments_running"),
    _shared("experiments_unhealthy", "Of these, those that failed a check.", "experiments_unhealthy"),
    _shared(
        "experiments_look_age_seconds",
        "How long ago the one waiting longest was looked at.",
        "experiments_look_age_seconds",
    ),
    _shared("lake_lag_seconds", "How far the lake is behind.", "lake_lag_seconds"),
    _shared("newest_event_age_seconds", "How long ago the newest event came.", "newest_event_age_seconds"),
    _last_day("sessions", "Visits of the last 24 hours.", "sessions"),
    _last_day("visitors", "People behind these visits.", "visitors"),
    _last_day("opened", "Of these visits, those that opened the calculator.", "opened"),
    _last_day("answered", "Those that answered the first question.", "question_1"),
    _last_day("results", "Those that came to a result.", "assessments"),
    _last_day("offers_viewed", "Those in which an offer came into view.", "offers_viewed"),
    _last_day("asked_to_pay", "Those that asked for a paid plan.", "upgrades"),
    _last_day("offer_ratio", "Visitors who then saw an offer, of all with a result.", "offer_rate"),
    _last_day("conversion_ratio", "Visitors who then asked for a plan, of all with a result.", "conversion_rate"),
    _last_day("asked_dollars", "What the visits asked to pay. Nothing is charged.", "revenue", 0.01),
)
BUSINESS_MEASURES = tuple(gauge.measured for gauge in GAUGES if gauge.family is Family.BUSINESS)
