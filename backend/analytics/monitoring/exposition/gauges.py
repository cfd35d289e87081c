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
    """A gauge of the readings named `measured`, or `measured` and, after a space, what the label `part` says.

    `factor`: from the unit of the reading to the unit of the name.
    """

    name: str
    description: str
    family: Family
    measured: str
    part: str = ""
    factor: float = 1.0

    @property
    def labels(self) -> tuple[str, ...]:
        host = (HOST,) if self.family is Family.HOST else ()
        return (*host, self.part) if self.part else host

    def values(self, family: Family, name: str, outcome: str) -> Values | None:
        """The labels' values of a reading; None of a reading that is not of this gauge."""
        measured, _, part = name.partition(" ")
        if family is not self.family or measured != self.measured or bool(part) != bool(self.part):
            return None
        host = (outcome,) if family is Family.HOST else ()
        return (*host, part) if self.part else host


def _host(name: str, description: str, measured: str, part: str = "", factor: float = 1.0) -> Gauge:
    return Gauge(f"mingus_{name}", description, Family.HOST, measured, part, factor)


def _last_day(name: str, description: str, measured: str, factor: float = 1.0) -> Gauge:
    description = f"{description} in the last 24 hours, by the catalogue."
    return Gauge(f"mingus_last_day_{name}", description, Family.BUSINESS, measured, factor=factor)


GAUGES: Sequence[Gauge] = (
    _host("host_cpu_percent", "Use of the processors that the host may use.", "cpu_percent"),
    _host("host_memory_percent", "Use of the memory that the host may use.", "memory_percent"),
    _host("host_disk_percent", "Use of a file system.", "disk_percent", "mount"),
    _host("database_connections_active", "Connections to PostgreSQL.", "database_connections"),
    _host("redis_memory_usage_bytes", "Memory that Redis uses.", "redis_memory_bytes"),
    _host("queue_jobs", "Jobs that wait.", "queue_length", "queue"),
    _host("table_size_bytes", "Size of a table with its indexes.", "table_bytes", "table"),
    _last_day("sessions", "Visits", "sessions"),
    _last_day("visitors", "People behind the visits", "visitors"),
    _last_day("opened", "Visits that opened the calculator", "opened"),
    _last_day("answered", "Visits that answered the first question", "question_1"),
    _last_day("results", "Visits that came to a result", "assessments"),
    _last_day("offers_viewed", "Visits in which an offer came into view", "offers_viewed"),
    _last_day("asked_to_pay", "Visits that asked for a paid plan", "upgrades"),
    _last_day("offer_ratio", "Visitors who saw an offer after a result, of all with a result", "offer_rate"),
    _last_day("conversion_ratio", "Visitors who asked for a plan, of all with a result", "conversion_rate"),
    _last_day("asked_dollars", "The amount that visits asked to pay", "revenue", 0.01),
)  # fmt: skip
BUSINESS_MEASURES = tuple(gauge.measured for gauge in GAUGES if gauge.family is Family.BUSINESS)
