"""PERF-4: alerts are judged, announced, acknowledged, silenced, and resolved, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from backend.analytics.monitoring.alerts.alert import AlertState
from backend.analytics.monitoring.alerts.announcements import AlertLinks, Announcements
from backend.analytics.monitoring.alerts.evaluation import AlertEvaluation
from backend.analytics.monitoring.alerts.models import StoredAlert
from backend.analytics.monitoring.alerts.notifier import ChangeKind, Severity
from backend.analytics.monitoring.alerts.outages import JudgingContext, Outages
from backend.analytics.monitoring.alerts.service import AlertService, NewSilence
from backend.analytics.monitoring.alerts.store import AlertStore
from backend.analytics.monitoring.rules.judging import Observed
from backend.analytics.monitoring.rules.service import Rules
from backend.analytics.monitoring.rules.shipped import SHIPPED
from backend.analytics.monitoring.rules.store import RuleStore
from backend.audit.anchor import AnchorFile
from backend.audit.models import AuditEntry
from backend.audit.service import AuditLog
from backend.audit.store import AuditStore
from backend.clock import utc_now
from backend.errors import InvalidRequest, NotFound, Unavailable
from backend.extensions import db
from tests.measured_windows import HOUR, MINUTE, NOON, SECOND

OPS = "account:00000000-0000-0000-0000-000000000007"


class Heard:
    """A notifier that remembers each call."""

    def __init__(self):
        self.calls = []

    def announce(self, session, changes):
        self.calls.append(tuple(changes))


class Told:
    """Who is on call, and who is next."""

    people = (7,)

    def now(self, at):
        return self.people

    def next(self, at):
        return (8,)


class Values:
    """What the rules observe, set by hand; a rule without a value observes nothing."""

    def __init__(self):
        self.of_rule = {}

    def of(self, rule, at):
        observed = self.of_rule.get(rule.id, ())
        if isinstance(observed, Unavailable):
            raise observed
        return observed


class World:
    """The real thing, but for what is measured and who listens, with a clock to turn."""

    def __init__(self, engine, pause=timedelta.max):
        """`pause`: how long nobody judged when the database may have been lost; tests turn the clock by minutes."""
        self.now, self.is_on = NOON, True
        self.session = Session(engine)
        self.values, self.heard, self.on_call = Values(), Heard(), Told()
        audit = AuditLog(AuditStore(self.session), self.session, b"key", AnchorFile(Path("none")), utc_now)
        store = AlertStore(self.session)
        self.rules = Rules(RuleStore(self.session), self.session, audit, lambda: {"email"}, self.clock)
        self.alerts = AlertService(store, self.session, audit, lambda: self.is_on, self.rules.knows, self.clock)
        links = AlertLinks("https://mingus.example")
        announcements = Announcements(store, self.heard, self.on_call, links, self.session)
        self.evaluation = AlertEvaluation(
            store, self.rules.in_force, self.values, announcements, self.session, lambda: self.is_on, self.clock,
            JudgingContext("America/New_York", Outages(pause)),
        )  # fmt: skip

    def clock(self):
        return self.now

    def observe(self, rule_id, *values, later=timedelta(0)):
        """Evaluate once after a while, with these values of things, which are numbered."""
        things = [f"thing {number}" for number in range(len(values))] if len(values) > 1 else [""]
        self.values.of_rule[rule_id] = [
            Observed(value, 9_999, thing) for value, thing in zip(values, things, strict=True)
        ]
        self.now += later
        self.evaluation.run()
        return [change for call in self.heard.calls for change in call]

    def states(self):
        return [alert.state for alert in self.alerts.all().alerts]

    def deeds(self):
        return list(self.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.number)))


@pytest.fixture
def world(any_app):
    with any_app.app_context():
        world = World(db.engine)
        yield world
        world.session.close()


def test_an_alert_goes_from_pending_to_resolved_and_keeps_its_history(world):
    world.observe("pages-slow", 2.4)
    assert world.states() == [AlertState.PENDING]
    opened = world.observe("pages-slow", 2.4, later=5 * MINUTE)
    alert_id = opened[0].alert_id
    world.alerts.acknowledge(OPS, alert_id)
    world.observe("pages-slow", 0.1, later=MINUTE)
    changes = world.observe("pages-slow", 0.1, later=5 * MINUTE)

    assert [change.kind.value for change in changes] == ["opened", "acknowledged", "resolved"]
    alert = world.alerts.get(alert_id)
    assert [(step.state.value, step.by) for step in alert.steps] == [
        ("pending", None), ("firing", None), ("acknowledged", OPS), ("resolved", None),
    ]  # fmt: skip
    assert (alert.state, alert.acknowledged_by, alert.resolved_at) == (AlertState.RESOLVED, OPS, NOON + 11 * MINUTE)
    assert world.deeds() == ["alert.acknowledged"]


def test_an_announcement_says_what_since_when_how_bad_who_and_where_to_look(world):
    world.observe("errors-high", 0.4)
    [change] = world.observe("errors-high", 0.5, later=MINUTE)

    assert (change.title, change.severity, change.since, change.at) == (
        "Requests fail", Severity.CRITICAL, NOON, NOON + MINUTE,
    )  # fmt: skip
    assert change.measured == "The share of failed requests is 50%"
    assert (change.limit, change.affected) == ("over 5% for 1 minute", "the whole site")
    assert change.explain_url == f"https://mingus.example/ops/alerts/{change.alert_id}"
    assert change.silence_url == f"{change.explain_url}/silence"
    assert (change.group, change.runbook, change.recipients) == ("errors-high:1", "errors-high", (7,))


def test_what_passes_by_while_pending_leaves_nothing_behind(world):
    world.observe("pages-slow", 2.4)
    world.observe("pages-slow", 0.1, later=MINUTE)

    assert world.states() == []
    assert world.heard.calls == []


def test_five_hundred_alerts_at_once_are_told_in_one_announcement(world):
    [change] = world.observe("queries-slow", *[3.0] * 500)

    assert change.affected == "thing 0, 499 more"
    assert world.states().count(AlertState.FIRING) == 500
    assert len(world.observe("queries-slow", *[3.0] * 500, later=10 * MINUTE)) == 1


def test_to_acknowledge_one_is_to_acknowledge_all_of_its_rule(world):
    [change] = world.observe("queries-slow", 3, 3, 3)
    world.alerts.acknowledge(OPS, change.alert_id)
    world.alerts.acknowledge(OPS, change.alert_id)

    assert world.states() == [AlertState.ACKNOWLEDGED] * 3
    assert world.deeds() == ["alert.acknowledged"]


def test_nobody_acknowledges_and_the_next_person_is_told(world):
    world.observe("disk-full", 95)
    world.observe("disk-full", 95, later=MINUTE)
    changes = world.observe("disk-full", 95, later=15 * MINUTE)

    assert [(change.kind, change.recipients) for change in changes] == [
        (ChangeKind.OPENED, (7,)), (ChangeKind.ESCALATED, (8,)),
    ]  # fmt: skip
    assert len({change.group for change in changes}) == 1


@pytest.mark.parametrize("later", [(), [Observed(10)]])
def test_nobody_else_is_told_while_the_figure_is_back_or_too_little_is_measured(world, later):
    world.observe("disk-full", 95)
    world.observe("disk-full", 95, later=MINUTE)
    world.values.of_rule["disk-full"] = later
    world.now += 15 * MINUTE
    world.evaluation.run()

    assert [change.kind for call in world.heard.calls for change in call] == [ChangeKind.OPENED]


def test_while_monitoring_is_off_alerts_stay_as_they_are_and_say_so(world):
    world.observe("jobs-dead", 3)
    world.is_on = False
    assert len(world.observe("jobs-dead", 0, later=HOUR)) == 1

    listed = world.alerts.all()
    assert ([alert.state for alert in listed.alerts], listed.is_evaluated) == ([AlertState.FIRING], False)
    assert listed.as_of == NOON


def test_a_graver_rule_makes_the_lesser_quiet_about_the_same_thing(world):
    world.values.of_rule["cpu-critical"] = [Observed(95, 99, "host a")]
    world.values.of_rule["cpu-high"] = [Observed(95, 99, "host a")]
    world.evaluation.run()
    world.now += 6 * MINUTE
    world.evaluation.run()
    world.now += 6 * MINUTE
    world.evaluation.run()

    assert [change.rule_id for call in world.heard.calls for change in call] == ["cpu-critical"]
    assert world.states().count(AlertState.FIRING) == 2


def test_a_silence_keeps_quiet_until_its_end(world):
    silence = world.alerts.silence(OPS, NewSilence("jobs-dead", None, NOON + HOUR, "we move the queue"))
    assert world.observe("jobs-dead", 3) == []
    assert world.alerts.all().alerts[0].is_silenced
    assert world.observe("jobs-dead", 3, later=59 * MINUTE) == []

    [change] = world.observe("jobs-dead", 3, later=MINUTE)

    assert (change.kind, change.since) == (ChangeKind.OPENED, NOON)
    assert world.alerts.silences() == []
    assert silence.by == OPS


def test_a_maintenance_window_holds_for_every_rule_from_its_start_and_can_be_ended(world):
    window = NewSilence(None, NOON + HOUR, NOON + 3 * HOUR, "upgrade of the database")
    silence = world.alerts.silence(OPS, window)
    assert len(world.observe("jobs-dead", 3)) == 1
    assert len(world.observe("queries-slow", 3, later=HOUR)) == 1
    world.alerts.end_silence(OPS, silence.id)
    assert len(world.observe("queries-slow", 3, later=MINUTE)) == 2

    assert world.deeds() == ["silence.added", "silence.ended"]


def test_every_fault_of_a_silence_is_said_at_once(world):
    wanted = NewSilence("no-such", None, NOON - HOUR, " " * 0)
    with pytest.raises(InvalidRequest) as refused:
        world.alerts.silence(OPS, wanted)
    assert [error.field for error in refused.value.errors] == ["rule_id", "ends_at", "reason"]
    with pytest.raises(NotFound):
        world.alerts.end_silence(OPS, 99)
    with pytest.raises(NotFound):
        world.alerts.acknowledge(OPS, 99)


def test_a_rule_turned_off_resolves_its_alerts_and_says_so(world):
    world.observe("jobs-dead", 3)
    world.rules.change(OPS, replace(SHIPPED["jobs-dead"], is_enabled=False))
    changes = world.observe("jobs-dead", 3, later=MINUTE)

    assert [change.kind.value for change in changes] == ["opened", "resolved"]
    assert len(world.observe("jobs-dead", 3, later=MINUTE)) == 2


def test_a_shipped_rule_is_changed_and_put_back_and_a_rule_of_ones_own_is_added_and_deleted(world):
    world.rules.change(OPS, replace(SHIPPED["cpu-high"], limit=50.0, clears_at=40.0))
    own = replace(SHIPPED["cpu-high"], id="cpu-own", is_shipped=False, yields_to="", limit=10.0, clears_at=5.0)
    world.rules.add(OPS, own)
    assert (world.rules.get("cpu-high").limit, world.rules.get("cpu-own")) == (50.0, own)
    with pytest.raises(InvalidRequest, match="already a rule"):
        world.rules.add(OPS, own)

    world.rules.delete(OPS, "cpu-high")
    world.rules.delete(OPS, "cpu-own")

    assert world.rules.get("cpu-high") == SHIPPED["cpu-high"]
    with pytest.raises(NotFound):
        world.rules.get("cpu-own")
    assert world.deeds() == ["alert_rule.changed", "alert_rule.added", "alert_rule.reset", "alert_rule.deleted"]


def test_a_lake_that_cannot_be_asked_keeps_no_other_rule_from_being_judged(world):
    world.values.of_rule["conversion-fell"] = Unavailable("The lake is away.")

    assert len(world.observe("jobs-dead", 3)) == 1


def test_a_clock_set_back_does_no_harm(world):
    world.observe("jobs-dead", 3, later=HOUR)
    world.now -= 2 * HOUR
    assert len(world.observe("jobs-dead", 3)) == 1

    changes = world.observe("jobs-dead", 0, later=SECOND)

    assert [change.kind.value for change in changes] == ["opened", "resolved"]


def test_alerts_of_last_year_are_forgotten(world):
    world.observe("jobs-dead", 3)
    world.observe("jobs-dead", 0, later=MINUTE)
    world.now += timedelta(days=401)
    world.alerts.prune()

    assert world.states() == []


def lost(world, ended):
    """The database was lost for two minutes, and that was told."""
    values = {"title": "The database doesn’t answer", "severity": "critical", "measured": "", "limit_words": ""}
    world.session.add(
        StoredAlert(
            rule_id="database-lost", thing="", state="resolved", runbook="database-lost", was_told=True,
            since=ended - 2 * MINUTE, fired_at=ended - 2 * MINUTE, resolved_at=ended, **values,
        )
    )  # fmt: skip
    world.session.commit()


def test_what_the_loss_of_the_database_spoiled_opens_no_alert_of_its_own(any_app):
    with any_app.app_context():
        world = World(db.engine, pause=45 * SECOND)
        world.observe("cpu-critical", 10)
        world.observe("budget-burns-fast", 20.0, later=3 * MINUTE)  # the first judgment after the loss
        assert world.states() == []
        lost(world, ended=world.now + MINUTE)
        for _ in range(17):
            assert world.observe("budget-burns-fast", 20.0, later=20 * SECOND) == []
        assert [alert.rule_id for alert in world.alerts.all().alerts] == ["database-lost"]
        [change] = world.observe("budget-burns-fast", 20.0, later=20 * SECOND)
        assert (change.rule_id, change.kind) == ("budget-burns-fast", ChangeKind.OPENED)
        world.session.close()


def test_a_pause_without_a_loss_holds_alerts_for_two_minutes_and_those_of_hosts_not_at_all(any_app):
    with any_app.app_context():
        world = World(db.engine, pause=45 * SECOND)
        world.observe("disk-full", 95)
        world.observe("budget-burns-fast", 20.0, later=MINUTE)
        assert [alert.rule_id for alert in world.alerts.all().alerts] == ["disk-full"]
        for _ in range(6):
            world.observe("budget-burns-fast", 20.0, later=20 * SECOND)
        assert {alert.rule_id for alert in world.alerts.all().alerts} == {"disk-full", "budget-burns-fast"}
        world.session.close()


def test_the_end_is_told_to_those_who_heard_of_the_beginning(world):
    world.observe("errors-high", 0.4)
    world.observe("errors-high", 0.4, later=MINUTE)
    world.observe("errors-high", 0.4, later=15 * MINUTE)
    world.on_call.people = (9,)
    world.observe("errors-high", 0.0, later=MINUTE)
    changes = world.observe("errors-high", 0.0, later=HOUR)

    assert [(change.kind, change.recipients, change.told) for change in changes] == [
        (ChangeKind.OPENED, (7,), ()),
        (ChangeKind.ESCALATED, (8,), (7,)),
        (ChangeKind.RESOLVED, (7, 8), (7, 8)),
    ]
