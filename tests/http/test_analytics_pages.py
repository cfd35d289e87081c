"""DASH-1, DASH-6, DASH-7 as pages: who may see them, what an address asks, what the funnel says."""

from __future__ import annotations

import csv
import re
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from uuid import uuid4

import pytest
from flask import session

from backend.accounts.keys.key import ApiKey
from backend.accounts.keys.service import KeyService
from backend.analytics.events.event import Event, as_json
from backend.analytics.events.service import EventTracker
from backend.analytics.events.steps import STEPS
from backend.analytics.metrics.funnel import WINDOW
from backend.analytics.metrics.period import Period
from backend.analytics.metrics.service import FunnelReport
from backend.csv_table import text_cell
from backend.plugins import get
from backend.routes.schemas.analytics_pages import (
    FunnelPage,
    FunnelQuestion,
    funnel_csv,
    safe_next,
    zone_label,
)
from tests.funnel_oracle import funnel
from tests.http.signing_in import BROWSER, HOME, sign_in, token

NOW = datetime(2026, 11, 21, 14, 32, tzinfo=UTC)
ELSEWHERE = [
    "",
    "analytics",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "https:evil.example",
    "https://evil.example/analytics",
    "javascript:alert(1)",
    "%2f%2fevil.example",
    "/%2fevil.example",
    "/%5cevil.example",
    "/\t/evil.example",
    "/analytics\r\nSet-Cookie: a=b",
    "/analytics%0d%0aSet-Cookie: a=b",
    "/\x00/evil.example",
    " //evil.example",
    "\uff0f\uff0fevil.example",
]


@pytest.fixture
def signed_in(client, make_key):
    sign_in(client, make_key("dashboards:read"))
    return client


@pytest.fixture
def record(app):
    """Return a function that stores one session that goes through the first `steps` of the funnel."""

    def store(session_id, steps, began):
        events = []
        for index, definition in enumerate(STEPS[:steps]):
            name, _, number = definition.name.partition(":")
            at = began + timedelta(seconds=30 * index)
            data = {"step": int(number)} if number else {}
            events.append(Event(uuid4(), name, session_id, None, at, as_json(data)))
        with app.app_context():
            get(EventTracker).record(events)

    return store


def report(*depths, now=NOW, began=NOW - timedelta(hours=1)):
    """A report on one session per depth, each step 40 seconds after the one before."""
    visits = {
        str(number): [(began + timedelta(seconds=40 * k), step.name) for k, step in enumerate(STEPS[:depth])]
        for number, depth in enumerate(depths)
    }
    return FunnelReport(funnel(visits, now), Period.between(None, None, "UTC", now), now, "duckdb")


def test_a_stranger_is_led_to_sign_in_and_back(client, make_key):
    asked = client.get(f"{HOME}?period=7d&tz=America/New_York", headers=BROWSER)
    form = client.get(asked.location, headers=BROWSER).text
    target = re.search(r'name="next" value="([^"]+)"', form)[1].replace("&amp;", "&")

    answer = sign_in(client, make_key("dashboards:read"), next=target)

    assert asked.status_code == answer.status_code == 303
    assert answer.location == f"{HOME}?period=7d&tz=America/New_York"
    assert client.get(answer.location, headers=BROWSER).status_code == 200


@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_never_leads_to_another_site(client, make_key, target):
    """Check 33."""
    assert safe_next(target) == HOME
    assert sign_in(client, make_key("dashboards:read"), next=target).location == HOME


@pytest.mark.parametrize("target", ["/", "/analytics/funnel.csv?tz=America%2FNew_York&start=2026-11-01", "/a/b#c"])
def test_signing_in_leads_to_where_one_wanted_to_go(target):
    assert safe_next(target) == target


def test_a_key_copied_with_line_breaks_is_taken(client, make_key):
    key = make_key("dashboards:read")

    assert sign_in(client, f"  {key[:30]}\r\n{key[30:]} ").status_code == 303


def test_signing_in_begins_a_fresh_session(client, make_key):
    with client.session_transaction() as before:
        before["draft"] = "of somebody else"
    before_token = token(client)

    with client:
        sign_in(client, make_key("dashboards:read"))
        assert "draft" not in session
    assert token(client, HOME) != before_token


@pytest.mark.parametrize(
    ("api_key", "status", "message"),
    [
        ("", 422, "Enter an API key."),
        ("mgs_live_nonsense", 401, "The API key is not valid."),
        (str(ApiKey.new()), 401, "The API key is not valid."),
    ],
)
def test_a_failed_sign_in_says_what_to_mend_twice_in_the_same_words(client, api_key, status, message):
    answer = sign_in(client, api_key, next="/analytics/funnel?period=7d")

    assert answer.status_code == status
    assert answer.text.count(message) == 2
    assert "<title>Error: Sign in" in answer.text
    assert 'value="/analytics/funnel?period=7d"' in answer.text
    with client.session_transaction() as cookie:
        assert "sign_in" not in cookie


def test_a_key_without_the_scope_is_told_which_one_it_lacks(client, make_key):
    answer = sign_in(client, make_key("events:write"))

    assert answer.status_code == 403
    assert answer.text.count("This API key lacks the scope dashboards:read.") == 2
    assert client.get(HOME, headers=BROWSER).status_code == 303


def test_a_form_without_its_token_or_from_another_site_is_refused(client, make_key):
    key = make_key("dashboards:read")

    assert client.post("/analytics/sign-in", data={"api_key": key}).status_code == 400
    foreign = {"csrf_token": token(client), "api_key": key}
    answer = client.post("/analytics/sign-in", data=foreign, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_revoking_the_key_signs_its_browsers_out(app, client, make_key):
    key = make_key("dashboards:read")
    sign_in(client, key)
    assert client.get(HOME, headers=BROWSER).status_code == 200

    app.test_cli_runner().invoke(args=["keys", "revoke", ApiKey.parse(key).id])

    assert client.get(HOME, headers=BROWSER).status_code == 303


def test_signing_out_ends_the_session(signed_in):
    answer = signed_in.post("/analytics/sign-out", data={"csrf_token": token(signed_in, HOME)})

    assert answer.location == "/analytics/sign-in"
    assert signed_in.get(HOME, headers=BROWSER).status_code == 303


def test_whoever_is_signed_in_need_not_sign_in_again(signed_in):
    assert signed_in.get("/analytics/sign-in?next=/analytics/funnel.csv").location == "/analytics/funnel.csv"


def test_analytics_begins_with_the_funnel(client):
    assert client.get("/analytics").location == HOME


def test_what_an_operator_sees_is_never_stored(signed_in):
    assert signed_in.get(HOME).headers["Cache-Control"] == "no-store"


def test_an_empty_funnel_says_why_and_what_to_do(signed_in):
    page = signed_in.get(HOME, headers=BROWSER).text

    assert "Nobody opened the calculator in these days" in page
    assert "New visits show here within seconds. Robots" in page
    assert 'href="/ai-job-impact-calculator"' in page


def test_the_page_counts_what_was_recorded(signed_in, record):
    began = datetime.now(UTC) - timedelta(minutes=10)
    for number in range(12):
        record(f"session-{number}", 8 if number < 3 else 6 if number < 9 else 1, began)

    page = signed_in.get(HOME, headers=BROWSER).text

    assert "Of 12 sessions, 9 saw the result" in page
    assert "9 may yet go on" in page
    assert "n &lt; 10" in page
    assert "is partial" in page


@pytest.mark.parametrize(("sessions", "below"), [(9, "Too few for a rate"), (12, "33.3% of sessions")])
def test_a_tile_counts_before_it_speaks_of_rates(signed_in, record, sessions, below):
    for number in range(sessions):
        record(f"session-{number}", 6 if number < 4 else 1, datetime.now(UTC) - timedelta(minutes=10))

    tile = signed_in.get(HOME, headers=BROWSER).text.partition('kpi__label">Saw the result')[2].partition("kpi__n")[0]

    assert re.findall(r"<p[^>]*>([^<]*)</p>", tile) == ["4", below]


@pytest.mark.parametrize(("start", "status"), [("2024-12-31", 422), ("2025-01-01", 200)])
def test_more_than_400_days_come_back_to_be_mended(signed_in, start, status):
    answer = signed_in.get(f"{HOME}?start={start}&end=2026-02-04", headers=BROWSER)

    assert answer.status_code == status
    assert ("The days must be 400 at most." in answer.text) == (status == 422)


def test_wrong_dates_come_back_to_be_mended(signed_in):
    answer = signed_in.get(f"{HOME}?start=2026-13-01&end=soon&tz=Mars/Olympus", headers=BROWSER)

    assert answer.status_code == 422
    assert "<title>Error: Funnel" in answer.text
    assert answer.text.count("Enter the first day as year, month and day") == 2
    assert answer.text.count("Enter the last day as year, month and day") == 2
    assert answer.text.count("Choose a time zone from the list.") == 2
    assert 'value="2026-13-01"' in answer.text
    assert 'value="soon"' in answer.text


def test_hostile_values_are_shown_as_text(signed_in):
    answer = signed_in.get(HOME, query_string={"start": '"><script>alert(1)</script>'}, headers=BROWSER)

    assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    ("period", "first"),
    [("7d", date(2026, 11, 15)), ("30d", date(2026, 10, 23)), ("90d", date(2026, 8, 24)), ("month", date(2026, 11, 1))],
)
def test_presets_count_days_up_to_and_with_today(period, first):
    question = FunnelQuestion.parse({"period": period}, "UTC", NOW)

    assert (question.start, question.end) == (f"{first}", "2026-11-21")
    assert question.address() == {"period": period, "tz": "UTC"}


def test_today_is_the_zones_own_day():
    question = FunnelQuestion.parse(
        {"period": "month", "tz": "Asia/Tokyo"}, "UTC", datetime(2026, 10, 31, 20, tzinfo=UTC)
    )

    assert (question.start, question.end) == ("2026-11-01", "2026-11-01")


def test_a_range_is_its_own_address():
    question = FunnelQuestion.parse({"start": "2026-11-01", "end": "2026-11-09", "tz": "Asia/Kolkata"}, "UTC", NOW)

    assert FunnelQuestion.parse(question.address(), "UTC", NOW) == question


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"start": "2026-11-22"}, "start"),
        ({"start": "2026-11-09", "end": "2026-11-01"}, "start"),
        ({"start": "1066-10-14"}, "start"),
        ({"end": "9999-12-31"}, "end"),
        ({"period": "fortnight"}, "period"),
        ({"tz": "../../etc/passwd"}, "tz"),
        ({"tz": "\x00"}, "tz"),
    ],
)
def test_an_impossible_period_is_refused_by_field(asked, field):
    question = FunnelQuestion.parse(asked, "UTC", NOW)

    assert question.period is None
    assert [error.field for error in question.errors] == [field]


def test_zones_say_how_far_from_utc_they_are():
    assert [zone_label(z, NOW) for z in ("UTC", "America/New_York", "Asia/Kolkata")] == [
        "UTC",
        "New York (UTC\u22125)",
        "Kolkata (UTC+5:30)",
    ]


@pytest.mark.parametrize(
    ("depths", "message"),
    [
        ([], "Of 0 sessions, none saw the result"),
        ([1], "Of 1 session, none saw the result"),
        ([8], "Of 1 session, 1 saw the result"),
        ([6] * 1204, "Of 1,204 sessions, 1,204 saw the result"),
    ],
)
def test_the_title_states_the_finding(depths, message):
    assert FunnelPage.of(report(*depths)).message == message


def test_bars_show_who_came_and_who_left():
    page = FunnelPage.of(report(1, 1, 2, 8))

    assert [(row.before, row.reach) for row in page.rows[:3]] == [(1, 1), (1, 0.5), (0.5, 0.25)]


def test_the_largest_loss_is_sought_on_the_way_to_the_result():
    page = FunnelPage.of(report(*[1] * 3, *[2] * 5, *[6] * 12))

    assert (page.loss.before, page.loss.after, page.loss.lost, page.loss.of) == ("Job", "Place and industry", 5, 17)
    assert FunnelPage.of(report(6, 6)).loss is None


def test_sessions_inside_their_window_are_announced():
    assert FunnelPage.of(report(1, 8)).immature == 1
    assert FunnelPage.of(report(1, began=NOW - WINDOW)).immature == 0


def test_the_csv_is_the_rows_on_the_page(signed_in, record):
    record("session-1", 3, datetime.now(UTC) - timedelta(minutes=10))
    answer = signed_in.get(f"{HOME}.csv?period=7d")
    rows = list(csv.DictReader(StringIO(answer.text)))

    assert answer.mimetype == "text/csv"
    assert re.fullmatch(r"attachment; filename=funnel_[\d-]{10}_[\d-]{10}\.csv", answer.headers["Content-Disposition"])
    assert [row["step"] for row in rows] == [step.label for step in STEPS]
    assert [row["sessions"] for row in rows] == ["1", "1", "1", "0", "0", "0", "0", "0"]
    assert rows[1]["of_first"] == ""
    assert rows[1]["median_seconds"] == "30.0"


def test_a_csv_of_an_impossible_period_is_refused(signed_in):
    answer = signed_in.get(f"{HOME}.csv?start=soon", headers={"Accept": "application/json"})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == ["start"]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@a", "\ta", "\ra", "\x00a", "\uff1d1", "\uff0b1", "\uff0d1", "\uff20a"]
)
def test_text_in_a_csv_is_no_formula(text):
    """Check 32."""
    assert text_cell(text) == f"'{text}"


def test_ordinary_text_and_numbers_in_a_csv_stay_what_they_are():
    rows = list(csv.reader(StringIO(funnel_csv(report(*[1] * 12)))))

    assert text_cell("Place and industry") == "Place and industry"
    assert rows[2][1:5] == ["0", "0.0", "0.0", "12"]


def test_a_page_that_is_not_there_suggests_where_to_begin(client):
    page = client.get("/nowhere", headers=BROWSER)

    assert page.status_code == 404
    assert "There is no such page" in page.text
    assert '<a class="btn btn--primary" href="/">' in page.text


def test_a_signed_in_key_without_the_scope_may_sign_in_with_another(app, client, make_key):
    with app.app_context():
        _, sign_in_token = get(KeyService).sign_in(make_key("events:write"))
    with client.session_transaction() as cookie:
        cookie["sign_in"] = sign_in_token

    page = client.get(HOME, headers=BROWSER)

    assert page.status_code == 403
    assert "This needs the scope dashboards:read." in page.text
    assert 'href="/analytics/sign-in"' in page.text
