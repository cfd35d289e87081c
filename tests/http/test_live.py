"""DASH-7: the live view over HTTP, as JSON, as a page and as a stream."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from backend.accounts.permissions import Role
from backend.clock import utc_now
from tests.accounts import BROWSER, make_account, signed_in

API, PAGE, STREAM = "/api/analytics/live", "/analytics/live", "/analytics/live/stream"


@pytest.fixture
def analyst(app):
    return signed_in(app.test_client(), make_account(app))


@pytest.fixture
def visits(app, make_key):
    """Three visits a moment ago: one saw the result, one asked to upgrade; and one of two hours ago."""
    sender = app.test_client()
    key = {"Authorization": f"Bearer {make_key('events:write')}"}

    def send(session, name, ago, **data):
        at = (utc_now() - timedelta(minutes=ago)).isoformat()
        event = {"session_id": session, "event_type": name, "timestamp": at, "event_data": data}
        body = {"country": "US", "events": [event]}
        assert sender.post("/api/analytics/event", json=body, headers=key).status_code == 202

    for session, ago in (("old", 120), ("a", 12), ("b", 2), ("c", 1)):
        send(session, "ai_calculator_opened", ago, source="<b>mail</b>")
    for step in range(1, 5):
        send("b", "calculator_step_completed", 1.5, step=step)
    send("b", "assessment_submitted", 1, job_title="Nurse & midwife", risk_level="low")
    send("a", "paid_upgrade_clicked", 11, price_cents=2_900)


def numbers(answer):
    return {name: answer["data"][name] for name in ("now", "active", "sessions", "events", "upgrades")}


def states(stream):
    """What a stream told: the id and the data of each message."""
    return [(key, json.loads(data)) for key, data in re.findall(r"^id: (\S+)\ndata: (.*)\n\n", stream, re.MULTILINE)]


def test_the_last_half_hour_is_counted(analyst, visits):
    answer = analyst.get(API).json

    assert numbers(answer) == {"now": 2, "active": 3, "sessions": 3, "events": 9, "upgrades": 1}
    assert len(answer["data"]["minutes"]) == 30
    assert answer["data"]["sources"] == [{"value": "<b>mail</b>", "label": "<b>mail</b>", "sessions": 3}]
    assert answer["data"]["countries"] == [{"value": "US", "label": "United States", "sessions": 3}]
    assert answer["data"]["titles"] == [{"value": "Nurse & midwife", "label": "Nurse & midwife", "sessions": 1}]
    assert {step["label"]: step["sessions"] for step in answer["data"]["steps"] if step["sessions"]} == {
        "Opened the calculator": 1,
        "Saw the result": 1,
    }
    assert answer["meta"]["demo"] is False


def test_the_page_shows_the_same_without_script(analyst, visits):
    page = analyst.get(PAGE, headers=BROWSER).text

    assert re.findall(r'data-number="\w+">(\d+)<', page) == ["2", "3", "3", "9", "1"]
    assert "&lt;b&gt;mail&lt;/b&gt;" in page
    assert "Nurse &amp; midwife" in page
    assert '<a class="btn btn--small" href="/analytics/live" data-refresh>Refresh</a>' in page
    assert "style=" not in page


def test_a_filter_that_would_do_nothing_is_refused(analyst, visits):
    page = analyst.get(f"{PAGE}?source=mail", headers=BROWSER)

    assert (page.status_code, "The live page has no filters." in page.text) == (422, True)


def test_places_and_sources_are_called_as_on_the_other_pages(app, analyst, make_key):
    at = (utc_now() - timedelta(minutes=1)).isoformat()
    opened = {
        "session_id": "a",
        "event_type": "ai_calculator_opened",
        "timestamp": at,
        "event_data": {"source": "direct"},
    }
    key = {"Authorization": f"Bearer {make_key('events:write')}"}
    app.test_client().post("/api/analytics/event", json={"country": "US", "events": [opened]}, headers=key)

    page = analyst.get(PAGE, headers=BROWSER).text
    [(_, streamed)] = states(analyst.get(STREAM).text)
    for name, label in (("sources", "Direct"), ("countries", "United States")):
        assert f'<th scope="row">{label}</th>' in page
        assert [one["label"] for one in streamed["data"][name]] == [label]
    assert [one["value"] for one in streamed["data"]["sources"]] == ["direct"]


def test_an_empty_site_says_so(analyst):
    page = analyst.get(PAGE, headers=BROWSER).text

    assert "No sessions in the last half hour." in page
    assert numbers(analyst.get(API).json) == {"now": 0, "active": 0, "sessions": 0, "events": 0, "upgrades": 0}


def test_the_stream_tells_the_same_under_a_key(analyst, visits):
    answer = analyst.get(STREAM)

    assert answer.mimetype == "text/event-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.text.startswith("retry: 2000\n\n")
    [(key, state)] = states(answer.text)
    assert numbers(state) == numbers(analyst.get(API).json)
    assert re.fullmatch(r"[\w.-]+", key)


def test_whoever_comes_again_is_told_nothing_twice(analyst, visits):
    [(key, _)] = states(analyst.get(STREAM).text)

    again = states(analyst.get(STREAM, headers={"Last-Event-ID": key}).text)
    assert key not in dict(again)


def test_asking_for_the_head_alone_takes_no_seat(analyst):
    for _ in range(20):
        assert analyst.head(STREAM).status_code == 200
    assert analyst.get(STREAM).status_code == 200


def test_a_stream_gives_its_seat_back(analyst):
    assert {analyst.get(STREAM, buffered=True).status_code for _ in range(12)} == {200}


def test_over_the_bound_the_answer_is_to_ask_again_later(analyst):
    held = [analyst.get(STREAM, buffered=False) for _ in range(4)]

    refused = analyst.get(STREAM, headers={"Accept": "application/json"})
    assert (refused.status_code, refused.json["code"], refused.headers["Retry-After"]) == (503, "too_many_streams", "5")
    assert analyst.get(API).status_code == 200

    for answer in reversed(held):
        answer.close()
    assert analyst.get(STREAM).status_code == 200


@pytest.mark.parametrize("address", [API, PAGE, STREAM])
def test_only_who_may_read_dashboards_sees_it(app, address):
    member = signed_in(app.test_client(), make_account(app, Role.MEMBER))

    assert app.test_client().get(address, headers={"Accept": "application/json"}).status_code == 401
    assert member.get(address, headers={"Accept": "application/json"}).status_code == 403
