"""Incidents in words, as the status page and the page of operations show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from backend.analytics.monitoring.incidents.incident import Component, Impact, IncidentState, PublicIncident
from backend.formats import duration, moment

COMPONENTS: Mapping[str, str] = {
    Component.CALCULATOR: "Calculator",
    Component.ACCOUNTS: "Accounts",
    Component.DASHBOARDS: "Dashboards",
    Component.API: "API",
    Component.EMAIL: "Email",
}
IMPACTS: Mapping[str, str] = {Impact.DEGRADED: "Degraded", Impact.DOWN: "Down"}
STATES: Mapping[str, str] = {
    IncidentState.INVESTIGATING: "Investigating",
    IncidentState.IDENTIFIED: "Cause found",
    IncidentState.MONITORING: "Fixed, being watched",
    IncidentState.RESOLVED: "Resolved",
}
CHOICES = {"components": COMPONENTS, "impacts": IMPACTS, "states": STATES}


@dataclass(frozen=True, slots=True)
class ShownUpdate:
    """What was told. `by` is empty on the public page."""

    at: datetime
    when: str
    state: str
    text: str
    by: str


@dataclass(frozen=True, slots=True)
class ShownIncident:
    id: int
    title: str
    components: str
    impact: Impact
    impact_words: str
    state: str
    is_open: bool
    began: str
    lasted: str
    updates: tuple[ShownUpdate, ...]

    @property
    def href(self) -> str:
        return f"/ops/incidents/{self.id}"


def shown_incident(incident: PublicIncident, names: Mapping[str, str], now: datetime, zone: str) -> ShownIncident:
    """`names`: who wrote what, in words; none of them on the public page."""
    return ShownIncident(
        incident.id,
        incident.title,
        ", ".join(COMPONENTS[component] for component in incident.components),
        incident.impact,
        IMPACTS[incident.impact],
        STATES[incident.state],
        incident.is_open,
        moment(incident.started_at, zone),
        _lasted(incident, now),
        tuple(
            ShownUpdate(one.at, moment(one.at, zone), STATES[one.state], one.text, names.get(one.by or "", ""))
            for one in incident.updates
        ),
    )


def _lasted(incident: PublicIncident, now: datetime) -> str:
    """In whole minutes; seconds say nothing of an incident."""
    seconds = max(((incident.resolved_at or now) - incident.started_at).total_seconds(), 0)
    return duration(seconds - seconds % 60 if seconds >= 60 else seconds)
