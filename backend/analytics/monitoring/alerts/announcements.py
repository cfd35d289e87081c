"""What is said of the open alerts: one announcement for each rule with something new."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from backend.analytics.monitoring.alerts.alert import AlertState
from backend.analytics.monitoring.alerts.groups import GroupStanding, OpenAlert, due
from backend.analytics.monitoring.alerts.models import StoredAlert, StoredSilence
from backend.analytics.monitoring.alerts.notifier import AlertChange, ChangeKind, Notifier, Severity
from backend.analytics.monitoring.alerts.store import AlertStore
from backend.analytics.monitoring.rules.rule import EVERYTHING, Rule
from backend.analytics.monitoring.rules.wording import limit

WHOLE_SITE = "the whole site"
REPEATED = (ChangeKind.REMINDER, ChangeKind.ESCALATED)
OpenAlerts = Mapping[str, Sequence[StoredAlert]]


class OnCallNow(Protocol):
    def now(self, at: datetime) -> tuple[int, ...]:
        """The account on call."""

    def next(self, at: datetime) -> tuple[int, ...]:
        """Who is told when whoever is on call says nothing."""


@dataclass(frozen=True, slots=True)
class AlertLinks:
    """Where a message leads. `base`: the site's address."""

    base: str

    def explain(self, alert_id: int) -> str:
        return f"{self.base}/ops/alerts/{alert_id}"

    def silence(self, alert_id: int) -> str:
        return f"{self.base}/ops/alerts/{alert_id}/silence"


class Announcements:
    def __init__(
        self, store: AlertStore, notifier: Notifier, on_call: OnCallNow, links: AlertLinks, session: Session
    ) -> None:
        self._store = store
        self._notifier = notifier
        self._on_call = on_call
        self._links = links
        self._session = session

    def make(self, rules: Sequence[Rule], open_alerts: OpenAlerts, now: datetime) -> None:
        """Announce in one call everything there is to say. Commits nothing."""
        groups, silences = self._store.groups(), self._store.silences(now)
        turned_off = [rule_id for rule_id, group in groups.items() if group.opened_at and rule_id not in open_alerts]
        changes = [*self._all(rules, open_alerts, groups, silences, now)]
        for rule_id in turned_off:
            changes.extend(self._ended(rule_id, groups[rule_id], now))
        if changes:
            self._notifier.announce(self._session, changes)

    def _all(
        self,
        rules: Sequence[Rule],
        open_alerts: OpenAlerts,
        groups: Mapping[str, GroupStanding],
        silences: Sequence[StoredSilence],
        now: datetime,
    ) -> Iterator[AlertChange]:
        for rule in rules:
            alerts = open_alerts[rule.id]
            group = groups.get(rule.id, GroupStanding()).not_after(now)
            quiet = {alert.thing for alert in open_alerts.get(rule.yields_to, ())}
            is_silenced = any(_holds(silence, rule.id, now) for silence in silences)
            kind = due(rule, group, [_open(alert, quiet, is_silenced=is_silenced) for alert in alerts], now)
            if kind and (kind not in REPEATED or any(map(_is_past, alerts))):
                yield from self._said(rule, group, alerts or self._last(rule), kind, now)

    def _said(
        self, rule: Rule, group: GroupStanding, alerts: Sequence[StoredAlert], kind: ChangeKind, now: datetime
    ) -> Iterator[AlertChange]:
        """The announcement; none of the end of what resolves without a word."""
        recipients = self._recipients(group, kind, now)
        said = group.said(kind, now)
        self._store.keep_group(rule.id, said if kind is ChangeKind.RESOLVED else said.heard_by(recipients))
        self._store.mark_told([alert.id for alert in alerts])
        if alerts and (rule.says_clear or kind is not ChangeKind.RESOLVED):
            change = self._change(alerts, said, kind, now, recipients, limit(rule))
            yield replace(change, channels=rule.channels, told=group.told)

    def _ended(self, rule_id: str, group: GroupStanding, now: datetime) -> Iterator[AlertChange]:
        """The end of what was announced of a rule that was turned off or deleted meanwhile."""
        self._store.keep_group(rule_id, group.said(ChangeKind.RESOLVED, now))
        alert = self._store.latest(rule_id)
        if alert:
            recipients = self._recipients(group, ChangeKind.RESOLVED, now)
            yield self._change([alert], group, ChangeKind.RESOLVED, now, recipients, alert.limit_words)

    def _recipients(self, group: GroupStanding, kind: ChangeKind, now: datetime) -> tuple[int, ...]:
        """Of the end, those who heard of the beginning; nobody else wonders what it was."""
        if kind is ChangeKind.RESOLVED and group.told:
            return group.told
        return self._on_call.next(now) if kind is ChangeKind.ESCALATED else self._on_call.now(now)

    def _change(
        self,
        alerts: Sequence[StoredAlert],
        group: GroupStanding,
        kind: ChangeKind,
        now: datetime,
        recipients: tuple[int, ...],
        limit_words: str,
    ) -> AlertChange:
        first = alerts[0]
        return AlertChange(
            alert_id=first.id,
            rule_id=first.rule_id,
            title=first.title,
            severity=Severity(first.severity),
            kind=kind,
            since=min(alert.since for alert in alerts),
            at=now,
            measured=first.measured,
            limit=limit_words,
            affected=affected([alert.thing for alert in alerts]),
            runbook=first.runbook,
            explain_url=self._links.explain(first.id),
            silence_url=self._links.silence(first.id),
            group=f"{first.rule_id}:{group.number}",
            recipients=recipients,
        )

    def _last(self, rule: Rule) -> Sequence[StoredAlert]:
        alert = self._store.latest(rule.id)
        return [alert] if alert else []


def affected(things: Collection[str]) -> str:
    """The first thing and how many more: GET /result/<token>, 3 more."""
    first, *more = things
    name = first if first != EVERYTHING else WHOLE_SITE
    return f"{name}, {len(more):,} more" if more else name


def _open(alert: StoredAlert, quiet: Collection[str], *, is_silenced: bool) -> OpenAlert:
    assert alert.fired_at is not None
    is_quiet = is_silenced or alert.thing in quiet
    return OpenAlert(alert.id, AlertState(alert.state), alert.fired_at, alert.was_told, is_quiet)


def _is_past(alert: StoredAlert) -> bool:
    """Whether its figure is still on the wrong side: neither back, nor of too little to judge."""
    return alert.kept_since is None and alert.unknown_since is None


def _holds(silence: StoredSilence, rule_id: str, at: datetime) -> bool:
    return silence.rule_id in {None, rule_id} and silence.starts_at <= at < silence.ends_at
