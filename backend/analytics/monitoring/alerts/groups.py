"""When the alerts of one rule are announced. Pure: what is open and what was said in, what is to be said out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from backend.analytics.monitoring.alerts.alert import AlertState
from backend.analytics.monitoring.alerts.notifier import ChangeKind, Severity
from backend.analytics.monitoring.rules.rule import Rule

HOUR = timedelta(hours=1)
MOST_AN_HOUR = 2  # messages about one rule, so that a measure that flaps wakes nobody ten times
GATHERS = timedelta(minutes=5)  # what joins an announced group is said together
LASTING = timedelta(minutes=15)  # a critical alert that is open for so long is no flapping measure


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """An alert that is firing or acknowledged, as far as announcing it goes. `was_told`: it was in a message."""

    id: int
    state: AlertState
    fired_at: datetime
    was_told: bool
    is_quiet: bool = False  # silenced, or a graver rule has an alert about the same thing


@dataclass(frozen=True, slots=True)
class GroupStanding:
    """What was said of a rule's alerts. `opened_at`: None while the last word was that all is well.

    `number` counts the incidents of the rule. `sent`: when the latest messages went out, the newest last. `told`: the
    accounts that heard of it, who are told of its end.
    """

    number: int = 0
    opened_at: datetime | None = None
    acknowledged_at: datetime | None = None
    escalated_at: datetime | None = None
    sent: tuple[datetime, ...] = ()
    told: tuple[int, ...] = ()

    def not_after(self, now: datetime) -> GroupStanding:
        """The same by a clock that was set back: nobody hears anything twice for it."""
        return GroupStanding(
            self.number,
            self.opened_at and min(self.opened_at, now),
            self.acknowledged_at and min(self.acknowledged_at, now),
            self.escalated_at and min(self.escalated_at, now),
            tuple(min(at, now) for at in self.sent),
            self.told,
        )

    def heard_by(self, accounts: Sequence[int]) -> GroupStanding:
        return replace(self, told=tuple(dict.fromkeys((*self.told, *accounts))))

    def may_say_more(self, now: datetime) -> bool:
        return sum(now - at < HOUR for at in self.sent) < MOST_AN_HOUR

    def said(self, kind: ChangeKind, now: datetime) -> GroupStanding:
        """The standing after a message."""
        sent = (*self.sent, now)[-2 * MOST_AN_HOUR :]
        match kind:
            case ChangeKind.OPENED if self.opened_at is None:
                return GroupStanding(self.number + 1, opened_at=now, sent=sent)
            case ChangeKind.RESOLVED:
                return GroupStanding(self.number, sent=sent)
            case ChangeKind.ACKNOWLEDGED:
                return replace(self, acknowledged_at=now)
            case ChangeKind.ESCALATED:
                return replace(self, escalated_at=now, sent=sent)
        if self.acknowledged_at is None:
            return replace(self, sent=sent)
        return replace(self, opened_at=now, acknowledged_at=None, escalated_at=None, sent=sent)


def due(rule: Rule, group: GroupStanding, alerts: Sequence[OpenAlert], now: datetime) -> ChangeKind | None:
    """The one thing to say now, if any, about the open alerts of a rule."""
    loud = [alert for alert in alerts if not alert.is_quiet]
    if group.opened_at is None:
        return ChangeKind.OPENED if loud and _may_open(rule, group, loud, now) else None
    if not alerts:
        return ChangeKind.RESOLVED if group.may_say_more(now) or not rule.says_clear else None
    if not loud:
        return None
    if all(alert.state is AlertState.ACKNOWLEDGED for alert in loud):
        return None if group.acknowledged_at else ChangeKind.ACKNOWLEDGED
    return _of_waiting(rule, group, loud, now)


def _may_open(rule: Rule, group: GroupStanding, loud: Sequence[OpenAlert], now: datetime) -> bool:
    lasts = rule.severity is Severity.CRITICAL and any(now - alert.fired_at >= LASTING for alert in loud)
    return lasts or group.may_say_more(now)


def _of_waiting(rule: Rule, group: GroupStanding, loud: Sequence[OpenAlert], now: datetime) -> ChangeKind | None:
    """What to say while nobody acknowledged: to the next person, about what joined, or again."""
    opened_at, last = group.opened_at or now, group.sent[-1] if group.sent else now
    waits = group.acknowledged_at is None and rule.escalates is not None
    if waits and group.escalated_at is None and rule.escalates and now - opened_at >= rule.escalates:
        return ChangeKind.ESCALATED
    if not group.may_say_more(now):
        return None
    if any(not alert.was_told for alert in loud) and now - last >= GATHERS:
        return ChangeKind.OPENED
    return ChangeKind.REMINDER if rule.reminds and now - last >= rule.reminds else None
