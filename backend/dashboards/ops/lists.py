"""Background work, dependencies, tables, and deliveries, as lists of the page of operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from backend.analytics.monitoring.rules.units import span
from backend.dashboards.ops.checks import Check, State
from backend.formats import ago, first_capital

if TYPE_CHECKING:
    from backend.jobs.models import ScheduledTask
    from backend.plugins import Health

NAMES = {
    "master_key": "encryption keys",
    "ga4": "GA4",
    "ai_calculator_analytics": "event intake",
    "ai_calculator_dashboard": "dashboards",
    "ai_calculator_performance": "monitoring",
}


def schedule(rows: Iterable[ScheduledTask], every: Mapping[str, timedelta], now: datetime) -> tuple[Check, ...]:
    """The entries of the schedule, what fails first. `every`: how often each is due."""
    return tuple(
        sorted((_entry(row, every, now) for row in rows), key=lambda entry: (entry.state is State.OK, entry.name))
    )


def _entry(row: ScheduledTask, every: Mapping[str, timedelta], now: datetime) -> Check:
    often = every.get(row.name)
    about = f"every {span(often)}" if often else ""
    if row.failures:
        about = f"{row.last_error}" if row.last_error else about
        value = "failed once" if row.failures == 1 else f"failed {row.failures} times"
        return Check(row.name, about, value, "in a row", State.BAD)
    if row.last_finished_at is None:
        return Check(row.name, about, "not yet", "last run", State.UNKNOWN)
    return Check(row.name, about, ago((now - row.last_finished_at).total_seconds()), "last run")


def dependencies(parts: Mapping[str, Health]) -> tuple[Check, ...]:
    """What was asked just now, what fails first."""
    checks = [
        Check(
            first_capital(NAMES.get(name, name.replace("_", " "))),
            first_capital(health.reason),
            "works" if health.ok else "fails" if health.vital else "degraded",
            "now",
            State.OK if health.ok else State.BAD,
        )
        for name, health in parts.items()
    ]
    return tuple(sorted(checks, key=lambda check: check.state is State.OK))


@dataclass(frozen=True, slots=True)
class ShownTable:
    name: str
    size: str
    growth: str


@dataclass(frozen=True, slots=True)
class ShownTables:
    about: str
    rows: tuple[ShownTable, ...]
    has_growth: bool
