"""An alert, a silence, and their states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backend.analytics.monitoring.alerts.notifier import Severity


class AlertState(StrEnum):
    """`OK` is of a rule without an alert: no row holds it."""

    OK = "ok"
    PENDING = "pending"
    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


CAUSE = "database-lost"  # the rule whose alert explains many others
OPEN = frozenset({AlertState.FIRING, AlertState.ACKNOWLEDGED})


@dataclass(frozen=True, slots=True)
class AlertStep:
    """One change in the history of an alert. `by`: the public name of whoever made it; None: Mingus, or nobody left."""

    at: datetime
    state: AlertState
    note: str
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert of one rule about one affected thing. `since`: when the limit was first passed."""

    id: int
    rule_id: str
    title: str
    thing: str
    severity: Severity
    state: AlertState
    since: datetime
    measured: str
    limit: str
    runbook: str
    fired_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    resolved_at: datetime | None = None
    is_silenced: bool = False
    steps: tuple[AlertStep, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertList:
    """Alerts as they were at `as_of`. Not `is_evaluated`: monitoring is off, so they stay as they are."""

    alerts: tuple[Alert, ...]
    as_of: datetime | None
    is_evaluated: bool


@dataclass(frozen=True, slots=True)
class Silence:
    """A time in which nobody is told: of one rule, or of all (`rule_id` None), such as a maintenance window."""

    id: int
    rule_id: str | None
    starts_at: datetime
    ends_at: datetime
    reason: str
    by: str | None

    def holds(self, rule_id: str, at: datetime) -> bool:
        return self.rule_id in {None, rule_id} and self.starts_at <= at < self.ends_at
