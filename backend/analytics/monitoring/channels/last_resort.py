"""What is told when the database is lost, which keeps alerts, channels, and jobs: prepared while it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from backend.analytics.monitoring.alerts.alert import CAUSE, AlertState
from backend.analytics.monitoring.alerts.announcements import AlertLinks, OnCallNow
from backend.analytics.monitoring.alerts.models import StoredAlert
from backend.analytics.monitoring.alerts.notifier import AlertChange, ChangeKind, Notifier, Severity
from backend.analytics.monitoring.alerts.service import AlertService
from backend.analytics.monitoring.alerts.store import AlertStore
from backend.analytics.monitoring.channels.channel import Channel
from backend.analytics.monitoring.channels.sending import Attempt, Sender, Sending
from backend.analytics.monitoring.channels.service import ChannelService
from backend.analytics.monitoring.rules.rule import EVERYTHING, Rule
from backend.analytics.monitoring.rules.service import Rules
from backend.analytics.monitoring.rules.wording import limit
from backend.clock import Clock
from backend.vault.cipher import Unreadable

RULE = CAUSE
WHILE_LOST = (ChangeKind.OPENED, ChangeKind.ESCALATED, ChangeKind.REMINDER)
WORDS, DURING = "The database doesn’t answer", "The database didn’t answer"


@dataclass(frozen=True, slots=True)
class Prepared:
    """The rule, the change that opens the alert, and for each kind of change an attempt on each channel.

    `next_recipients`: who is told when it escalates.
    """

    rule: Rule
    change: AlertChange
    attempts: Mapping[ChangeKind, Mapping[str, Attempt]]
    next_recipients: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LastResortServices:
    """What is asked while the database answers."""

    session: Session
    rules: Rules
    alerts: AlertService
    channels: ChannelService
    sender: Sender
    notifier: Notifier
    on_call: OnCallNow


class LastResort:
    """`is_on`: whether monitoring is; nothing is prepared while it is off."""

    def __init__(self, services: LastResortServices, links: AlertLinks, is_on: Callable[[], bool], now: Clock) -> None:
        self._services = services
        self._links = links
        self._is_on = is_on
        self._now = now

    def prepare(self) -> Prepared | None:
        """Everything that is needed to tell of a loss from now on; None where nobody is to be told."""
        now, rule = self._now(), self._services.rules.get(RULE)
        is_silenced = any(silence.holds(RULE, now) for silence in self._services.alerts.silences())
        if not self._is_on() or not rule.is_enabled or is_silenced:
            return None
        change = self._change(rule, now)
        told = replace(change, told=change.recipients)
        attempts = {kind: self._attempts(replace(told, kind=kind), now) for kind in WHILE_LOST}
        return Prepared(rule, change, attempts, self._services.on_call.next(now))

    def has_changed(self, prepared: Prepared | None) -> bool:
        """Whether somebody else would be told by now: since an account, the rota, or a channel changed."""
        if prepared is None:
            return False
        now, on_call = self._now(), self._services.on_call
        channels = self._services.channels.all()
        taking = {channel.id for channel in channels if channel.takes(prepared.change.severity, prepared.rule.channels)}
        told = (prepared.change.recipients, prepared.next_recipients)
        return told != (on_call.now(now), on_call.next(now)) or taking != {*prepared.attempts[ChangeKind.OPENED]}

    def close(self, prepared: Prepared) -> None:
        """Keep the alert in the history, and tell each channel that the database answers again. Commits."""
        now, opened = self._now(), prepared.change
        alert = StoredAlert(
            rule_id=RULE,
            thing=EVERYTHING,
            title=opened.title,
            severity=opened.severity,
            state=AlertState.RESOLVED,
            measured=DURING,
            limit_words=opened.limit,
            runbook=opened.runbook,
            was_told=True,
            since=opened.since,
            fired_at=opened.since,
            resolved_at=now,
        )
        store = AlertStore(self._services.session)
        store.add(alert)
        store.note(alert, now, DURING)
        resolved = replace(
            opened,
            alert_id=alert.id,
            kind=ChangeKind.RESOLVED,
            at=now,
            channels=tuple(prepared.attempts[ChangeKind.OPENED]),
            measured=DURING,
            explain_url=self._links.explain(alert.id),
            silence_url=self._links.silence(alert.id),
        )
        self._services.notifier.announce(self._services.session, [resolved])
        self._services.session.commit()

    def _change(self, rule: Rule, now: datetime) -> AlertChange:
        """There is no page of an alert that cannot be kept, so the link leads to all of them."""
        return AlertChange(
            alert_id=0,
            rule_id=RULE,
            title=rule.title,
            severity=Severity(rule.severity),
            kind=ChangeKind.OPENED,
            since=now,
            at=now,
            measured=WORDS,
            limit=limit(rule),
            affected="the whole site",
            runbook=rule.runbook,
            explain_url=f"{self._links.base}/ops/alerts",
            silence_url=f"{self._links.base}/ops/alerts",
            group=f"{RULE}:{int(now.timestamp())}",
            recipients=self._services.on_call.now(now),
            channels=rule.channels,
        )

    def _attempts(self, change: AlertChange, now: datetime) -> Mapping[str, Attempt]:
        people = self._services.on_call.next(now) if change.kind is ChangeKind.ESCALATED else change.recipients
        attempts: dict[str, Attempt] = {}
        for channel in self._services.channels.all():
            if channel.takes(change.severity, change.channels):
                attempts |= self._attempt(channel, change, people, now)
        return attempts

    def _attempt(
        self, channel: Channel, change: AlertChange, people: Sequence[int], now: datetime
    ) -> Mapping[str, Attempt]:
        """Nothing on a channel whose address was sealed with a lost key."""
        try:
            address = self._services.channels.address_of(channel)
        except Unreadable:
            return {}
        sending = Sending(int(now.timestamp()), [change], now, is_test=False, recipients=people)
        return {channel.id: self._services.sender.prepare(sending, channel, address)}
