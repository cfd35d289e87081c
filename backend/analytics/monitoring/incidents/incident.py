"""Incidents as operators tell visitors of them on `/status`, and the parts of the site that they are about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Component(StrEnum):
    """A part of the site as visitors know it; no name of a host or a service behind it."""

    CALCULATOR = "calculator"
    ACCOUNTS = "accounts"
    DASHBOARDS = "dashboards"
    API = "api"
    EMAIL = "email"


class Impact(StrEnum):
    DEGRADED = "degraded"
    DOWN = "down"


class IncidentState(StrEnum):
    """`MONITORING`: a fix is in place, and somebody watches whether it holds."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class IncidentUpdate:
    """What was told at an instant. `by`: the public name of whoever wrote it, which visitors never see."""

    at: datetime
    state: IncidentState
    text: str
    by: str | None


@dataclass(frozen=True, slots=True)
class PublicIncident:
    """An incident with its updates, the newest first."""

    id: int
    title: str
    components: tuple[Component, ...]
    impact: Impact
    started_at: datetime
    resolved_at: datetime | None
    updates: tuple[IncidentUpdate, ...]

    @property
    def state(self) -> IncidentState:
        return self.updates[0].state

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None


@dataclass(frozen=True, slots=True)
class NewUpdate:
    """What is to be told next. Without an `impact` it stays as it is."""

    state: IncidentState
    text: str
    impact: Impact | None = None


@dataclass(frozen=True, slots=True)
class NewIncident:
    """An incident to be told of. Without `started_at` it began now."""

    title: str
    components: tuple[Component, ...]
    impact: Impact
    text: str
    started_at: datetime | None = None
