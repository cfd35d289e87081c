"""PERF-7: what a request or a job failed with is a group by the API, and nobody's data is in it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend.analytics.monitoring.errors.buffer import ErrorBuffer
from backend.analytics.monitoring.flushing import Flusher
from backend.database import get_db_session
from backend.jobs.kinds import JobKinds, NoUse
from backend.jobs.service import Jobs
from backend.jobs.timetable import Schedule, ScheduleEntry, Timetable
from backend.plugins import KEY, get
from backend.routes.access import public

ERRORS = "/api/analytics/performance/errors"


@pytest.fixture
def failing(app):
    """A site with a route that fails with what somebody sent, as a visitor's browser is answered."""

    @public("a fault for a test")
    def broken(name):
        raise ValueError(f"cannot greet {name}")

    @public("a fault for a test")
    def away():
        get_db_session().execute(sa.text("SELECT * FROM nowhere"))

    app.add_url_rule("/broken/<name>", view_func=broken)
    app.add_url_rule("/away", view_func=away)
    app.testing = False
    return app


@pytest.fixture
def operator(failing, make_key):
    client = failing.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {make_key('monitoring:read', 'monitoring:control')}"
    return client


def write(app):
    with app.app_context():
        get(Flusher).flush()


def listed(operator, state=""):
    write(operator.application)
    return operator.get(ERRORS, query_string={"state": state} if state else {}).json["data"]


def test_a_failed_request_is_a_group_with_its_route_and_request_id(failing, operator):
    answer = failing.test_client().get("/broken/maria@example.org?code=1234", headers={"X-Request-Id": "seen-by-proxy"})
    failing.test_client().get("/broken/jane")

    [group] = listed(operator)
    assert answer.status_code == 500
    assert (group["type"], group["state"], group["count"], group["source"]) == ("ValueError", "new", 2, "request")
    assert group["routes"] == [{"route": "GET /broken/<name>", "count": 2}]
    assert [seen["request_id"] for seen in group["requests"]][-1] == "seen-by-proxy"
    assert group["sample"]["message"] == "cannot greet …"
    assert not any(word in str(group) for word in ("maria", "jane", "1234"))
    assert group["last_release"] == failing.extensions[KEY].build(ErrorBuffer)._release != ""
    assert operator.get(f"{ERRORS}/{group['id']}").json["data"]["by_hour"][-1] == 2


def test_an_error_of_the_database_is_counted_though_it_has_an_answer(failing, operator):
    assert failing.test_client().get("/away").status_code == 503

    [group] = listed(operator)
    assert group["type"] == "OperationalError"
    assert group["routes"] == [{"route": "GET /away", "count": 1}]
    assert "SELECT" not in str(group["sample"]["message"])


def test_what_is_answered_by_rule_is_no_error(failing, operator):
    failing.test_client().get("/nowhere")
    failing.test_client().get(ERRORS)
    operator.put(f"{ERRORS}/1", json={})

    assert listed(operator) == []


def test_failed_jobs_and_entries_of_the_schedule_are_groups(app, operator):
    def fail(_job):
        raise OSError("smtp of jane@example.org is away")

    def give_up(_job):
        raise NoUse("nobody has this address")

    kinds = JobKinds()
    kinds.add("mail.test", fail)
    kinds.add("mail.lost", give_up)
    entry = ScheduleEntry("lake.test", timedelta(seconds=1), lambda: 1 // 0, timedelta(seconds=9), at_start=True)
    app.extensions[KEY].add_shared(Schedule, lambda: Schedule([entry]))
    with app.app_context():
        jobs, timetable = get(Jobs), get(Timetable)
        jobs._kinds = kinds
        jobs.add("mail.test", {})
        jobs.add("mail.lost", {})
        jobs.run_due()
        timetable.open()
        timetable.run("lake.test")

    groups = {group["type"]: group for group in listed(operator)}
    assert set(groups) == {"OSError", "ZeroDivisionError"}
    assert {group["source"] for group in groups.values()} == {"job"}
    assert groups["OSError"]["routes"] == [{"route": "job mail.test", "count": 1}]
    assert groups["ZeroDivisionError"]["routes"] == [{"route": "scheduled lake.test", "count": 1}]


def test_an_operator_marks_ignores_and_resolves_a_group(failing, operator):
    failing.test_client().get("/broken/jane")
    [group] = listed(operator)
    address = f"{ERRORS}/{group['id']}"

    assert operator.put(address, json={"state": "known"}).json["data"]["state"] == "known"
    ignored = operator.put(address, json={"state": "ignored", "reason": " A scanner "}).json["data"]
    assert (ignored["state"], ignored["reason"]) == ("ignored", "A scanner")
    assert listed(operator) == []
    assert len(listed(operator, "ignored")) == 1
    resolved = operator.put(address, json={"state": "resolved"}).json["data"]
    assert (resolved["state"], resolved["reason"]) == ("resolved", "")
    failing.test_client().get("/broken/jane")
    assert [group["state"] for group in listed(operator)] == ["back_again"]


REFUSED = [
    ({}, {"state"}),
    ({"state": "new"}, {"state"}),
    ({"state": "back_again", "why": 1}, {"state", "why"}),
    ({"state": "ignored"}, {"reason"}),
    ({"state": "ignored", "reason": "a" * 301}, {"reason"}),
    ({"state": "ignored", "reason": "two\nlines"}, {"reason"}),
    ({"state": "known", "reason": "because"}, {"reason"}),
    ({"state": 1, "reason": 2}, {"state", "reason"}),
]


@pytest.mark.parametrize(("body", "fields"), REFUSED)
def test_a_bad_decision_is_refused_with_every_bad_field(failing, operator, body, fields):
    failing.test_client().get("/broken/jane")
    [group] = listed(operator)
    answer = operator.put(f"{ERRORS}/{group['id']}", json=body)

    assert answer.status_code == 422
    assert {error["field"] for error in answer.json["errors"]} == fields


@pytest.mark.parametrize("group_id", ["1", "0", "-1", "x", "٣", "9" * 9, "9" * 40])
def test_an_unknown_group_is_not_found(operator, group_id):
    assert operator.get(f"{ERRORS}/{group_id}").status_code == 404
    assert operator.put(f"{ERRORS}/{group_id}", json={"state": "known"}).status_code == 404


def test_an_unknown_state_is_refused(operator):
    answer = operator.get(ERRORS, query_string={"state": "old", "page": 2})

    assert answer.status_code == 422
    assert {error["field"] for error in answer.json["errors"]} == {"state", "page"}


def test_reading_and_deciding_need_their_scopes(app, make_key):
    reader = app.test_client()
    reader.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {make_key('monitoring:read')}"

    assert app.test_client().get(ERRORS).status_code == 401
    assert reader.get(ERRORS).status_code == 200
    assert reader.put(f"{ERRORS}/1", json={"state": "known"}).status_code == 403
