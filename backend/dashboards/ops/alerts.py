"""Alerts as pages show them: in a list, and one with its history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.analytics.monitoring.alerts.alert import Alert, AlertList, AlertState, Silence
from backend.analytics.monitoring.alerts.notifier import Severity
from backend.formats import ago, clock, duration, first_capital, moment

MOST_RESOLVED = 100
SEVERITY = {Severity.CRITICAL: "Critical", Severity.WARNING: "Warning", Severity.INFO: "Info"}
STATE = {
    AlertState.OK: "OK",
    AlertState.PENDING: "Pending",
    AlertState.FIRING: "Firing",
    AlertState.ACKNOWLEDGED: "Acknowledged",
    AlertState.RESOLVED: "Resolved",
}
ORDER = [Severity.CRITICAL, Severity.WARNING, Severity.INFO]


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One change in the history of an alert, in words."""

    at: datetime
    when: str
    state: str
    note: str
    by: str


@dataclass(frozen=True, slots=True)
class ShownAlert:
    """An alert in words. `since` as it stands in a sentence: 11:52 PM."""

    id: int
    rule_id: str
    title: str
    thing: str
    severity: Severity
    state: AlertState
    since: str
    age: str
    measured: str
    limit: str
    runbook: str
    lasted: str
    acknowledged_by: str
    steps: tuple[ShownStep, ...]
    is_silenced: bool

    @property
    def href(self) -> str:
        return f"/ops/alerts/{self.id}"

    @property
    def severity_words(self) -> str:
        return SEVERITY[self.severity]

    @property
    def state_words(self) -> str:
        return "Silenced" if self.is_silenced and self.is_open else STATE[self.state]

    @property
    def is_open(self) -> bool:
        return self.state in {AlertState.FIRING, AlertState.ACKNOWLEDGED}

    @property
    def is_urgent(self) -> bool:
        """Whether somebody has to do something: what is only to be read leaves all well."""
        return self.is_open and self.severity is not Severity.INFO

    @property
    def can_be_acknowledged(self) -> bool:
        return self.state is AlertState.FIRING


def shown_alert(alert: Alert, names: Mapping[str, str], now: datetime, zone: str) -> ShownAlert:
    """`names`: who acted, in words."""
    return ShownAlert(
        alert.id,
        alert.rule_id,
        alert.title,
        alert.thing,
        alert.severity,
        alert.state,
        when(alert.since, now, zone),
        ago((now - alert.since).total_seconds()),
        first_capital(alert.measured),
        alert.limit,
        alert.runbook,
        _lasted(alert),
        _acknowledged(alert, names, now, zone),
        tuple(
            ShownStep(step.at, moment(step.at, zone), STATE[step.state], step.note, names.get(step.by or "", ""))
            for step in alert.steps
        ),
        alert.is_silenced,
    )


def _lasted(alert: Alert) -> str:
    """How long it was open; empty while it is."""
    return duration((alert.resolved_at - alert.since).total_seconds()) if alert.resolved_at else ""


def _acknowledged(alert: Alert, names: Mapping[str, str], now: datetime, zone: str) -> str:
    """By dana@example.com, 11:52 PM"""
    if alert.acknowledged_at is None:
        return ""
    who = names.get(alert.acknowledged_by or "", "")
    return f"By {who}, {when(alert.acknowledged_at, now, zone)}" if who else when(alert.acknowledged_at, now, zone)


def worst_first(alerts: Iterable[ShownAlert]) -> list[ShownAlert]:
    """Firing before acknowledged and silenced, then critical before warning; the order of each is kept."""
    return sorted(
        alerts,
        key=lambda alert: (
            not alert.is_open,
            alert.is_silenced,
            ORDER.index(alert.severity),
            alert.state is not AlertState.FIRING,
        ),
    )


def by_rule(alerts: Iterable[ShownAlert]) -> tuple[tuple[ShownAlert, int], ...]:
    """The first alert of each rule, and how many more the rule has: acknowledging one acknowledges all."""
    counts: dict[str, int] = {}
    first: dict[str, ShownAlert] = {}
    for alert in alerts:
        first.setdefault(alert.rule_id, alert)
        counts[alert.rule_id] = counts.get(alert.rule_id, -1) + 1
    return tuple((alert, counts[rule_id]) for rule_id, alert in first.items())


def when(at: datetime, now: datetime, zone: str) -> str:
    """11:52 PM of the last 12 hours; else November 21, 2026, 2:32 PM EST"""
    return clock(at, zone) if (now - at).total_seconds() < 12 * 3600 else moment(at, zone)


@dataclass(frozen=True, slots=True)
class ShownSilence:
    """A time in which nobody is told."""

    id: int
    of: str
    starts: str
    ends: str
    reason: str
    by: str
    holds: bool


def shown_silences(
    silences: Sequence[Silence], titles: Mapping[str, str], names: Mapping[str, str], now: datetime, zone: str
) -> tuple[ShownSilence, ...]:
    """`titles`: of rules, by id."""
    return tuple(
        ShownSilence(
            silence.id,
            titles.get(silence.rule_id or "", silence.rule_id or "Every rule"),
            moment(silence.starts_at, zone),
            moment(silence.ends_at, zone),
            silence.reason,
            names.get(silence.by or "", ""),
            silence.starts_at <= now < silence.ends_at,
        )
        for silence in silences
    )


@dataclass(frozen=True, slots=True)
class AlertsPage:
    """Every alert in its list. Not `is_evaluated`: monitoring is off, and they stay as they were at `as_of`."""

    open: tuple[ShownAlert, ...]
    pending: tuple[ShownAlert, ...]
    resolved: tuple[ShownAlert, ...]
    silences: tuple[ShownSilence, ...]
    is_evaluated: bool
    as_of: str


def alerts_page(
    listed: AlertList, silences: tuple[ShownSilence, ...], names: Mapping[str, str], now: datetime, zone: str
) -> AlertsPage:
    shown = [shown_alert(alert, names, now, zone) for alert in listed.alerts]
    return AlertsPage(
        tuple(worst_first(alert for alert in shown if alert.is_open)),
        tuple(alert for alert in shown if alert.state is AlertState.PENDING),
        tuple(alert for alert in shown if alert.state is AlertState.RESOLVED)[:MOST_RESOLVED],
        silences,
        listed.is_evaluated,
        moment(listed.as_of, zone) if listed.as_of else "",
    )
