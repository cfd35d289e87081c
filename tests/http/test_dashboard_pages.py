"""DASH-1, DASH-6, DASH-7 as pages: who may see them, what an address asks, what the funnel says."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from uuid import uuid4

import pytest
from werkzeug.datastructures import MultiDict

from backend.accounts.permissions import Role
from backend.analytics.events.event import Event, as_json
from backend.analytics.events.service import EventTracker
from backend.analytics.events.steps import WAY
from backend.analytics.metrics.funnel.definition import WINDOW, FunnelQuery
from backend.analytics.metrics.funnel.service import FunnelReport
from backend.analytics.metrics.period import Period
from backend.csv_table import cell
from backend.dashboards.funnel.page import FunnelPage, Links
from backend.dashboards.funnel.question import FunnelQuestion
from backend.dashboards.names import Names
from backend.dashboards.periods import zone_label
from backend.dashboards.question import PageQuestion
from backend.plugins import get
from backend.routes.schemas.funnel import funnel_csv
from tests.accounts import BROWSER, make_account, signed_in
from tests.funnel_oracle import funnel

HOME = "/analytics/funnel"
NOW = datetime(2026, 11, 21, 14, 32, tzinfo=UTC)
LONG_AGO = date(2020, 1, 1)


@pytest.fixture
def record(app):
    """Return a function that stores one session that goes through the first `steps` of the funnel."""

    def store(session_id, steps, began):
        events = []
        for index, definition in enumerate(WAY[:steps]):
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
        str(number): [(began + timedelta(seconds=40 * k), step.name) for k, step in enumerate(WAY[:depth])]
        for number, depth in enumerate(depths)
    }
    return FunnelReport(
        FunnelQuery(Period.between(None, None, "UTC", now)), funnel(visits, now, WAY), now, "duckdb", demo=False
    )


def shown(*depths, **times):
    """The page of such a report."""
    question = FunnelQuestion.parse(MultiDict(), "UTC", NOW)
    links = Links(lambda page: "/funnel", lambda bar: "/sessions")
    return FunnelPage.of(report(*depths, **times), question, Names({}), links)


def test_what_an_operator_sees_is_never_stored(analyst):
    assert analyst.get(HOME).headers["Cache-Control"] == "no-store"


def test_an_empty_funnel_says_why_and_what_to_do(analyst):
    page = analyst.get(HOME, headers=BROWSER).text

    assert "Nobody opened the calculator in this period" in page
    assert "New visits appear within seconds. Bots" in page
    assert 'href="/ai-job-impact-calculator"' in page


def test_the_page_counts_what_was_recorded(analyst, record):
    began = datetime.now(UTC) - timedelta(minutes=10)
    for number in range(12):
        record(f"session-{number}", 5 if number < 3 else 3 if number < 9 else 1, began)

    page = analyst.get(HOME, headers=BROWSER).text

    assert "Of 12 sessions, 9 saw the result" in page
    assert "9 still going" in page
    assert "n &lt; 10" in page
    assert "The last day isn’t over." in page


@pytest.mark.parametrize(
    ("sessions", "below"), [(9, "of 9 sessions, too few for a rate"), (12, "33.3% of 12 sessions")]
)
def test_a_tile_counts_before_it_speaks_of_rates(analyst, record, sessions, below):
    for number in range(sessions):
        record(f"session-{number}", 3 if number < 4 else 1, datetime.now(UTC) - timedelta(minutes=10))

    tile = analyst.get(HOME, headers=BROWSER).text.partition(">Saw the result</a></h2>")[2]

    assert re.findall(r'kpi__(?:value|n)">([^<]*)<', tile)[:2] == ["4", below]


@pytest.mark.parametrize(("start", "status"), [("2016-01-28", 422), ("2016-01-29", 200)])
def test_more_than_ten_years_come_back_to_be_changed(analyst, start, status):
    answer = analyst.get(f"{HOME}?start={start}&end=2026-02-04", headers=BROWSER)

    assert answer.status_code == status
    assert ("Choose 3,660 days or fewer." in answer.text) == (status == 422)


def test_wrong_dates_come_back_to_be_mended(analyst):
    answer = analyst.get(f"{HOME}?start=2026-13-01&end=soon&tz=Mars/Olympus", headers=BROWSER)

    assert answer.status_code == 422
    assert "<title>Error: Funnel" in answer.text
    assert answer.text.count("Enter the first day as year, month and day") == 2
    assert answer.text.count("Enter the last day as year, month and day") == 2
    assert answer.text.count("Choose a time zone from the list.") == 2
    assert 'value="2026-13-01"' in answer.text
    assert 'value="soon"' in answer.text


def test_hostile_values_are_shown_as_text(analyst):
    answer = analyst.get(HOME, query_string={"start": '"><script>alert(1)</script>'}, headers=BROWSER)

    assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("today", "2026-11-21", "2026-11-21"),
        ("yesterday", "2026-11-20", "2026-11-20"),
        ("7d", "2026-11-14", "2026-11-20"),
        ("30d", "2026-10-22", "2026-11-20"),
        ("90d", "2026-08-23", "2026-11-20"),
        ("month", "2026-11-01", "2026-11-21"),
        ("last_month", "2026-10-01", "2026-10-31"),
        ("12mo", "2025-11-21", "2026-11-20"),
        ("all", "2023-11-05", "2026-11-21"),
    ],
)
def test_presets_of_so_many_days_end_yesterday(period, first, last):
    question = PageQuestion.parse(MultiDict({"period": period}), "UTC", NOW, first_day=lambda: date(2023, 11, 5))

    assert (question.start, question.end) == (first, last)
    assert question.address() == {"period": period, "tz": "UTC"}


def test_twelve_months_from_a_leap_day_begin_on_the_first_of_march():
    question = PageQuestion.parse(MultiDict({"period": "12mo"}), "UTC", datetime(2028, 2, 29, 9, tzinfo=UTC))

    assert (question.start, question.end) == ("2027-03-01", "2028-02-28")


@pytest.mark.parametrize(
    ("first_day", "period"),
    [(None, "all"), (date(2026, 11, 21), "all"), (date(2026, 11, 20), "all"), (LONG_AGO, "30d")],
)
def test_a_page_opens_with_thirty_days_unless_the_first_event_came_just_now(first_day, period):
    assert PageQuestion.parse(MultiDict(), "UTC", NOW, first_day=lambda: first_day).preset == period


@pytest.mark.parametrize(
    ("asked", "beside"),
    [
        ({"period": "30d"}, "2026-11-21"),
        ({"period": "7d", "grain": "hour"}, "2026-11-21"),
        ({"period": "month"}, None),
        ({"period": "12mo"}, None),
        ({"start": "2026-11-01", "end": "2026-11-20"}, None),
    ],
)
def test_today_stands_beside_a_period_that_ends_yesterday(asked, beside):
    so_far = PageQuestion.parse(MultiDict(asked), "UTC", NOW).so_far

    assert (so_far and f"{so_far.first_day}") == beside


@pytest.mark.parametrize(
    ("asked", "compare", "kept"),
    [
        ({}, "previous_period", {}),
        ({"compare": "previous_year"}, "previous_year", {"compare": "previous_year"}),
        ({"compare": "none"}, None, {"compare": "none"}),
        ({"period": "all"}, None, {}),
        ({"period": "all", "compare": "previous_year"}, None, {}),
    ],
)
def test_pages_compare_with_the_previous_period_unless_told_otherwise(asked, compare, kept):
    question = PageQuestion.parse(MultiDict({"period": "7d"} | asked), "UTC", NOW)

    assert question.compare == compare
    assert {name: value for name, value in question.address().items() if name == "compare"} == kept


@pytest.mark.parametrize(
    ("asked", "grain"),
    [
        ({"period": "today"}, "hour"),
        ({"period": "30d"}, "day"),
        ({"period": "12mo"}, "week"),
        ({"period": "all"}, "month"),
        ({"period": "7d", "grain": "hour"}, "hour"),
        ({"period": "12mo", "grain": "month"}, "month"),
    ],
)
def test_the_grain_follows_the_days_unless_one_is_chosen(asked, grain):
    question = PageQuestion.parse(MultiDict(asked), "UTC", NOW, first_day=lambda: date(2023, 11, 5))

    assert question.grain == grain
    assert question.address().get("grain") == asked.get("grain")


def test_a_grain_of_too_many_points_is_refused_with_their_number(analyst):
    answer = analyst.get("/analytics?period=12mo&grain=hour", headers=BROWSER)

    assert answer.status_code == 422
    assert "By hour these dates give about 8,760 points, too many to read." in answer.text


def test_today_is_the_zones_own_day():
    question = PageQuestion.parse(
        MultiDict({"period": "month", "tz": "Asia/Tokyo"}), "UTC", datetime(2026, 10, 31, 20, tzinfo=UTC)
    )

    assert (question.start, question.end) == ("2026-11-01", "2026-11-01")


def test_a_range_is_its_own_address():
    question = PageQuestion.parse(
        MultiDict({"start": "2026-11-01", "end": "2026-11-09", "tz": "Asia/Kolkata"}), "UTC", NOW
    )

    assert PageQuestion.parse(MultiDict(question.address()), "UTC", NOW) == question


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
    question = PageQuestion.parse(MultiDict(asked), "UTC", NOW)

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
    assert shown(*depths).message == message


def test_bars_show_who_came_and_who_left():
    page = shown(1, 1, 2, 8)

    assert [(row.before, row.reach) for row in page.rows[:3]] == [(1, 1), (1, 0.5), (0.5, 0.25)]


def test_the_largest_loss_is_sought_on_the_way_to_the_result():
    page = shown(*[1] * 3, *[2] * 5, *[3] * 12)

    assert (page.loss.before, page.loss.after, page.loss.lost, page.loss.of) == ("Chose a job", "Saw the result", 5, 17)
    assert shown(3, 3).loss is None


@pytest.mark.parametrize(
    ("now", "before", "tone", "change", "previous"),
    [
        ([1] * 400 + [2] * 600, [1] * 50 + [2] * 50, "change--flat", "down 10.0 pt", "a loss of 50.0%"),
        ([1] * 300 + [2] * 700, [1] * 50 + [2] * 50, "change--better", "down 20.0 pt", "a loss of 50.0%"),
        ([1] * 70 + [2] * 30, [1] * 500 + [2] * 500, "change--worse", "up 20.0 pt", "a loss of 50.0%"),
        ([1] * 70 + [2] * 30, [1] * 4 + [2], "change--flat", "", ""),
        ([1] * 4 + [2], [1] * 50 + [2] * 50, "change--flat", "", "a loss of 50.0%"),
    ],
)
def test_the_largest_loss_is_compared_by_its_rate(now, before, tone, change, previous):
    """More sessions lose more; that is not worse."""
    asked = FunnelQuestion.parse(MultiDict({"steps": "ai_calculator_opened,calculator_step_completed:1"}), "UTC", NOW)
    now, before = (replace(one, steps=one.steps[:2]) for one in (report(*now).funnel, report(*before).funnel))
    links = Links(lambda page: "/funnel", lambda bar: "/sessions")
    page = FunnelPage.of(replace(report(1), funnel=now, before=before), asked, Names({}), links)

    tile = page.tiles[-1]
    assert tile.value == f"−{page.loss.lost}"
    assert (tile.tone, tile.change.words if tile.change else "", tile.previous) == (tone, change, previous)


def test_sessions_inside_their_window_are_announced():
    assert shown(1, 8, began=NOW - timedelta(minutes=10)).immature == 1
    assert shown(1, 8, began=NOW - timedelta(hours=2)).immature == 0  # the session is over, not the window
    assert shown(1, began=NOW - WINDOW).immature == 0


def test_the_csv_is_the_rows_on_the_page(analyst, record):
    record("session-1", 3, datetime.now(UTC) - timedelta(minutes=10))
    answer = analyst.get(f"{HOME}.csv?period=all")
    rows = list(csv.DictReader(StringIO(answer.text)))

    assert answer.mimetype == "text/csv"
    assert re.fullmatch(r"attachment; filename=funnel_[\d-]{10}_[\d-]{10}\.csv", answer.headers["Content-Disposition"])
    assert [row["step"] for row in rows] == [step.label for step in WAY]
    assert [row["sessions"] for row in rows] == ["1", "1", "1", "0", "0"]
    assert rows[1]["of_first"] == ""
    assert rows[1]["median_seconds"] == "30.0"


def test_a_csv_of_an_impossible_period_is_refused(analyst):
    answer = analyst.get(f"{HOME}.csv?start=soon", headers={"Accept": "application/json"})

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == ["start"]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@a", "\ta", "\ra", "\x00a", "\uff1d1", "\uff0b1", "\uff0d1", "\uff20a"]
)
def test_text_in_a_csv_is_no_formula(text):
    """Check 32."""
    assert cell(text) == f"'{text}"


def test_ordinary_text_and_numbers_in_a_csv_stay_what_they_are():
    rows = list(csv.reader(StringIO(funnel_csv(report(*[1] * 12)))))

    assert cell("Gave place and industry") == "Gave place and industry"
    assert rows[2][1:5] == ["0", "0.0", "0.0", "12"]


def test_a_page_that_is_not_there_suggests_where_to_begin(client):
    page = client.get("/nowhere", headers=BROWSER)

    assert page.status_code == 404
    assert "Page not found" in page.text
    assert '<a class="btn btn--primary" href="/">' in page.text


def test_a_member_is_told_that_the_dashboards_are_not_for_them(app, client):
    page = signed_in(client, make_account(app, Role.MEMBER)).get(HOME, headers=BROWSER)

    assert page.status_code == 403
    assert "Your account can’t view the dashboards. An admin can give it a role that can." in page.text
    assert "dashboards:read" not in page.text
