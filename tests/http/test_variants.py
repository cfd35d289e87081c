"""Who is in an experiment on our own pages, and by the API. EXP-2"""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
import sqlalchemy as sa

from backend.analytics.events.models import AnalyticsEvent
from backend.analytics.experiments.definition import ExperimentUnit, TestType
from backend.analytics.experiments.models import AbAssignment
from backend.analytics.experiments.qa_links import QaLinks
from backend.database import get_db_session
from backend.plugins import get
from backend.routes.access import public
from backend.routes.experiments import assignment_here, variant_here
from tests.accounts import form_token
from tests.experiments import run

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
FAMILY = TestType.URGENCY_MESSAGING


@pytest.fixture
def page(app):
    """A page that says which variant it obeys."""

    @app.get("/obeys")
    @public("a page of a test")
    def obeys():
        payload, assignment = variant_here(FAMILY), assignment_here(FAMILY)
        return {"payload": payload, "reason": assignment and assignment.reason}

    return app.test_client()


def look(client, path="/obeys", method="get", **headers):
    return getattr(client, method)(path, headers={**BROWSER, **headers})


def start(app, **fields):
    with app.app_context():
        return run(get_db_session(), **{"type": FAMILY} | fields)


def exposures(app):
    with app.app_context():
        return get_db_session().scalar(sa.select(sa.func.count()).select_from(AbAssignment))


def test_a_page_without_an_experiment_stays_as_it_is(page):
    assert look(page).json == {"payload": None, "reason": None}


def test_a_page_obeys_one_variant_and_exposes_its_visitor_once(app, page):
    start(app)

    answers = [look(page).json for _ in range(3)]

    assert answers[0]["payload"] in ({"text": "A"}, {"text": "B"})
    assert answers == [answers[0]] * 3
    assert exposures(app) == 1


@pytest.mark.parametrize("header", [{"Sec-GPC": "1"}, {"DNT": "1"}])
def test_who_asks_not_to_be_tracked_is_in_no_experiment(app, page, header):
    start(app)

    assert look(page, **header).json == {"payload": None, "reason": "asked_not_to_be_tracked"}
    assert exposures(app) == 0


def test_robots_prefetches_and_head_leave_no_exposure(app, page):
    start(app)

    assert look(page, **{"User-Agent": "Googlebot/2.1"}).json["reason"] == "robot"
    assert look(page, **{"Sec-Purpose": "prefetch;prerender"}).json["payload"]
    look(page, method="head")
    assert exposures(app) == 0


def test_the_server_knows_a_lasting_id_by_consent_alone_and_forgets_it_with_it(app, page):
    start(app, unit=ExperimentUnit.VISITOR)
    assert look(page).json["reason"] == "no_lasting_id"
    assert "mingus_visitor" not in report(page).headers.get("Set-Cookie", "")

    choose(page, "accepted")
    cookie = report(page).headers["Set-Cookie"]
    assert all(part in cookie for part in ("mingus_visitor=v-that-lasts-for-long", "HttpOnly", "SameSite=Lax"))
    assert "Set-Cookie" not in report(page).headers
    assert look(page).json["reason"] == "assigned"

    choose(page, "rejected")
    assert page.get_cookie("mingus_visitor") is None
    assert look(page).json["reason"] == "no_lasting_id"


def choose(client, choice):
    form = {"csrf_token": form_token(client, "/privacy"), "choice": choice}
    assert client.post("/privacy", data=form, headers={**BROWSER, "Sec-Fetch-Site": "same-origin"}).status_code == 303


def report(client):
    """The tracker's first event, with its lasting id."""
    event = {"event_id": str(uuid4()), "event_type": "ai_calculator_opened", "session_id": "s-1"}
    body = json.dumps({"visitor_id": "v-that-lasts-for-long", "events": [event]})
    headers = {**BROWSER, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}
    response = client.post("/api/analytics/event", data=body, headers=headers)
    assert response.status_code == 202
    return response


def test_a_signed_link_forces_a_variant_until_the_browser_is_closed_and_says_so(app, page):
    start(app)
    with app.app_context():
        token = get(QaLinks).token("price", "b")

    first = look(page, f"/obeys?mingus_force={token}")
    assert first.json == {"payload": {"text": "B"}, "reason": "forced"}
    assert (first.headers["X-Mingus-Forced"], first.headers["Cache-Control"]) == ("price", "no-store")
    assert "Max-Age" not in first.headers["Set-Cookie"]
    assert look(page).json["reason"] == "forced"
    with app.app_context():
        [event] = get_db_session().scalars(sa.select(AnalyticsEvent))
        assert event.event_data["forced"] is True


def test_an_address_alone_chooses_no_variant(app, page):
    start(app)
    expected = look(page).json

    for query in ("price=b", "price=1", "mingus_force=price.b"):
        assert look(page, f"/obeys?{query}").json == expected


def test_a_program_is_told_a_units_variant_and_it_is_exposed_once(app, client, make_key):
    start(app, unit=ExperimentUnit.USER)
    headers = {"Authorization": f"Bearer {make_key('experiments:assign')}"}

    answers = [client.get(f"{ADDRESS}?user_id=u-1", headers=headers) for _ in range(2)]

    assert answers[0].status_code == 200
    assert answers[0].json == answers[1].json
    assert answers[0].json["variant"] in ("a", "b")
    assert exposures(app) == 1
    left_out = client.get(f"{ADDRESS}?session_id=s-1", headers=headers).json
    assert (left_out["variant"], left_out["reason"]) == (None, "not_signed_in")


ADDRESS = "/api/analytics/ab-testing/price/variant"


def test_a_program_needs_the_scope_an_id_and_an_experiment(app, client, make_key):
    start(app)
    headers = {"Authorization": f"Bearer {make_key('experiments:assign')}"}
    other = {"Authorization": f"Bearer {make_key('experiments:read')}"}

    assert client.get(f"{ADDRESS}?user_id=u-1", headers=other).status_code == 403
    assert client.get(ADDRESS, headers=headers).status_code == 422
    assert client.get(f"{ADDRESS}?session_id=a%20b&country=us", headers=headers).status_code == 422
    unknown = ADDRESS.replace("price", "unknown")
    assert client.get(f"{unknown}?user_id=u-1", headers=headers).status_code == 404


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_peek_by_the_api_is_answered_and_counts_nothing(app, client, make_key, method):
    with app.app_context():
        run(get_db_session())
    address = "/api/analytics/ab-testing/price/variant?session_id=somebody" + ("&peek=true" if method == "get" else "")

    answer = getattr(client, method)(address, headers={"Authorization": f"Bearer {make_key('experiments:assign')}"})

    assert answer.status_code == 200
    assert method == "head" or (answer.json["variant"] in ("a", "b") and answer.json["exposed"] is False)
    assert exposures(app) == 0
