"""What the page of operations rests on, asked of the services that know it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from flask import current_app

from backend.accounts.people.directory import Directory
from backend.analytics.monitoring.control import MonitoringStatus
from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.route_groups import ALL, API, EVENTS, PAGES
from backend.analytics.monitoring.windows import NameFilter, Windows
from backend.audit.words import name_in_words
from backend.dashboards.ops.groups import FULL, SiteFigures
from backend.dashboards.ops.now import Measured
from backend.dashboards.ops.switch import greatest
from backend.database import get_db_session
from backend.deadlines import Deadline
from backend.lookout import Lookout
from backend.plugins import Health, get
from backend.row_security import serving

HOUR, MONTH = timedelta(hours=1), timedelta(days=30)
GROUPS: Mapping[str, NameFilter] = {"pages": PAGES, "API": API, "events": EVENTS}
LOADS = {"CPU": "cpu_percent", "memory": "memory_percent"}


def measured(status: MonitoringStatus, now: datetime) -> Measured:
    """The last hour minute by minute, and the last 30 days in one, both up to the last whole minute."""
    until = now.replace(second=0, microsecond=0)
    hour = get(Windows).read([Family.REQUEST, Family.HOST], until - HOUR, until, buckets=60)
    month = get(Windows).one(Family.REQUEST, until - MONTH, until, ALL)
    return Measured(
        SiteFigures(month, hour.one(Family.REQUEST, ALL)),
        hour.course(Family.REQUEST, ALL),
        {name: hour.one(Family.REQUEST, names) for name, names in GROUPS.items()},
        {name: hour.course(Family.REQUEST, names) for name, names in GROUPS.items()},
        {label: hour.course(Family.HOST, NameFilter(names=(name,))) for label, name in LOADS.items()},
        {name: fullest(status, name) for name in FULL},
    )


def fullest(status: MonitoringStatus, name: str) -> float | None:
    """The greatest share of a disk or of memory that any host uses, in percent."""
    return greatest((figure for host in status.hosts for figure in host.figures.items()), f"{name}_percent")


def parts_health() -> Mapping[str, Health]:
    """Every part, looked at now."""
    return get(Lookout).everything(Deadline(current_app.config["HEALTH_SECONDS"]))


def people(names: Iterable[str | None]) -> dict[str, str]:
    """Who acted, in words, by the name that the audit log has of them."""
    known = {name for name in names if name}
    with serving(get_db_session(), "operators see who acted on an alert"):
        emails = get(Directory).named(known)
    return {name: name_in_words(name, emails) for name in known}
