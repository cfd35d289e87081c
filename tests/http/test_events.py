"""CAP-1, CAP-2: events are stored once, durable before the answer; bad ones cost nothing but themselves."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from backend.analytics.events.models import AnalyticsEvent
from backend.database import get_db_session

URL = "/api/analytics/event"
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


def opened(**given):
    return {"event_type": "ai_calculator_opened", "session_id": "s-1", **given}


def stored(app):
    with app.app_context():
        return get_db_session().scalar(select(func.count(AnalyticsEvent.id)))


@pytest.mark.parametrize(
    "body",
    [opened(), [opened()], {"events": [opened()]}],
    ids=["one event", "an array", "an envelope"],
)
def test_takes_an_event_in_each_form(client, app, body):
    response = client.post(URL, json=body, headers=OWN_PAGE)

    assert response.status_code == 202
    assert response.json == {"accepted": 1, "duplicates": 0, "rejected": [], "quarantined": []}
    assert stored(app) == 1


def test_takes_lines_and_beacons(client, app):
    lines = "\n".join(json.dumps(opened()) for _ in range(3))

    assert client.post(URL, data=lines, content_type="application/x-ndjson", headers=OWN_PAGE).json["accepted"] == 3
    assert client.post(URL, data=json.dumps(opened()), content_type="text/plain;charset=UTF-8", headers=OWN_PAGE)
    assert stored(app) == 4


def test_keeps_what_was_said(any_app):
    an_hour_ago = datetime.now(UTC).replace(microsecond=123456) - timedelta(hours=1)
    event = opened(
        event_id=str(uuid4()),
        user_id="u-9",
        timestamp=an_hour_ago.astimezone(timezone(timedelta(hours=-5))).isoformat(),
        event_data={"source": "google", "extra": [1, 2.5, None, {"a": "ü"}]},
    )

    any_app.test_client().post(URL, json=event, headers=OWN_PAGE)

    with any_app.app_context():
        row = get_db_session().scalars(select(AnalyticsEvent)).one()
        assert (str(row.event_id), row.session_id) == (event["event_id"], "s-1")
        assert row.user_id is None, "a browser may not say whose an event is"
        assert row.timestamp == an_hour_ago
        assert row.event_data == event["event_data"]


def test_stores_the_same_id_once(any_app):
    client, event = any_app.test_client(), opened(event_id=str(uuid4()))

    first = client.post(URL, json=[event, event], headers=OWN_PAGE)
    again = client.post(URL, json=event, headers=OWN_PAGE)

    assert first.json == {"accepted": 1, "duplicates": 1, "rejected": [], "quarantined": []}
    assert again.json == {"accepted": 0, "duplicates": 1, "rejected": [], "quarantined": []}
    assert stored(any_app) == 1


def test_stores_the_same_id_once_when_five_requests_race(any_app):
    """Check 10."""
    event = opened(event_id=str(uuid4()))

    def post(_):
        return any_app.test_client().post(URL, json=event, headers=OWN_PAGE)

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(post, range(5)))

    assert {answer.status_code for answer in answers} == {202}
    assert sum(answer.json["accepted"] for answer in answers) == 1
    assert stored(any_app) == 1


def test_batches_that_share_events_do_not_lock_each_other_up(any_app):
    events = [opened(event_id=str(uuid4())) for _ in range(300)]

    def post(batch):
        return any_app.test_client().post(URL, json=batch, headers=OWN_PAGE)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(post, [events, events[::-1], events, events[::-1]]))

    assert {answer.status_code for answer in answers} == {202}
    assert stored(any_app) == 300


def test_text_about_a_nul_is_no_nul(any_app):
    event = opened(event_data={"said": "\\u0000"})

    assert any_app.test_client().post(URL, json=event, headers=OWN_PAGE).json["accepted"] == 1


def test_keeps_the_good_events_beside_bad_ones(client, app):
    bad = [
        opened(event_type="Not A Name"),
        opened(session_id=""),
        opened(event_id="7"),
        opened(timestamp="yesterday"),
        opened(timestamp="2026-11-21T09:00:00"),
        opened(event_data={"big": "x" * 16_384}),
        opened(surprise=1),
        opened(event_type="ends_in_a_newline\n"),
        opened(session_id="s" * 100 + "\n"),
        opened(session_id="mingus-server-letters"),
        opened(user_id="u\0"),
        opened(event_type="calculator_step_completed", event_data={"step": "two"}),
        opened(event_type="paid_upgrade_clicked", event_data={"price_cents": 9.99}),
        opened(event_type="assessment_submitted", event_data={"job_title": "x", "risk_level": "huge"}),
        "text",
        None,
    ]

    response = client.post(URL, json=[opened(), *bad, opened()], headers=OWN_PAGE)

    assert response.status_code == 202
    assert response.json["accepted"] == 2
    assert [rejection["index"] for rejection in response.json["rejected"]] == list(range(1, len(bad) + 1))
    assert all(rejection["error"] for rejection in response.json["rejected"])
    assert stored(app) == 2


def test_an_opening_is_stored_whatever_the_address_says_of_its_source(any_app):
    opening = opened(event_data={"source": "\0goo\0gle", "medium": "\x07", "campaign": "\ud83d"})

    assert any_app.test_client().post(URL, json=opening, headers=OWN_PAGE).json["accepted"] == 1


def test_a_bad_line_costs_only_itself(client):
    good = json.dumps(opened()).encode()
    body = b"\n".join([good, b"{", b'{"session_id": "\xff"}', good])

    response = client.post(URL, data=body, content_type="application/x-ndjson", headers=OWN_PAGE)

    assert response.json["accepted"] == 2
    assert [rejection["index"] for rejection in response.json["rejected"]] == [1, 2]


def test_says_so_when_not_one_event_is_good(client, app):
    response = client.post(URL, json=[opened(session_id=""), opened(event_type="")], headers=OWN_PAGE)

    assert response.status_code == 422
    assert [error["field"] for error in response.json["errors"]] == ["[0]", "[1]"]
    assert stored(app) == 0


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ("{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"event_type": "\xff"}', "application/json", 400),
        ("[" * 60_000, "application/json", 400),
        ("", "application/json", 400),
        ("[]", "application/json", 422),
        ('{"events": 7}', "application/json", 422),
        ("a=b", "application/x-www-form-urlencoded", 415),
        (json.dumps(opened(event_data={"x": "y" * 70_000})), "application/json", 413),
        ("x\n" * 1_001, "application/x-ndjson", 413),
        (json.dumps([opened()] * 1_001).replace(" ", ""), "application/json", 413),
    ],
)
def test_refuses_what_cannot_be_taken(client, app, body, content_type, status):
    response = client.post(URL, data=body, content_type=content_type, headers=OWN_PAGE)

    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    assert stored(app) == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 202),
        ({"Origin": "http://localhost"}, 202),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({}, 403),
    ],
)
def test_takes_events_from_its_own_pages_only(client, app, headers, status):
    """Check 17, with JSON that a beacon calls text/plain."""
    response = client.post(URL, data=json.dumps(opened()), content_type="text/plain", headers=headers)

    assert response.status_code == status
    assert stored(app) == (status == 202)


def test_a_key_replaces_the_rule_for_browsers(client, make_key):
    headers = {"Authorization": f"Bearer {make_key('events:write')}"}

    assert client.post(URL, json=[opened()] * 5_000, headers=headers).json["accepted"] == 5_000


def test_a_key_needs_the_scope(client, make_key):
    headers = {"Authorization": f"Bearer {make_key('dashboards:read')}", **OWN_PAGE}

    assert client.post(URL, json=opened(), headers=headers).status_code == 403


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=8), children, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(["event_type", "session_id", "event_id", "user_id", "timestamp", "event_data", "other"])


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.dictionaries(FIELDS, JSON_VALUES, max_size=3))
def test_no_event_breaks_the_server(any_app, changes):
    answer = any_app.test_client().post(URL, json=[opened(**changes), opened()], headers=OWN_PAGE)

    assert answer.status_code == 202
    apart = answer.json["rejected"] + answer.json["quarantined"]
    assert answer.json["accepted"] + answer.json["duplicates"] + len(apart) == 2
