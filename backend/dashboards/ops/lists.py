"""Background work, dependencies, tables, and deliveries, as lists of the page of operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from backend.analytics.monitoring.rules.units import span
from backend.dashboards.ops.checks import Check, State
from backend.formats import ago, count, first_capital, size

if TYPE_CHECKING:
    from backend.jobs.models import ScheduledTask
    from backend.plugins import Health

TABLE, DATABASE, DISK = "table_bytes:", "database_bytes", "disk_percent"
CONNECTIONS, MOST_CONNECTIONS = "database_connections_open", "database_connections_max"
MOST_TABLES, FULL_DISK = 8, 90
ORDER = (State.BAD, State.UNKNOWN, State.OK)
NOT_SET_UP = ("not configured", "No SMTP_HOST")  # of what answers and yet does nothing
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


def tables(now: Mapping[str, float], before: Mapping[str, float]) -> ShownTables | None:
    """`now` and `before`: what hosts measured last, and 30 days earlier; None while no sizes are known."""
    sizes = {name.removeprefix(TABLE): value for name, value in now.items() if name.startswith(TABLE)}
    if not sizes:
        return None
    largest = sorted(sizes, key=lambda name: (-sizes[name], name))[:MOST_TABLES]
    rows = tuple(
        ShownTable(name, size(sizes[name]), _growth(sizes[name], before.get(TABLE + name))) for name in largest
    )
    about = [f"{size(now[DATABASE])} in all"] if DATABASE in now else []
    if CONNECTIONS in now and MOST_CONNECTIONS in now:
        about.append(f"{now[CONNECTIONS]:.0f} of {now[MOST_CONNECTIONS]:.0f} connections")
    if DISK in now and DISK in before and now[DISK] > before[DISK]:
        days = (FULL_DISK - now[DISK]) * 30 / (now[DISK] - before[DISK])
        about.append("disk over 90%" if days <= 0 else f"disk at 90% in about {count(days)} days at this pace")
    return ShownTables("; ".join(about), rows, any(row.growth for row in rows))


def _growth(now: float, before: float | None) -> str:
    if before is None:
        return ""
    return f"+{size(now - before)}" if now >= before else f"−{size(before - now)}"
