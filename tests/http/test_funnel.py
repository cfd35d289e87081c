"""DASH-1, CAP-1: what was captured is what the funnel shows, on both databases."""

from __future__ import annotations

import pytest

from backend.accounts.keys.service import KeyService
from backend.accounts.permissions import Scope
from backend.analytics.ai_calculator_dashboard import ai_calculator_dashboard
from backend.plugins import get
from tests.conftest import ON_SQLITE

DAY = "2026-03-08"
OTHER_DAY = "2026-03-09"
RESULT = {"job_title": "Registered nurses", "industry": None, "risk_level": "medium"}


@pytest.fixture
def analyst(any_app):
    """A client that may write events and read dashboards."""
    with any_app.app_context():
        key = get(KeyService).create("analyst", [Scope.EVENTS_WRITE, Scope.DASHBOARDS_READ])
    client = any_app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    return client


def send(client, *events):
    """Events as (session, name, instant, properties)."""
    body = [
        {"session_id": session, "event_type": name, "timestamp": instant, "event_data": data}
        for session, name, instant, data in events
    ]
    assert client.post("/api/analytics/event", json=body).json["accepted"] == len(body)


def sessions(client, day, zone="UTC"):
    answer = client.get(f"/api/analytics/dashboard/funnel?start={day}&end={day}&tz={zone}")
    assert answer.status_code == 200
    return [step["sessions"] for step in answer.json["data"]["steps"]]


def visit(session, day, *times):
    """The first steps of a visit, at these times of the day."""
    names = [("ai_calculator_opened", {}), ("calculator_step_completed", {"step": 1}), ("assessment_submitted", RESULT)]
    return [(session, *pair[:1], f"{day}T{time}Z", pair[1]) for pair, time in zip(names, times, strict=False)]


def test_a_visit_becomes_a_row_in_the_funnel(analyst):
    send(analyst, *visit("s", DAY, "09:00:00", "09:00:10", "09:00:20"))

    assert sessions(analyst, DAY) == [1, 1, 1, 0, 0]
    assert sessions(analyst, OTHER_DAY) == [0] * 5


@ON_SQLITE
def test_an_optional_question_after_the_result_neither_makes_nor_ends_a_way(analyst):
    send(analyst, *visit("s", DAY, "09:00:00", "09:00:10", "09:00:12"))
    send(analyst, ("s", "calculator_step_completed", f"{DAY}T09:01:00Z", {"step": 3}))
    send(analyst, ("s", "conversion_offer_viewed", f"{DAY}T09:02:00Z", {"offer": "membership"}))

    assert sessions(analyst, DAY) == [1, 1, 1, 1, 0]


@ON_SQLITE
def test_a_day_is_the_readers_day(analyst):
    send(analyst, *visit("s", OTHER_DAY, "03:30:00"))

    assert sessions(analyst, DAY, "America/New_York")[0] == 1
    assert sessions(analyst, OTHER_DAY, "America/New_York")[0] == 0


@ON_SQLITE
def test_a_session_counts_on_the_day_it_began_with_all_it_did(analyst):
    send(analyst, *visit("s", DAY, "23:58:00", "23:59:00"), *visit("s", OTHER_DAY, "00:05:00"))
    send(analyst, ("s", "assessment_submitted", f"{OTHER_DAY}T00:06:00Z", RESULT))

    assert sessions(analyst, DAY)[:3] == [1, 1, 1]
    assert sessions(analyst, OTHER_DAY)[0] == 0


@ON_SQLITE
def test_no_event_breaks_the_funnel(analyst):
    send(analyst, ("s", "ai_calculator_opened", f"{DAY}T09:00:00Z", {"step": "abc"}))

    assert sessions(analyst, DAY)[0] == 1


@ON_SQLITE
def test_a_range_is_at_most_ten_years(analyst):
    answer = analyst.get("/api/analytics/dashboard/funnel?start=2010-01-01&end=2026-01-01")

    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "start"


@ON_SQLITE
def test_python_callers_get_the_same(analyst, any_app):
    from datetime import datetime

    send(analyst, *visit("s", DAY, "09:00:00", "09:00:10"))

    with any_app.app_context():
        report = ai_calculator_dashboard.get_calculator_funnel(datetime(2026, 3, 8), datetime(2026, 3, 9))
    assert [step.sessions for step in report.funnel.steps][:3] == [1, 1, 0]


@ON_SQLITE
def test_robots_are_counted_on_request_only(any_app, analyst):
    robot = {"Sec-Fetch-Site": "same-origin", "User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}
    opened = {"session_id": "robot", "event_type": "ai_calculator_opened"}
    any_app.test_client().post("/api/analytics/event", json=opened, headers=robot)

    def opened_by(query):
        return analyst.get(f"/api/analytics/dashboard/funnel{query}").json["data"]["steps"][0]["sessions"]

    assert opened_by("") == 0
    assert opened_by("?bots=true") == 1
