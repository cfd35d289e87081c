"""PERF-4: what is said of alerts, and how often: one message per change, at most two an hour of what flaps."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from backend.analytics.monitoring.alerts.alert import OPEN, AlertState
from backend.analytics.monitoring.alerts.announcements import affected
from backend.analytics.monitoring.alerts.groups import GroupStanding, OpenAlert, due
from backend.analytics.monitoring.alerts.machine import advance
from backend.analytics.monitoring.alerts.notifier import ChangeKind, Severity
from backend.analytics.monitoring.rules.judging import Verdict
from backend.analytics.monitoring.rules.shipped import SHIPPED
from tests.measured_windows import HOUR, MINUTE, NOON, SECOND

CRITICAL, WARNING = SHIPPED["errors-high"], SHIPPED["queries-slow"]
TICK = 30 * SECOND


class Incident:
    """A rule, what was measured, and what was said of it."""

    def __init__(self, rule, now=NOON):
        self.rule, self.now = rule, now
        self.group, self.standing, self.said = GroupStanding(), None, []

    def tick(self, verdict):
        self.standing = advance(self.rule, self.standing, verdict, self.now)
        if self.standing and self.standing.state is AlertState.RESOLVED:
            self.standing = None
        is_open = self.standing is not None and self.standing.state in OPEN
        self.say([alert(1, self.standing.state, self.standing.since, was_told=True)] if is_open else [])
        self.now += TICK

    def say(self, alerts):
        self.group = self.group.not_after(self.now)
        kind = due(self.rule, self.group, alerts, self.now)
        if kind:
            self.group = self.group.said(kind, self.now)
            self.said.append((self.now, kind))
        return kind

    def last(self, span, verdict):
        for _ in range(span // TICK):
            self.tick(verdict)

    @property
    def kinds(self):
        return [kind.value for _, kind in self.said]


def alert(number, state=AlertState.FIRING, fired_at=NOON, *, was_told=False, is_quiet=False):
    return OpenAlert(number, state, fired_at, was_told, is_quiet)


def most_within_an_hour(said):
    return max(sum(at <= other < at + HOUR for other, _ in said) for at, _ in said)


@pytest.mark.parametrize("rule", [CRITICAL, WARNING], ids=["critical", "warning"])
@pytest.mark.parametrize("minutes", [1, 2, 3, 5, 7, 10])
def test_a_measure_that_flaps_is_told_at_most_twice_an_hour(rule, minutes):
    incident = Incident(replace(rule, lasting=timedelta(0), escalates=None))
    for _ in range(int(6 * HOUR / (2 * minutes * MINUTE))):
        incident.last(minutes * MINUTE, Verdict.PASSED)
        incident.last(minutes * MINUTE, Verdict.KEPT)
    incident.last(2 * HOUR, Verdict.KEPT)

    assert incident.kinds[0] == "opened"
    assert incident.kinds[-1] == "resolved"
    assert most_within_an_hour(incident.said) <= 2


def test_an_outage_is_told_once_reminded_hourly_and_told_when_it_is_over():
    incident = Incident(replace(CRITICAL, escalates=None))
    incident.last(150 * MINUTE, Verdict.PASSED)
    incident.last(HOUR, Verdict.KEPT)

    assert incident.kinds == ["opened", "reminder", "reminder", "resolved"]


def test_a_critical_alert_that_comes_back_to_stay_is_told_although_two_messages_were_sent():
    incident = Incident(replace(CRITICAL, lasting=timedelta(0), escalates=None))
    incident.last(2 * MINUTE, Verdict.PASSED)
    incident.last(8 * MINUTE, Verdict.KEPT)
    assert incident.kinds == ["opened", "resolved"]

    incident.last(14 * MINUTE, Verdict.PASSED)
    assert incident.kinds == ["opened", "resolved"]
    incident.last(2 * MINUTE, Verdict.PASSED)

    assert incident.kinds == ["opened", "resolved", "opened"]


def test_an_alert_nobody_acknowledges_goes_to_the_next_person_once():
    incident = Incident(CRITICAL)
    incident.last(50 * MINUTE, Verdict.PASSED)

    opened, escalated = incident.said
    assert [kind for _, kind in incident.said] == [ChangeKind.OPENED, ChangeKind.ESCALATED]
    assert escalated[0] - opened[0] == CRITICAL.escalates


def test_an_acknowledged_alert_is_neither_reminded_of_nor_escalated():
    incident = Incident(CRITICAL)
    incident.say([alert(1)])
    acknowledged = [alert(1, AlertState.ACKNOWLEDGED, was_told=True)]
    for _ in range(200):
        incident.now += MINUTE
        incident.say(acknowledged)

    assert incident.kinds == ["opened", "acknowledged"]


def test_what_joins_is_said_together_and_begins_a_new_turn_after_an_acknowledgement():
    incident = Incident(CRITICAL)
    incident.say([alert(1)])
    taken = alert(1, AlertState.ACKNOWLEDGED, was_told=True)
    incident.now += MINUTE
    incident.say([taken])
    joined = [taken, alert(2), alert(3)]
    incident.now += MINUTE

    assert incident.say(joined) is None  # more may join
    incident.now += 4 * MINUTE
    assert incident.say(joined) is ChangeKind.OPENED
    told = [taken, alert(2, was_told=True), alert(3, was_told=True)]
    incident.now += 14 * MINUTE
    assert incident.say(told) is None
    incident.now += MINUTE
    assert incident.say(told) is ChangeKind.ESCALATED


def test_five_hundred_alerts_at_once_are_one_announcement():
    incident = Incident(CRITICAL)
    alerts = [alert(number) for number in range(500)]

    assert incident.say(alerts) is ChangeKind.OPENED
    incident.now += MINUTE
    assert incident.say([replace(one, was_told=True) for one in alerts]) is None
    assert affected([f"GET /{number}" for number in range(500)]) == "GET /0, 499 more"
    assert affected([""]) == "the whole site"


def test_what_is_silenced_or_yields_is_not_told_and_what_was_told_before_still_ends():
    incident = Incident(WARNING)
    assert incident.say([alert(1, is_quiet=True)]) is None
    assert incident.say([alert(1)]) is ChangeKind.OPENED
    incident.now += 13 * HOUR
    assert incident.say([alert(1, was_told=True, is_quiet=True)]) is None
    assert incident.say([]) is ChangeKind.RESOLVED


def test_each_incident_of_a_rule_has_a_key_of_its_own():
    incident = Incident(WARNING)
    numbers = []
    for _ in range(2):
        incident.say([alert(1)])
        numbers.append(incident.group.number)
        incident.say([])
        numbers.append(incident.group.number)
        incident.now += 2 * HOUR

    assert numbers == [1, 1, 2, 2]


def test_a_clock_set_back_says_nothing_twice():
    incident = Incident(replace(CRITICAL, escalates=None))
    incident.last(10 * MINUTE, Verdict.PASSED)
    incident.now -= timedelta(days=1)
    incident.last(50 * MINUTE, Verdict.PASSED)
    assert incident.kinds == ["opened"]

    incident.last(HOUR, Verdict.KEPT)
    assert incident.kinds[-1] == "resolved"


def test_only_info_is_never_reminded_of():
    assert SHIPPED["daily-summary"].severity is Severity.INFO
    assert {rule.severity for rule in SHIPPED.values() if rule.reminds is None} == {Severity.INFO}
