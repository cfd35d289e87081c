"""Judging every rule: what opens, what resolves, and what is said of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from backend.analytics.monitoring.alerts.alert import CAUSE, OPEN, AlertState
from backend.analytics.monitoring.alerts.announcements import Announcements
from backend.analytics.monitoring.alerts.machine import Standing, advance
from backend.analytics.monitoring.alerts.models import LONGEST_SENTENCE, LONGEST_THING, StoredAlert
from backend.analytics.monitoring.alerts.outages import JudgingContext
from backend.analytics.monitoring.alerts.store import AlertStore
from backend.analytics.monitoring.rules.judging import Observed, Verdict, judge
from backend.analytics.monitoring.rules.rule import Rule
from backend.analytics.monitoring.rules.wording import limit, measured
from backend.clock import Clock
from backend.database import reading
from backend.errors import Unavailable

Alerts = dict[str, StoredAlert]
NOTES = {
    AlertState.PENDING: "Passed the limit",
    AlertState.FIRING: "Opened",
    AlertState.RESOLVED: "Resolved",
}
RULE_OFF = "Resolved because the rule was turned off"


class Values(Protocol):
    def of(self, rule: Rule, at: datetime) -> Sequence[Observed]:
        """What a rule looks at, for each thing."""


class AlertEvaluation:
    """`is_on`: whether monitoring is; otherwise alerts stay as they are."""

    def __init__(
        self,
        store: AlertStore,
        rules: Callable[[], Sequence[Rule]],
        values: Values,
        announcements: Announcements,
        session: Session,
        is_on: Callable[[], bool],
        now: Clock,
        context: JudgingContext,
    ) -> None:
        self._store = store
        self._rules = rules
        self._values = values
        self._announcements = announcements
        self._session = session
        self._is_on = is_on
        self._now = now
        self._zone = ZoneInfo(context.zone)
        self._outages = context.outages

    def run(self) -> None:
        """Judge every rule once and announce what changed. Commits."""
        with reading():
            is_on, now = self._is_on(), self._now()
            rules = [rule for rule in self._rules() if rule.is_enabled] if is_on else []
        if not is_on:
            return
        observed = {rule.id: self._observed(rule, now) for rule in rules}
        self._session.rollback()  # values may have been read in this session, and nothing is locked meanwhile
        self._outages.note(self._store.evaluated_at(), now)
        open_alerts = self._advance_all(rules, observed, now)
        self._session.flush()
        self._announcements.make(rules, open_alerts, now)
        self._store.keep_evaluation(now)
        self._session.commit()

    def _observed(self, rule: Rule, now: datetime) -> Sequence[Observed]:
        try:
            return self._values.of(rule, now)
        except Unavailable:  # the lake's own rule says that it cannot be asked
            return ()

    def _advance_all(
        self, rules: Sequence[Rule], observed: Mapping[str, Sequence[Observed]], now: datetime
    ) -> Mapping[str, Sequence[StoredAlert]]:
        """Move every alert on, and return the open ones of each rule."""
        live: defaultdict[str, Alerts] = defaultdict(dict)
        for alert in self._store.live():
            live[alert.rule_id][alert.thing] = alert
        still_open: dict[str, Sequence[StoredAlert]] = {}
        losses = self._store.list([AlertState.RESOLVED], 1, CAUSE)
        for rule in rules:
            alerts = live.pop(rule.id, {})
            is_held = self._outages.holds(rule, losses, now)
            moved = [*self._advance(rule, alerts, observed[rule.id], now, is_held=is_held)]
            still_open[rule.id] = [alert for alert in moved if alert.state in OPEN]
        for alert in (alert for alerts in live.values() for alert in alerts.values()):
            self._close(alert, now)
        return still_open

    def _advance(
        self, rule: Rule, alerts: Alerts, observed: Iterable[Observed], now: datetime, *, is_held: bool
    ) -> Iterator[StoredAlert]:
        """Every alert of a rule. While the rule is held, those that are open go on, and none opens."""
        by_thing = {one.thing[:LONGEST_THING]: one for one in observed}
        for thing in dict.fromkeys([*alerts, *by_thing]):
            one, before = by_thing.get(thing, Observed(None, 0, thing)), alerts.get(thing)
            waits = is_held and (before is None or before.state == AlertState.PENDING)
            verdict = Verdict.UNKNOWN if waits else judge(rule, one, now, self._zone)
            if alert := self._moved(rule, before, one, verdict, now):
                yield alert

    def _moved(
        self, rule: Rule, alert: StoredAlert | None, one: Observed, verdict: Verdict, now: datetime
    ) -> StoredAlert | None:
        before = None if alert is None else _standing(alert)
        standing = advance(rule, before, verdict, now)
        if standing is None:
            if alert:
                self._store.forget(alert)  # it was pending and passed by: nobody was told
            return None
        if alert is None:
            alert = StoredAlert(rule_id=rule.id, thing=one.thing[:LONGEST_THING], was_told=False)
        _describe(alert, rule, one)
        self._apply(alert, standing, is_new=before is None or before.state is not standing.state, now=now)
        return alert

    def _apply(self, alert: StoredAlert, standing: Standing, *, is_new: bool, now: datetime) -> None:
        alert.state, alert.since = standing.state, standing.since
        alert.kept_since, alert.unknown_since = standing.kept_since, standing.unknown_since
        if not is_new:
            return
        if standing.state is AlertState.FIRING:
            alert.fired_at = now
        if standing.state is AlertState.RESOLVED:
            alert.resolved_at = now
        self._store.add(alert)
        self._store.note(alert, now, NOTES[standing.state])

    def _close(self, alert: StoredAlert, now: datetime) -> None:
        """Of a rule that no longer looks: nobody would ever resolve it."""
        if alert.state == AlertState.PENDING:
            self._store.forget(alert)
            return
        alert.state, alert.resolved_at = AlertState.RESOLVED, now
        self._store.note(alert, now, RULE_OFF)


def _describe(alert: StoredAlert, rule: Rule, one: Observed) -> None:
    """What an alert says follows the rule and what was measured last; an unknown value changes nothing."""
    alert.title, alert.severity, alert.runbook = rule.title, rule.severity, rule.runbook
    alert.limit_words = limit(rule)[:LONGEST_SENTENCE]
    if one.value is not None or alert.measured is None:
        alert.measured = measured(rule, one)[:LONGEST_SENTENCE]


def _standing(alert: StoredAlert) -> Standing:
    return Standing(AlertState(alert.state), alert.since, alert.kept_since, alert.unknown_since)
