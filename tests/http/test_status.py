"""PERF-8: the status page for everyone, and the incidents that operators write for it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.accounts.people.models import Account
from backend.accounts.permissions import Role, Scope
from backend.analytics.monitoring.incidents.models import StoredIncident
from backend.analytics.monitoring.incidents.service import KEPT
from backend.clock import utc_now
from backend.database import get_db_session
from backend.personal_data import DataClasses, Subject
from backend.plugins import get
from backend.routes.pages.kept_pages import KeptPages
from backend.tasks import alerts
from tests.accounts import BROWSER, make_account, signed_in
from tests.http.operating import headline, measure, page, send, words

INCIDENTS = "/api/analytics/performance/incidents"
LATE = {"title": "Emails arrive late", "components": ["email"], "impact": "degraded", "text": "We are looking into it."}


@pytest.fixture
def ops(app):
    return signed_in(app.test_client(), make_account(app, Role.OPS))


@pytest.fixture
def ask(client, make_key):
    headers = {"Authorization": f"Bearer {make_key(Scope.MONITORING_CONTROL)}"}
    return lambda method, what="", **more: client.open(f"{INCIDENTS}{what}", method=method, headers=headers, **more)


def status(app):
    """The page of a visitor, as it is when half a minute has passed."""
    with app.app_context():
        get(KeptPages)._pages.clear()
    return page(app.test_client(), "/status")


def part(text, name):
    """What the page says of one part of the site."""
    return words(re.search(rf'<li class="part">(?:(?!<li).)*?<h3>{name}</h3>.*?</li>', text, re.DOTALL)[0])


def test_each_part_has_its_state_and_its_uptime_and_days_without_measurements_are_gaps(app):
    measure(app, "GET /result/<token>", 0.05, times=900)
    measure(app, "GET /result/<token>", 0.05, "5xx", times=100)
    measure(app, "POST /api/calculator/assess", 0.05, times=50)
    text = status(app)

    assert headline(text) == "The calculator has problems."
    assert "Degraded" in part(text, "Calculator")
    assert "90.47% uptime on the 1 day measured" in part(text, "Calculator")
    assert "Operational" in part(text, "API")
    assert "100% uptime on the 1 day measured" in part(text, "API")
    assert "No recent use" in part(text, "Dashboards")
    assert "No uptime measured yet" in part(text, "Dashboards")
    assert text.count('class="bar--off"') == 5 * 90 - 2
    assert "web-1" not in text


def test_the_page_is_kept_for_half_a_minute_the_same_for_everybody(app, ops):
    first = app.test_client().get("/status")
    send(ops, "/ops/incidents", **LATE)
    second = ops.get("/status", headers=BROWSER)

    assert first.headers["Cache-Control"] == "public, max-age=30"
    assert "Set-Cookie" not in first.headers
    assert second.data == first.data
    assert "Emails arrive late" in status(app)


def test_operators_write_update_and_resolve_an_incident_on_pages(app, ops):
    refused = send(ops, "/ops/incidents", title="", impact="bad", text="x\ny", started_at="soon")
    assert refused.status_code == 422
    for message in ("Choose at least one part of the site.", "Choose one from the list.", "Enter a date and a time"):
        assert message in refused.text
    assert "Enter a title of 1 to 120 characters." in send(ops, "/ops/incidents", **LATE | {"title": " "}).text

    address = send(ops, "/ops/incidents", **LATE | {"impact": "down", "components": ["email", "api"]}).location
    text = status(app)
    assert headline(text) == "The API and email are down."
    assert "Investigating. We are looking into it." in words(text)

    assert send(ops, address, state="over", text="").status_code == 422
    send(ops, address, state="identified", text="The mail server is full.", impact="degraded")
    assert headline(status(app)) == "The API and email have problems."
    send(ops, address, state="resolved", text="Emails arrive in time again.")
    text = status(app)
    assert headline(text) == "No known problems."
    assert re.search(r"Past incidents.*Resolved\. Emails arrive in time again\..*Cause found\.", words(text))
    assert "@example.com" not in text
    assert "</time>, person-" in page(ops, address)

    send(ops, f"{address}/delete")
    assert "Emails arrive late" not in status(app)
    assert ops.get(address, headers=BROWSER).status_code == 404


def test_incidents_are_written_by_api(ask):
    begun = ask("POST", json=LATE)
    assert begun.status_code == 201
    path = f"/{begun.json['data']['id']}"
    resolved = ask("POST", f"{path}/updates", json={"state": "resolved", "text": "It is over."}).json["data"]
    assert [update["state"] for update in resolved["updates"]] == ["resolved", "investigating"]
    assert resolved["resolved_at"]
    again = ask("POST", f"{path}/updates", json={"state": "monitoring", "text": "It came back."}).json["data"]
    assert (again["resolved_at"], again["impact"]) == (None, "degraded")
    assert [incident["id"] for incident in ask("GET").json["data"]] == [again["id"]]
    assert ask("DELETE", path).status_code == 204
    assert ask("POST", f"{path}/updates", json={"state": "resolved", "text": "x"}).status_code == 404


def test_an_incident_names_every_bad_field(ask):
    later = (utc_now() + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    wrong = ask("POST", json={"title": "x" * 121, "components": [], "impact": "down", "text": "", "started_at": later})
    assert wrong.status_code == 422
    assert [error["field"] for error in wrong.json["errors"]] == ["title", "text", "components", "started_at"]
    assert ask("POST", json=LATE | {"impact": "mild"}).status_code == 422


def test_a_key_that_only_reads_writes_no_incident(client, make_key):
    headers = {"Authorization": f"Bearer {make_key(Scope.MONITORING_READ)}"}
    assert client.post(INCIDENTS, headers=headers, json=LATE).status_code == 403
    assert client.get(INCIDENTS, headers=headers).status_code == 403


def test_an_account_that_is_erased_leaves_its_words_and_no_name(app, ops):
    address = send(ops, "/ops/incidents", **LATE).location
    assert "</time>, person-" in page(ops, address)
    with app.app_context():
        own, [name] = get(DataClasses).classes["alerts"], [*get(DataClasses).classes["alerts"].people()]
        subject = Subject(get_db_session().scalars(select(Account.id)).one(), name)
        assert [row["text"] for row in own.export(subject)] == [LATE["text"]]
        own.erase(subject)
        assert [*own.export(subject)] == [*own.people()] == []
    assert "</time>, person-" not in page(ops, address)
    assert LATE["text"] in status(app)


def test_what_ended_long_ago_is_forgotten(app, ask):
    ask("POST", json=LATE)
    with app.app_context():
        session = get_db_session()
        session.query(StoredIncident).one().resolved_at = utc_now() - KEPT - timedelta(days=1)
        session.commit()
        alerts.prune()
        assert session.query(StoredIncident).count() == 0
