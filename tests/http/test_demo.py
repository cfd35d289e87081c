"""Demo visits are told apart wherever they are shown and counted, and `flask demo clear` leaves nothing of them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from backend.accounts.keys.service import KeyService, KeyState
from backend.analytics.events.models import AnalyticsEvent, QuarantinedEvent
from backend.analytics.lake.delta import Lake
from backend.analytics.lake.sync import LakeSync
from backend.clock import utc_now
from backend.database import get_db_session
from backend.demo.doors import DoorAnswer
from backend.demo.service import DemoVisits, NotSent
from backend.extensions import db
from backend.plugins import get
from tests.accounts import make_account, signed_in
from tests.conftest import ON_SQLITE
from tests.landing_rows import in_lake, landed, store

API = "/api/analytics"
REAL = {"session_id": "mingus-demonstration"}  # begins alike, and is none
EVENT = {"event_type": "seen", "session_id": "mingus-demo-0"}


@pytest.fixture
def shell(any_app):
    """Run a command; what it said."""

    def run(*words):
        done = any_app.test_cli_runner().invoke(args=["demo", *words])
        assert done.exit_code == 0, done.output
        return done.output

    return run


@pytest.fixture
def visits(shell):
    """Forty on twelve days."""
    return shell("visits", "--sessions", "40", "--days", "12")


@pytest.fixture
def analyst(any_app):
    return signed_in(any_app.test_client(), make_account(any_app))


def ids(app):
    """Of the events in the landing table, and of those in the lake."""
    with app.app_context():
        get(LakeSync).run()
        return landed(db.engine), in_lake(get(Lake))


def test_without_a_server_they_take_the_same_way_in_this_process(any_app, visits):
    assert "No server runs" in visits
    assert re.search(r"Sent 40 sessions of \d+ visitors, \d+ events", visits)
    with any_app.app_context():
        rows = get_db_session().scalars(select(AnalyticsEvent)).all()
        assert len({row.session_id for row in rows}) == 40
        assert {row.device for row in rows} <= {"mobile", "desktop", "tablet"}
        assert all(row.visitor_id and row.country for row in rows)


def test_the_key_they_are_sent_with_is_revoked(any_app, visits):
    with any_app.app_context():
        [key] = get(KeyService).list()
        assert (key.name, key.state, key.scopes) == ("demo visits", KeyState.REVOKED, ("events:write",))


def test_clearing_leaves_nothing_of_them_and_all_real_visits(any_app, shell):
    with any_app.app_context():
        real = sorted(store(db.engine, 3, **REAL) | store(db.engine, 2, timestamp=utc_now() - timedelta(days=4)))
    shell("visits", "--sessions", "40", "--days", "12")
    with any_app.app_context():
        store(db.engine, 1, session_id="mingus-demo-not-in-the-lake")
        event = {**EVENT, "event_id": "x"}
        get_db_session().add(
            QuarantinedEvent(event_id=uuid4(), reason="ahead", event=event, sender={}, created_at=utc_now())
        )
        get_db_session().commit()

    said = shell("clear", "--yes")

    assert "1 in quarantine" in said
    assert "none are left" in said
    assert ids(any_app) == (real, real)
    assert "Removed 0 landing rows, 0 in quarantine, 0 in the lake." in shell("clear", "--yes")


@ON_SQLITE
def test_sessions_that_were_made_of_them_go_too(any_app, visits, shell, analyst):
    sessions = f"{API}/dashboard/geographic?start={(utc_now() - timedelta(days=20)).date()}"
    assert analyst.get(sessions).json["meta"]["totals"]["sessions"] >= 30

    shell("clear", "--yes")

    assert analyst.get(sessions).json["meta"]["totals"]["sessions"] == 0


@ON_SQLITE
def test_answers_of_days_that_hold_them_say_so_and_no_others(any_app, visits, shell, analyst):
    now, old = f"?start={utc_now().date() - timedelta(days=1)}", "?start=2025-01-01&end=2025-01-02"
    answers = [f"{API}/dashboard/{name}" for name in ("funnel", "conversions", "popular", "geographic", "revenue")]

    assert [analyst.get(answer + now).json["meta"]["demo"] for answer in answers] == [True] * 5
    assert [analyst.get(answer + old).json["meta"]["demo"] for answer in answers] == [False] * 5
    assert "_demo_" in analyst.get(f"{answers[1]}{now}&format=csv").headers["Content-Disposition"]
    shell("clear", "--yes")
    assert [analyst.get(answer + now).json["meta"]["demo"] for answer in answers] == [False] * 5
    assert "_demo" not in analyst.get(f"{answers[1]}{now}&format=csv").headers["Content-Disposition"]


@ON_SQLITE
def test_pages_say_so_until_they_are_cleared(any_app, visits, shell, analyst):
    assert "Demo data" in analyst.get("/analytics/funnel").text

    shell("clear", "--yes")

    assert "Demo data" not in analyst.get("/analytics/funnel").text


@ON_SQLITE
def test_a_lake_that_is_made_anew_knows_of_them_too(any_app, visits, analyst):
    with any_app.app_context():
        get(Lake).discard("events")
        get(LakeSync).rebuild()

    assert "Demo data" in analyst.get("/analytics/funnel").text


def test_nobody_without_a_key_sends_any(client):
    answer = client.post(f"{API}/event", json=EVENT, headers={"Sec-Fetch-Site": "same-origin"})

    assert (answer.status_code, answer.json["code"]) == (403, "forbidden")


class Deaf:
    """A server that says what it was told to say, whatever it is sent."""

    def __init__(self, status, body=b"no"):
        self.answer = DoorAnswer(status, 0.0, body)

    def post(self, body, headers):
        return self.answer

    def close(self): ...


@pytest.mark.parametrize(
    ("door", "said"),
    [
        (Deaf(401), "does not know this installation's keys"),
        (Deaf(500, b"oh"), "answered 500: oh"),
        (Deaf(202, b'{"accepted":0,"duplicates":0,"rejected":[],"quarantined":[{}]}'), "refused some events"),
        (Deaf(503), "answered 503"),
    ],
)
def test_what_does_not_arrive_is_said_and_the_key_is_revoked_all_the_same(app, door, said):
    with app.app_context():
        demo = get(DemoVisits)
        with pytest.raises(NotSent, match=said):
            demo.send(demo.world(5, 3, 1), door, lambda _: None)
        assert [key.state for key in get(KeyService).list()] == [KeyState.REVOKED]


def test_an_address_where_no_server_runs_is_refused(app):
    done = app.test_cli_runner().invoke(args=["demo", "visits", "--url", "http://127.0.0.1:9"])

    assert (done.exit_code, done.output) == (1, "Error: No Mingus server answers at http://127.0.0.1:9.\n")


def test_in_production_it_asks_first(app):
    app.config["PRODUCTION"] = True

    done = app.test_cli_runner().invoke(args=["demo", "visits"], input="n\n")

    assert (done.exit_code, "production" in done.output) == (1, True)


def test_nothing_is_removed_without_a_yes(app):
    assert app.test_cli_runner().invoke(args=["demo", "clear"], input="n\n").exit_code == 1


def test_a_world_ends_now(app):
    with app.app_context():
        ends = [max(one.timestamp for one in v.events) for v in get(DemoVisits).world(60, 3, 1).visitors() if v.events]
    assert timedelta() <= datetime.now(UTC) - max(ends) < timedelta(minutes=30)
