"""DASH-7: annotations by the API, and in every chart over time."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from uuid import uuid4

import pytest
import sqlalchemy as sa

from backend.accounts.permissions import Role
from backend.analytics.events.event import Event, as_json
from backend.analytics.events.service import EventTracker
from backend.audit.models import AuditEntry
from backend.database import get_db_session
from backend.plugins import get
from tests.accounts import BROWSER, form_token, make_account, signed_in

ANNOTATIONS = "/api/analytics/annotations"
OVER_TIME = ("", "/conversions", "/revenue", "/popular", "/explore")
DAY = {"start": "2026-03-08", "end": "2026-03-08"}


@pytest.fixture
def visits(app):
    """Twelve of five minutes ago, each with a result and an upgrade."""
    names = ("ai_calculator_opened", "assessment_submitted", "paid_upgrade_clicked")
    at, data = datetime.now(UTC) - timedelta(minutes=5), as_json({"job_title": "Nurse", "price_cents": 900})
    with app.app_context():
        get(EventTracker).record([Event(uuid4(), name, f"s{n}", None, at, data) for n in range(12) for name in names])


def texts(client, **query):
    return [annotation["text"] for annotation in client.get(ANNOTATIONS, query_string=query).json["data"]]


def test_what_is_noted_is_listed_for_all(app, mine, program):
    noted = mine.post(ANNOTATIONS, json={"at": "2026-03-08", "text": " New prices "})
    instant = mine.post(ANNOTATIONS, json={"at": "2026-03-08T21:00:00-04:00", "text": "Outage"})

    assert (noted.status_code, noted.json["data"]["text"], noted.json["data"]["at"]) == (
        201,
        "New prices",
        "2026-03-08",
    )
    assert instant.json["data"]["at"] == "2026-03-09T01:00:00Z"
    other, nobodys = program(make_account(app)), program()
    assert texts(other, **DAY, tz="UTC") == texts(nobodys, **DAY, tz="UTC") == ["New prices"]
    assert texts(other, **DAY, tz="America/New_York") == ["New prices", "Outage"]
    assert [annotation["mine"] for annotation in other.get(ANNOTATIONS, query_string=DAY).json["data"]] == [False]
    assert texts(other) == []


def test_authors_delete_their_own_and_nobody_elses(app, mine, program):
    noted = mine.post(ANNOTATIONS, json={"at": "2026-03-08", "text": "New prices"}).json["data"]["id"]

    for address in (f"{ANNOTATIONS}/{noted}", f"{ANNOTATIONS}/nonsense"):
        refused = program(make_account(app)).delete(address)
        assert (refused.status_code, refused.json["code"]) == (404, "not_found")
    assert program().delete(f"{ANNOTATIONS}/{noted}").status_code == 403
    assert mine.delete(f"{ANNOTATIONS}/{noted}").status_code == 204
    assert mine.delete(f"{ANNOTATIONS}/{noted}").status_code == 404


def test_authors_change_their_own_and_nobody_elses(app, mine, program):
    noted = mine.post(ANNOTATIONS, json={"at": "2026-03-08", "text": "New price"}).json["data"]["id"]
    address, body = f"{ANNOTATIONS}/{noted}", {"at": "2026-03-09", "text": "New prices"}

    changed = mine.put(address, json=body).json["data"]
    assert (changed["id"], changed["at"], changed["text"]) == (noted, "2026-03-09", "New prices")
    assert texts(mine, start="2026-03-09", end="2026-03-09") == ["New prices"]
    assert mine.put(address, json={"at": "soon", "text": ""}).status_code == 422
    assert program(make_account(app)).put(address, json=body).status_code == 404
    admin = make_account(app, Role.ADMIN)
    assert program(admin).put(address, json=body | {"text": "Mine"}).status_code == 404


def test_an_annotation_is_changed_on_its_page(app, client):
    analyst = signed_in(client, make_account(app))
    add = {"csrf_token": form_token(client, "/account/password"), "day": "2026-03-08", "text": "New price"}
    analyst.post("/analytics/annotations", data=add, headers=BROWSER)
    page = analyst.get("/analytics/explore?start=2026-03-08&end=2026-03-08", headers=BROWSER).text
    [path] = re.findall(r'href="(/analytics/annotations/[^"?]+/change)', page)

    assert 'value="New price"' in analyst.get(path, headers=BROWSER).text
    sent = analyst.post(path, data=add | {"text": "New prices", "back": "/analytics/explore"}, headers=BROWSER)
    wrong = analyst.post(path, data=add | {"day": "soon"}, headers=BROWSER)

    assert (sent.status_code, sent.location, wrong.status_code) == (303, "/analytics/explore", 422)
    assert "New prices" in analyst.get("/analytics/explore?start=2026-03-08&end=2026-03-08", headers=BROWSER).text


def test_a_key_without_an_account_notes_nothing(program):
    assert program().post(ANNOTATIONS, json={"at": "2026-03-08", "text": "New prices"}).status_code == 403


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"text": "x"}, {"at"}),
        ({"at": "soon", "text": "x"}, {"at"}),
        ({"at": "2026-03-08T10:00:00", "text": "x"}, {"at"}),
        ({"at": "", "text": ""}, {"at", "text"}),
        ({"at": "2026-03-08", "text": "x" * 201}, {"text"}),
        ({"at": "2026-03-08", "text": "two\nlines"}, {"text"}),
        ({"at": "2026-03-08", "text": "x", "color": "red"}, {"color"}),
    ],
)
def test_what_cannot_be_noted_is_refused_with_all_that_is_wrong(mine, body, fields):
    answer = mine.post(ANNOTATIONS, json=body)

    assert answer.status_code == 422
    assert {error["field"] for error in answer.json["errors"]} == fields


def show(client, path):
    answer = client.get(f"/analytics{path}", headers=BROWSER)
    assert answer.status_code == 200
    return answer.text


def annotate(client, path="", **typed):
    """What somebody does who fills in the form of a page."""
    [form] = re.findall(r'<form[^>]*action="/analytics/annotations"[^>]*>(.*?)</form>', show(client, path), re.DOTALL)
    fields = dict(re.findall(r'<input [^>]*name="(\w+)"[^>]*? value="([^"]*)"', form))
    sent = {name: unescape(value) for name, value in fields.items()} | typed
    return client.post("/analytics/annotations", data=sent, headers=BROWSER)


def marks(page):
    figures = [json.loads(part) for part in re.findall(r'application/json">(.*?)</script>', page, re.DOTALL)]
    return [figure["marks"] for figure in figures if figure["marks"]]


@pytest.mark.parametrize("path", OVER_TIME)
def test_what_is_noted_on_a_page_is_marked_in_every_chart_over_time(analyst, visits, path):
    answer = annotate(analyst, f"{path}?period=all&tz=Asia/Tokyo", text="New <prices>")

    assert (answer.status_code, answer.location) == (303, f"/analytics{path}?period=all&tz=Asia/Tokyo")
    page = show(analyst, f"{path}?period=all&tz=Asia/Tokyo")
    [[mark]] = marks(page)
    assert (mark["letter"], mark["text"]) == ("A", "New <prices>")
    assert "<b>A</b>" in page
    assert "New &lt;prices&gt;" in page
    assert "Add a note to a day (1)" in unescape(re.sub("<span.*?</span>", "", page))
    assert marks(show(analyst, f"{path}?start=2026-01-01&end=2026-01-31")) == []


def test_a_chart_of_hours_has_a_mark_at_the_hour(analyst, mine, visits):
    now = datetime.now(UTC)
    mine.post(ANNOTATIONS, json={"at": now.isoformat(), "text": "Outage"})
    page = show(analyst, f"?start={now:%Y-%m-%d}&end={now:%Y-%m-%d}&tz=UTC")
    [layout] = [json.loads(part)["layout"] for part in re.findall(r'json">(.*?)</script>', page) if "Outage" in part]

    assert [(one["text"], one["x"]) for one in layout["annotations"]] == [("A", now.hour)]


def test_a_map_has_no_place_for_notes(analyst, visits):
    assert 'action="/analytics/annotations"' not in show(analyst, "/geography")


def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(analyst, visits):
    answer = annotate(analyst, "?period=7d", day="yesterday", text="")

    assert answer.status_code == 422
    assert "<title>Error: Note what happened" in answer.text
    assert answer.text.count("Enter the day as year, month and day") == 2
    assert answer.text.count("Say what happened in up to 200 characters.") == 2
    assert 'value="yesterday"' in answer.text
    assert 'value="/analytics?period=7d"' in answer.text


def deletions(page):
    return re.findall(r'action="(/analytics/annotations/[^"]*/delete)"', page)


def test_only_authors_and_admins_may_delete_and_an_admin_is_remembered(app, analyst, visits):
    other = signed_in(app.test_client(), make_account(app, Role.EXPERIMENTER))
    admin = make_account(app, Role.ADMIN)
    for text in ("one", "two"):
        annotate(analyst, text=text)
    [first, second] = deletions(show(analyst, ""))
    token = {"csrf_token": form_token(analyst, "/account/password")}

    assert deletions(show(other, "")) == []
    assert other.post(first, data={"csrf_token": form_token(other, "/account/password")}).status_code == 404
    assert analyst.post(first, data=token).status_code == 303
    operator = signed_in(app.test_client(), admin)
    assert deletions(show(operator, "")) == [second]
    operator.post(second, data={"csrf_token": form_token(operator, "/account/password")})
    assert marks(show(analyst, "")) == []
    with app.app_context():
        deeds = get_db_session().execute(sa.select(AuditEntry.actor, AuditEntry.object, AuditEntry.action)).all()
    assert deeds == [(admin.name, f"annotation:{second.split('/')[3]}", "annotation.deleted")]
