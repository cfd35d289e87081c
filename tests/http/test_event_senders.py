"""CAP-4: who sent an event, in which place, on what; without a cookie and without keeping the address."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import inspect, select, text

from backend.accounts.keys.service import KeyService
from backend.accounts.permissions import Scope
from backend.analytics.events.event import Sender
from backend.analytics.events.models import AnalyticsEvent
from backend.database import get_db_session
from backend.extensions import db
from backend.plugins import get
from tests.conftest import close, make_app, make_settings
from tests.servers import PROJECT

URL = "/api/analytics/event"
ADDRESS = "214.78.120.9"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/26.6.1 Mobile/15E148 Safari/604.1"
)
OWN_PAGE = {"Sec-Fetch-Site": "same-origin", "User-Agent": PHONE}
OPENED = {"event_type": "ai_calculator_opened", "session_id": "s-1"}


def post(app, body=OPENED, address=ADDRESS, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return app.test_client().post(
        URL, json=body, headers={**OWN_PAGE, **named}, environ_overrides={"REMOTE_ADDR": address}
    )


def senders(app):
    """Of each stored event, in order."""
    with app.app_context():
        rows = get_db_session().scalars(select(AnalyticsEvent).order_by(AnalyticsEvent.id))
        return [Sender(row.visitor_id, row.country, row.region, row.device, row.is_bot) for row in rows]


@pytest.fixture
def installed(instance):
    """Return a function that makes the app with the given settings."""
    apps = []

    def make(**settings):
        apps.append(make_app(make_settings(instance, **settings)))
        return apps[-1]

    yield make
    for app in apps:
        close(app)


def test_a_browser_is_told_by_its_request(any_app):
    post(any_app, [OPENED, OPENED])

    first, second = senders(any_app)
    assert first == second
    assert (len(first.visitor_id), first.country, first.device, first.is_bot) == (22, None, "mobile", False)


def test_robots_are_marked_and_kept(any_app):
    post(any_app, User_Agent="Googlebot/2.1 (+http://www.google.com/bot.html)")
    post(any_app, Sec_CH_UA='"HeadlessChrome";v="142"')
    post(any_app, {"events": [OPENED], "webdriver": True})
    post(any_app)

    assert [sender.is_bot for sender in senders(any_app)] == [True, True, True, False]


def test_an_address_is_placed_by_the_file_and_not_by_headers_that_anyone_can_send(installed):
    app = installed(GEOIP_FILE=PROJECT / "tests/data/GeoIP2-City-Test.mmdb", GEO_COUNTRY_HEADER="CF-IPCountry")
    post(app)
    post(app, address="127.0.0.1", CF_IPCountry="GB")

    assert [(sender.country, sender.region) for sender in senders(app)] == [("US", "US-CA"), (None, None)]


def test_behind_a_proxy_its_headers_name_place_and_address(installed):
    app = installed(TRUSTED_PROXIES=1, GEO_COUNTRY_HEADER="CF-IPCountry", GEO_REGION_HEADER="CF-Region-Code")
    for address in (ADDRESS, f"{ADDRESS}:50123", "198.51.100.1:50123"):
        post(app, address="10.0.0.1", X_Forwarded_For=address, CF_IPCountry="US", CF_Region_Code="NY")

    one, with_port, other = senders(app)
    assert (one.country, one.region) == ("US", "US-NY")
    assert one.visitor_id == with_port.visitor_id != other.visitor_id


def test_at_midnight_utc_everyone_becomes_somebody_else(any_app):
    midnight = datetime(2027, 1, 1, tzinfo=UTC)
    for moment in (-timedelta(hours=23), -timedelta(seconds=1), timedelta(), timedelta(hours=23)):
        with time_machine.travel(midnight + moment, tick=False):
            post(any_app)

    morning, evening, night, next_day = (sender.visitor_id for sender in senders(any_app))
    assert morning == evening != night == next_day


def test_two_processes_give_a_visitor_one_id(installed):
    for _ in range(2):
        app = installed()
        post(app)

    assert len({sender.visitor_id for sender in senders(app)}) == 1


def test_an_id_given_by_consent_is_kept_as_it_is(any_app):
    client = any_app.test_client()
    client.set_cookie("mingus_consent", "1.accepted.1763730000")
    client.post(URL, json={"events": [OPENED], "visitor_id": "Consented_visitor-1"}, headers=OWN_PAGE)

    assert [sender.visitor_id for sender in senders(any_app)] == ["Consented_visitor-1"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"visitor_id": "short"}, "visitor_id"),
        ({"visitor_id": "v" * 65}, "visitor_id"),
        ({"visitor_id": "v" * 16 + "\n"}, "visitor_id"),
        ({"visitor_id": 7}, "visitor_id"),
        ({"webdriver": "yes"}, "webdriver"),
        ({"sent_at": "noon"}, "sent_at"),
        ({"sent_at": "2026-11-21T09:00:00"}, "sent_at"),
        ({"surprise": 1}, "envelope"),
    ],
)
def test_what_is_said_of_all_events_must_be_right(client, said, field):
    answer = client.post(URL, json={"events": [OPENED], **said}, headers=OWN_PAGE)

    assert (answer.status_code, [error["field"] for error in answer.json["errors"]]) == (422, [field])


def test_a_server_with_a_key_is_nobodys_visit(app, make_key):
    headers = {"Authorization": f"Bearer {make_key('events:write')}", "User-Agent": "python-requests/2.32"}
    client = app.test_client()
    client.post(URL, json=OPENED, headers=headers)
    client.post(URL, json={"events": [OPENED], "visitor_id": "v" * 22}, headers={**headers, "DNT": "1"})

    assert senders(app) == [Sender(), Sender("v" * 22)]


def test_the_name_of_a_stream_of_our_own_is_refused_with_a_key_too(client, make_key):
    headers = {"Authorization": f"Bearer {make_key('events:write')}"}
    for body in (OPENED | {"session_id": "mingus-server-letters"}, [OPENED | {"session_id": "mingus-server-"}]):
        answer = client.post(URL, json=body, headers=headers)

        assert answer.status_code == 422
        assert "names that begin with mingus-server- are reserved" in answer.json["errors"][0]["message"]
    alike = OPENED | {"session_id": "mingus-servers"}
    assert (
        client.post(URL, json=[alike, OPENED | {"session_id": "x-mingus-server-1"}], headers=headers).status_code == 202
    )


SAID = {"country": "US", "region": "US-CA", "device": "tablet", "is_bot": True}


def test_a_server_with_a_key_says_whom_it_speaks_for(any_app):
    with any_app.app_context():
        key = get(KeyService).create("server", [Scope.EVENTS_WRITE])
    client, headers = any_app.test_client(), {"Authorization": f"Bearer {key}"}
    small, tor = {"country": "us", "region": "ca"}, {"country": "T1"}
    for said in (SAID, {"country": "US", "region": "CA-ON"}, {"country": "ZZ", "region": "ZZ-1"}, small, tor):
        assert client.post(URL, json={"events": [OPENED], **said}, headers=headers).status_code == 202

    assert senders(any_app) == [
        Sender(None, "US", "US-CA", "tablet", is_bot=True), Sender(None, "US"), Sender(),
        Sender(None, "US", "US-CA"), Sender(),
    ]  # fmt: skip


@pytest.mark.parametrize("said", [{"country": 1}, {"region": ["CA"]}, {"device": "watch"}, {"is_bot": 1}])
def test_what_a_server_says_must_be_right(client, make_key, said):
    headers = {"Authorization": f"Bearer {make_key('events:write')}"}
    answer = client.post(URL, json={"events": [OPENED], **said}, headers=headers)

    assert (answer.status_code, [error["field"] for error in answer.json["errors"]]) == (422, [*said])


def test_what_a_browser_says_of_that_is_not_believed(app):
    post(app, {"events": [OPENED], **SAID})

    assert [(one.country, one.region, one.device, one.is_bot) for one in senders(app)] == [
        (None, None, "mobile", False)
    ]


@pytest.mark.parametrize("header", ["Sec_GPC", "DNT"])
def test_who_asks_not_to_be_tracked_is_not(any_app, header):
    answer = post(any_app, "not even read", **{header: "1"})

    assert (answer.status_code, answer.data, answer.headers["Tk"]) == (204, b"", "N")
    assert senders(any_app) == []
    assert post(any_app, **{header: "0"}).status_code == 202


def test_the_address_is_in_no_table_and_in_no_log(any_app, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    post(any_app, [OPENED, {**OPENED, "timestamp": "2190-01-01T00:00:00Z"}, {**OPENED, "timestamp": "noon"}])
    post(any_app, "unreadable")
    with any_app.app_context():
        tables = [text(f"SELECT * FROM {name}") for name in inspect(db.engine).get_table_names()]
        kept = [row for table in tables for row in db.session.execute(table)]
    any_app.testing = False
    any_app.extensions.pop("mingus")
    assert post(any_app).status_code == 500

    said = f"{kept} {caplog.text} {capsys.readouterr()}"
    assert all(word in said for word in ("ai_calculator_opened", "mingus.access", "Traceback"))
    assert ADDRESS not in said
