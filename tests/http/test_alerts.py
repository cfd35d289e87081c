"""PERF-4: rules, objectives, alerts, silences, and the rota by API, and the schedule's evaluation in the app."""

from __future__ import annotations

from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from uuid import uuid4

import pytest

from backend.accounts.permissions import Role, Scope
from backend.analytics.monitoring.alerts.alert import AlertState
from backend.analytics.monitoring.alerts.models import StoredAlert
from backend.analytics.monitoring.alerts.personal_data import ACTED
from backend.analytics.monitoring.alerts.service import AlertService
from backend.analytics.monitoring.control import MonitoringControl
from backend.analytics.monitoring.flushing import Flusher
from backend.analytics.monitoring.readings import Family, Readings
from backend.clock import utc_now
from backend.extensions import db
from backend.jobs.models import Job, JobState
from backend.personal_data import DataClasses, Subject
from backend.plugins import KEY, get
from backend.tasks import alerts
from tests.accounts import make_account, signed_in
from tests.conftest import close, make_app, make_settings

PERFORMANCE = "/api/analytics/performance"
OWN = {
    "id": "signups-slow",
    "title": "Sign-ups are slow",
    "measure": {"source": "window", "name": "request", "statistic": "p95", "prefixes": ["POST /sign-up"]},
    "limit": 2.0,
    "clears_at": 1.5,
}


@pytest.fixture
def ask(client, make_key):
    """A function that asks with a key of the scopes, all of monitoring by default."""

    def ask(method, what, *scopes, **given):
        key = make_key(*scopes or (Scope.MONITORING_READ, Scope.MONITORING_CONTROL))
        headers = {"Authorization": f"Bearer {key}"}
        return client.open(f"{PERFORMANCE}/{what}", method=method, headers=headers, **given)

    return ask


@pytest.fixture
def dead_job(app):
    """A job that gave up, which is what a shipped rule looks for."""
    with app.app_context():
        now = utc_now()
        job = Job(kind="x", payload={}, unique_key="x", state=JobState.DEAD, due_at=now, created_at=now)
        db.session.add(job)
        db.session.commit()
        return job.id


def evaluate(app):
    with app.app_context():
        alerts.evaluate()


def open_alerts(ask):
    """All but the daily summary, which is open every morning."""
    return [alert for alert in ask("GET", "alerts").json["data"] if alert["rule_id"] != "daily-summary"]


def fields(answer):
    assert answer.status_code == 422, answer.json
    return [error["field"] for error in answer.json["errors"]]


def test_a_rule_that_is_only_to_read_does_not_escalate(ask):
    wrong = ask("POST", "rules", json=OWN | {"severity": "info", "escalates_seconds": 900})
    assert fields(wrong) == ["escalates_seconds"]
    assert fields(ask("PUT", "rules/errors-high", json={"severity": "info", "escalates_seconds": 900}))
    assert ask("PUT", "rules/errors-high", json={"severity": "info"}).json["data"]["escalates_seconds"] is None


@pytest.mark.parametrize("what", ["summary?hours=1&hours=2", "alerts?limit=1&limit=2", "slow-queries?hours=1&hours=1"])
def test_a_parameter_that_is_sent_twice_is_refused(ask, what):
    answer = ask("GET", what)
    assert fields(answer) == [what.partition("?")[2].partition("=")[0]]
    assert answer.json["errors"][0]["message"] == "Send exactly one value."


def test_a_job_that_gives_up_opens_an_alert_that_is_acknowledged_and_resolves(app, ask, dead_job):
    evaluate(app)
    [alert] = open_alerts(ask)
    assert (alert["rule_id"], alert["state"]) == ("jobs-dead", "firing")
    assert (alert["measured"], alert["limit"]) == ("The number of jobs that gave up is 1", "over 0")

    acknowledged = ask("POST", f"alerts/{alert['id']}/acknowledge").json["data"]
    assert acknowledged["state"] == "acknowledged"
    assert acknowledged["acknowledged_by"].startswith("key:")
    with app.app_context():
        db.session.delete(db.session.get(Job, dead_job))
        db.session.commit()
    evaluate(app)

    assert open_alerts(ask) == []
    [resolved] = ask("GET", "alerts?state=resolved").json["data"]
    steps = ask("GET", f"alerts/{resolved['id']}").json["data"]["steps"]
    assert [step["state"] for step in steps] == ["firing", "acknowledged", "resolved"]


def test_each_host_and_each_query_has_an_alert_of_its_own(app, ask):
    readings = app.extensions[KEY].build(Readings)
    for host, percent in (("web-1", 95.0), ("web-2", 20.0)):
        readings.record(Family.HOST, "cpu_percent", percent, host)
        readings.record(Family.HOST, "memory_percent", 99 - percent, host)
    for _ in range(12):
        readings.record(Family.QUERY, "SELECT slow", 3.0)
        readings.record(Family.QUERY, "SELECT quick", 0.01)
    with app.app_context():
        app.extensions[KEY].build(Flusher).flush()
    evaluate(app)

    pending = ask("GET", "alerts?state=pending").json["data"]
    cpu = [(alert["rule_id"], alert["affected"]) for alert in pending if alert["rule_id"].startswith("cpu-")]
    assert sorted(cpu) == [("cpu-critical", "web-1"), ("cpu-high", "web-1")]
    [query] = [alert for alert in open_alerts(ask) if alert["rule_id"] == "queries-slow"]
    assert (query["affected"], query["measured"]) == ("SELECT slow", "The 95th percentile of query times is 3 s")


def test_while_monitoring_is_off_nothing_is_evaluated_and_the_list_says_so(app, ask, dead_job):
    with app.app_context():
        get(MonitoringControl).stop("cli")
    evaluate(app)

    assert ask("GET", "alerts").json == {"data": [], "as_of": None, "is_evaluated": False}


def test_rules_are_listed_changed_added_and_deleted(ask):
    listed = ask("GET", "rules").json["data"]
    assert len(listed) >= 18
    assert {"api-down", "database-lost", "cpu-high", "daily-summary"} <= {rule["id"] for rule in listed}

    changed = ask("PUT", "rules/cpu-high", json={"limit": 60, "clears_at": 50, "lasting_seconds": 60}).json["data"]
    assert (changed["limit"], changed["in_words"]) == (60, "CPU use over 60% for 1 minute")
    added = ask("POST", "rules", json=OWN)
    assert (added.status_code, added.json["data"]["unit"]) == (201, "seconds")
    assert ask("PUT", "rules/signups-slow", json={"title": "Slow"}).json["data"]["title"] == "Slow"

    assert [ask("DELETE", f"rules/{name}").status_code for name in ("cpu-high", "signups-slow")] == [204, 204]
    assert ask("GET", "rules/cpu-high").json["data"]["limit"] == 70
    assert ask("GET", "rules/signups-slow").status_code == 404


def test_a_rule_may_look_at_any_measure_of_the_catalogue(ask):
    measure = {"source": "catalogue", "name": "completion_rate", "statistic": "change"}
    rule = OWN | {"measure": measure, "comparison": "below", "limit": -0.3333, "clears_at": -0.1}

    said = ask("POST", "rules", json=rule | {"window_seconds": 86_400}).json["data"]

    assert (said["unit"], said["in_words"]) == ("share", "Saw the result down 33% or more")


def test_every_fault_of_a_rule_is_named(ask):
    measure = OWN["measure"] | {"name": "no_such", "statistic": "burn"}
    bad = OWN | {"id": "cpu-high", "measure": measure, "clears_at": 3.0}

    assert fields(ask("POST", "rules", json=bad)) == ["id", "clears_at", "measure.name", "measure.statistic"]
    assert fields(ask("POST", "rules", json=OWN | {"id": "No", "limit": "x", "fewest": -1})) == [
        "id",
        "limit",
        "fewest",
    ]
    assert fields(ask("PUT", "rules/cpu-high", json={"title": "x", "window_seconds": 60})) == [
        "title",
        "window_seconds",
    ]


@pytest.mark.parametrize(
    ("method", "what"),
    [
        ("GET", "rules/no-such"), ("PUT", "rules/no-such"), ("DELETE", "rules/no-such"), ("GET", "alerts/99"),
        ("GET", "alerts/x"), ("POST", "alerts/99/acknowledge"), ("DELETE", "silences/99"), ("DELETE", "silences/x"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(ask, method, what):
    assert ask(method, what, **({"json": {}} if method == "PUT" else {})).status_code == 404


def test_a_silence_is_added_listed_and_ended(ask):
    until = (utc_now() + timedelta(hours=2)).isoformat()
    silence = ask("POST", "silences", json={"rule_id": "cpu-high", "ends_at": until, "reason": "Load test"})

    assert silence.status_code == 201
    assert [one["reason"] for one in ask("GET", "silences").json["data"]] == ["Load test"]
    assert ask("DELETE", f"silences/{silence.json['data']['id']}").status_code == 204
    assert ask("GET", "silences").json["data"] == []
    past = {"rule_id": "no-such", "ends_at": "2020-01-01T00:00:00Z", "reason": ""}
    assert fields(ask("POST", "silences", json=past)) == ["rule_id", "ends_at", "reason"]


def test_objectives_say_what_is_left_of_their_budgets_or_that_nothing_is_known(ask):
    objectives = {one["id"]: one for one in ask("GET", "objectives").json["data"]}

    assert objectives["availability"]["target"] == 0.999
    assert objectives["availability"]["window_days"] == 30
    assert objectives["availability"]["budget_left"] is None


def test_the_rota_names_accounts_that_can_view_operations_and_an_account_deleted_leaves_a_gap(app, ask):
    ann, ben, analyst = (make_account(app, role) for role in (Role.OPS, Role.ADMIN, Role.ANALYST))
    assert ask("GET", "on-call").json == {"data": None}

    rota = {"turns": [ann.public_id, ben.public_id], "weekday": 0, "hour": 9, "zone": "America/New_York"}
    view = ask("PUT", "on-call", json=rota).json["data"]
    assert (view["now"], view["next"], view["gap_seconds"]) == (ann.public_id, ben.public_id, 0)
    bad = {"turns": [analyst.public_id, str(uuid4())], "zone": "Nowhere"}
    assert fields(ask("PUT", "on-call", json=bad)) == ["zone", "turns.0", "turns.1"]

    with app.app_context():
        get(DataClasses).classes["alerts"].erase(Subject(ben.id, ben.public_id))
    evaluate(app)

    assert ask("GET", "on-call").json["data"]["gap_seconds"] > 0
    assert [alert["rule_id"] for alert in open_alerts(ask)] == ["on-call-gap"]


@pytest.mark.parametrize("what", ["rules", "rules/cpu-high", "objectives", "alerts", "silences", "on-call"])
def test_who_may_read_operations_reads_and_nobody_else(app, client, ask, what):
    assert client.get(f"{PERFORMANCE}/{what}").status_code == 401
    assert ask("GET", what, Scope.MONITORING_READ).status_code == 200
    assert signed_in(client, make_account(app, Role.ANALYST)).get(f"{PERFORMANCE}/{what}").status_code == 403


@pytest.mark.parametrize(
    ("method", "what"),
    [
        ("POST", "rules"), ("PUT", "rules/cpu-high"), ("DELETE", "rules/cpu-high"), ("POST", "alerts/1/acknowledge"),
        ("POST", "silences"), ("DELETE", "silences/1"), ("PUT", "on-call"),
    ],
)  # fmt: skip
def test_who_only_reads_changes_nothing(ask, method, what):
    assert ask(method, what, Scope.MONITORING_READ, json={}).status_code == 403


def test_an_account_that_is_erased_leaves_no_name_on_alerts(app, client, dead_job):
    ops = make_account(app, Role.OPS)
    evaluate(app)
    with app.app_context():
        alert = db.session.scalars(db.select(StoredAlert).filter_by(rule_id="jobs-dead")).one()
        alert.acknowledged_by = ops.name
        db.session.commit()
        own = get(DataClasses).classes["alerts"]
        subject = Subject(ops.id, ops.public_id)
        assert [row["rule_id"] for row in own.export(subject)] == ["jobs-dead"]
        assert list(own.people()) == [ops.public_id]

        own.erase(subject)

        assert list(own.export(subject)) == list(own.people()) == []
        assert len(ACTED) == 5


class Site(BaseHTTPRequestHandler):
    """Answers as a site that is well."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_args):
        pass


def test_a_site_that_answered_once_and_no_longer_does_opens_an_alert(instance):
    server = HTTPServer(("127.0.0.1", 0), Site)
    Thread(target=server.serve_forever, daemon=True).start()
    app = make_app(make_settings(instance, WATCHED_URL=f"http://127.0.0.1:{server.server_port}/health/live"))

    def pending():
        evaluate(app)
        with app.app_context():
            return [one.rule_id for one in get(AlertService).all([AlertState.PENDING]).alerts]

    assert "api-down" not in pending()
    server.shutdown()
    server.server_close()

    assert "api-down" in pending()
    close(app)
