"""Background work, dependencies, tables, and deliveries, as lists of the page of operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING

from backend.analytics.monitoring.growth import Growth, Growths
from backend.analytics.monitoring.rules.units import span
from backend.dashboards.ops.checks import Check, State
from backend.formats import ago, counted, first_capital, size

if TYPE_CHECKING:
    from backend.jobs.models import ScheduledTask
    from backend.plugins import Health

DATABASE = "database_bytes"
CONNECTIONS, MOST_CONNECTIONS = "database_connections_open", "database_connections_max"
MOST_TABLES = 8
ORDER = (State.BAD, State.UNKNOWN, State.OK)
NOT_SET_UP = ("not configured", "no SMTP_HOST")  # of what answers and yet does nothing
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
    """What was asked just now: what fails first, then what nobody set up."""
    checks = [_dependency(first_capital(NAMES.get(name, name.replace("_", " "))), part) for name, part in parts.items()]
    return tuple(sorted(checks, key=lambda check: ORDER.index(check.state)))


def _dependency(name: str, health: Health) -> Check:
    reason = first_capital(health.reason)
    if not health.ok:
        return Check(name, reason, "fails" if health.vital else "degraded", "now", State.BAD)
    if any(words in health.reason for words in NOT_SET_UP):
        return Check(name, reason, "not set up", "now", State.UNKNOWN)
    return Check(name, reason, "works", "now")


@dataclass(frozen=True, slots=True)
class ShownTable:
    name: str
    size: str
    growth: str


@dataclass(frozen=True, slots=True)
class ShownTables:
    """The largest tables. `about`: the size of all, connections, and when a disk is full at this pace."""

    about: str
    rows: tuple[ShownTable, ...]
    has_growth: bool


def tables(grown: Growths, now: Mapping[str, float]) -> ShownTables | None:
    """`now`: what hosts measured last; None while no sizes are known."""
    if not grown.tables:
        return None
    rows = tuple(ShownTable(table.name, size(table.latest), _growth(table)) for table in grown.tables[:MOST_TABLES])
    about = [f"{size(now[DATABASE])} in all"] if DATABASE in now else []
    if CONNECTIONS in now and MOST_CONNECTIONS in now:
        about.append(f"{now[CONNECTIONS]:.0f} of {now[MOST_CONNECTIONS]:.0f} connections")
    full = min((disk.days_to_full for disk in grown.disks if disk.days_to_full is not None), default=None)
    if full is not None:
        soon = counted(ceil(full), "day")
        about.append(f"disk at 90% in about {soon} at this pace" if full else "disk over 90%")
    return ShownTables("; ".join(about), rows, any(row.growth for row in rows))


def _growth(table: Growth) -> str:
    """+2.0 MB in 29 days; nothing until a day has passed."""
    if table.grown is None:
        return ""
    return f"{'−' if table.grown < 0 else '+'}{size(abs(table.grown))} in {counted(round(table.days) or 1, 'day')}"
