"""DASH-2, DASH-4..6, DASH-8: the catalogue and the dashboards that are built on it, over HTTP."""

from __future__ import annotations

import csv
from datetime import datetime
from io import StringIO
from uuid import uuid4

import pytest

from backend.analytics.events.event import Event, as_json
from backend.analytics.events.service import EventTracker
from backend.analytics.metrics.catalogue.dimensions import DIMENSIONS, SESSIONS_ONLY
from backend.plugins import get
from backend.routes.schemas.metrics import DashboardQuery

QUERY = "/api/analytics/query"
DAY = "2026-03-08"
PERIOD = {"start": DAY, "end": DAY, "tz": "UTC"}


@pytest.fixture
def analyst(app, make_key):
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {make_key('events:write', 'dashboards:read')}"
    return client


@pytest.fixture
def visits(analyst):
    """Twelve sessions from a newsletter, of which six come to a result and three ask to upgrade; one direct."""
    for number in range(12):
        send(analyst, f"n{number}", "ai_calculator_opened", source="newsletter")
        if number < 6:
            send(
                analyst,
                f"n{number}",
                "assessment_submitted",
                job_title="=Nurse",
                risk_level="low",
                occupation="29-1141",
            )
        if number < 3:
            send(analyst, f"n{number}", "paid_upgrade_clicked", price_cents=2_900)
    send(analyst, "d", "ai_calculator_opened")
    return analyst


def send(client, session, name, at="10:00", visitor=None, **data):
    event = {"session_id": session, "event_type": name, "timestamp": f"{DAY}T{at}:00Z", "event_data": data}
    envelope = {"events": [event]} | ({"visitor_id": visitor} if visitor else {})
    assert client.post("/api/analytics/event", json=envelope).status_code == 202


def ask(client, **body):
    answer = client.post(QUERY, json=PERIOD | body)
    assert answer.status_code == 200, answer.json
    return answer.json


def test_a_query_answers_with_rows_totals_and_what_it_understood(visits):
    answer = ask(visits, measures=["sessions", "completion_rate", "revenue"], dimensions=["source"], order="-sessions")

    assert answer["data"] == [
        {
            "source": "newsletter",
            "sessions": 12,
            "completion_rate": 0.5,
            "assessments": 6,
            "opened": 12,
            "revenue": 8_700,
        },
        {"source": None, "sessions": 1, "completion_rate": None, "assessments": 0, "opened": 1, "revenue": 0},
    ]
    meta = answer["meta"]
    assert meta["totals"] == {
        "sessions": 13,
        "completion_rate": 0.461538,
        "assessments": 6,
        "opened": 13,
        "revenue": 8_700,
    }
    assert meta["n"] == {"sessions": 13, "completion_rate": 13, "revenue": 3}
    assert (meta["more"], meta["currencies"], meta["engine"]) == (False, ["USD"], "duckdb")
    assert meta["plan"]["dimensions"] == ["source"]
    assert meta["as_of"]


def test_measures_of_sessions_and_of_events_in_one_query_each_say_on_how_many_they_rest(visits):
    meta = ask(visits, measures=["events", "sessions", "conversion_rate"], compare="previous_period")["meta"]

    assert meta["n"] == {"events": 22, "sessions": 13, "conversion_rate": 6}
    assert meta["compare"]["n"] == {"events": 0, "sessions": 0, "conversion_rate": 0}


def test_the_same_number_is_the_same_everywhere(visits):
    asked = ask(visits, measures=["assessments"])["meta"]["totals"]["assessments"]
    query = f"?start={DAY}&end={DAY}&tz=UTC"
    funnel = visits.get(f"/api/analytics/dashboard/funnel{query}").json["data"]["steps"]
    places = {name: visits.get(f"/api/analytics/dashboard/{name}{query}") for name in ("conversions", "popular")}

    assert [step["sessions"] for step in funnel if step["name"] == "ai_calculator_opened"] == [13]
    assert {name: answer.json["meta"]["totals"]["assessments"] for name, answer in places.items()} == {
        "conversions": asked,
        "popular": asked,
    }
    assert asked == 6


def test_events_of_the_server_itself_are_counted_and_are_nobodys_visit(app, visits):
    """One session longer, one visitor more or one event in a session more would show."""
    before = ask(visits, measures=["sessions", "visitors", "session_events"])["meta"]["totals"]
    at = datetime.fromisoformat(f"{DAY}T10:20:00Z")
    letters = ["email_sent", "email_delivered", "payment_succeeded", "ai_calculator_opened"]
    with app.app_context():
        get(EventTracker).record(
            [Event(uuid4(), name, "mingus-server-letters", None, at, as_json({"source": "mail"})) for name in letters]
        )

    assert ask(visits, measures=["sessions", "visitors", "session_events"])["meta"]["totals"] == before
    counts = {"emails_sent": 1, "emails_delivered": 1, "payments_succeeded": 1}
    assert ask(visits, measures=[*counts])["meta"]["totals"] == counts


def test_a_day_without_the_same_day_a_year_earlier_is_compared_with_null_and_not_with_0(analyst):
    body = {"start": "2024-02-28", "end": "2024-03-01", "grain": "day", "compare": "previous_year"}
    answer = ask(analyst, measures=["sessions", "offer_rate"], **body)
    table = analyst.post(QUERY, json=PERIOD | body | {"measures": ["sessions"], "format": "csv"}).text.splitlines()
    earlier = [row["previous"] for row in answer["data"]]

    assert [row and row["sessions"] for row in earlier] == [0, None, 0]
    assert table == ["day,sessions,previous_sessions", "2024-02-28,0,0", "2024-02-29,0,", "2024-03-01,0,0"]
    body |= {"start": "2025-02-28", "end": "2025-03-01"}
    assert ask(analyst, measures=["sessions"], **body)["meta"]["compare"]["left_out"] == "2024-02-29"
    body |= {"start": "2024-02-29", "end": "2024-02-29"}
    assert ask(analyst, measures=["sessions"], **body)["meta"]["compare"] is None
    for path in ("funnel", "revenue", "conversions"):
        query = "?start=2024-02-29&end=2024-02-29&compare=previous_year"
        assert analyst.get(f"/api/analytics/dashboard/{path}{query}").json["meta"]["compare"] is None


def test_rates_rest_on_ten_sessions_or_are_not_given(visits):
    [row] = visits.get(f"/api/analytics/dashboard/conversions?start={DAY}&end={DAY}&risk_level=low").json["data"]

    assert (row["assessments"], row["upgrades"], row["conversion_rate"]) == (6, 3, None)


def test_a_rate_counts_people_with_a_result_and_of_them_those_who_asked_later_in_whichever_session(analyst):
    """Two hours after their results ten people press the button in sessions of their own, and so does an eleventh."""
    for number in range(10):
        send(analyst, f"r{number}", "ai_calculator_opened", visitor=f"a-lasting-visitor-{number}", source="google")
        submitted = {"job_title": "Nurse", "risk_level": "high"}
        send(analyst, f"r{number}", "assessment_submitted", visitor=f"a-lasting-visitor-{number}", **submitted)
    for number in range(11):
        send(analyst, f"u{number}", "paid_upgrade_clicked", "12:00", f"a-lasting-visitor-{number}", price_cents=2_900)
        if number % 2:
            send(analyst, f"u{number}", "conversion_offer_viewed", "12:00", f"a-lasting-visitor-{number}")
    whole = {"conversion_rate": 1.0, "plan_visitors": 10, "result_visitors": 10}
    nothing = {"conversion_rate": None, "plan_visitors": 0, "result_visitors": 0}

    for shape, key in ({"dimensions": ["source"]}, "google"), ({"dimensions": ["risk_level"]}, "high"):
        answer = ask(analyst, measures=["conversion_rate"], order="-conversion_rate", **shape)
        [dimension] = shape["dimensions"]
        assert answer["data"] == [{dimension: key, **whole}, {dimension: None, **nothing}]
        assert answer["meta"]["totals"] == whole
    [day] = ask(analyst, measures=["offer_rate"], grain="day", compare="previous_period")["data"]
    previous = {"offer_rate": None, "offer_visitors": 0, "result_visitors": 0}
    assert day == {"day": DAY, "offer_rate": 0.5, "offer_visitors": 5, "result_visitors": 10, "previous": previous}
    body = PERIOD | {"measures": ["conversion_rate"], "format": "csv"}
    table = analyst.post(QUERY, json=body).text.splitlines()
    assert table == ["conversion_rate,plan_visitors,result_visitors", "1.0,10,10"]


def test_money_is_of_one_currency_and_equal_clicks_of_a_session_are_one_intent(analyst):
    for number in range(10):
        send(analyst, f"p{number}", "paid_upgrade_clicked", price_cents=1_000, currency="USD" if not number else "EUR")
    for at, cents, currency in ("10:05", 1_000, "EUR"), ("10:06", 1_000, "EUR"), ("10:07", 500, "USD"):
        send(analyst, "p1", "paid_upgrade_clicked", at, price_cents=cents, currency=currency)
    measures = ["upgrades", "revenue", "revenue_per_upgrade"]

    dollars, euros = (ask(analyst, measures=measures, currency=name)["meta"] for name in ("USD", "EUR"))

    per_upgrade = {"revenue_per_upgrade": None}
    assert dollars["totals"] == {"upgrades": 10, "revenue": 1_500, **per_upgrade, "priced_upgrades": 2}
    assert euros["totals"] == {"upgrades": 10, "revenue": 9_000, **per_upgrade, "priced_upgrades": 9}
    assert dollars["currencies"] == ["EUR", "USD"]
    page = analyst.get(f"/analytics/revenue?start={DAY}&end={DAY}&tz=UTC&currency=EUR").text
    assert "€90" in page
    assert "n = 9 sessions with a price. Nothing is charged. USD left out." in page
    assert "Amounts in USD are left out; currency=USD in the address shows them." in page


def test_a_result_that_a_clock_puts_before_its_opening_has_no_time_and_is_counted_beside(analyst):
    for session, opened, result in ("wrong", "10:10", "10:00"), ("right", "10:00", "10:05"):
        send(analyst, session, "ai_calculator_opened", opened)
        send(analyst, session, "assessment_submitted", result, job_title="Nurse")

    totals = ask(analyst, measures=["median_time_to_result", "timed_results", "mistimed_results"])["meta"]["totals"]

    assert totals == {"median_time_to_result": 300.0, "timed_results": 1, "mistimed_results": 1}


def test_filters_are_query_parameters_and_the_empty_one_is_none(visits):
    def sessions(query):
        answer = visits.get(f"/api/analytics/dashboard/geographic?start={DAY}&end={DAY}&tz=UTC&{query}")
        return answer.json["meta"]["totals"]["sessions"]

    assert sessions("source=newsletter") == 12
    assert sessions("source=") == 1
    assert sessions("source=newsletter&source=") == 13
    assert sessions("source=newsletter&major_group=29") == 6
    everybody = sessions("")
    assert sessions("source_not=newsletter") == everybody - 12
    assert sessions("source_not=newsletter&source_not=") == everybody - 13
    assert sessions("source_not=") == everybody - 1
    assert sessions("source_contains=NEWS&source_contains=nowhere") == 12
    assert sessions("source_contains=news&source_not=newsletter") == 0


def test_every_dimension_of_sessions_is_a_filter():
    fields = set(DashboardQuery.model_fields)
    names = {name for name, dimension in DIMENSIONS.items() if dimension.sources >= SESSIONS_ONLY}

    assert {f"{name}{suffix}" for name in names for suffix in ("", "_not", "_contains")} <= fields


def test_csv_is_the_same_rows_and_no_text_becomes_a_formula(visits):
    query = f"?start={DAY}&end={DAY}&tz=UTC&compare=previous_period"
    rows = visits.get(f"/api/analytics/dashboard/popular{query}").json["data"]
    answer = visits.get(f"/api/analytics/dashboard/popular{query}&format=csv")
    table = list(csv.DictReader(StringIO(answer.text)))

    assert answer.mimetype == "text/csv"
    assert f"popular_{DAY}_{DAY}.csv" in answer.headers["Content-Disposition"]
    assert [row["job_title"] for row in table] == [f"'{row['job_title']}" if row["job_title"] else "" for row in rows]
    assert [int(row["assessments"]) for row in table] == [row["assessments"] for row in rows]
    assert [row["previous_assessments"] for row in table] == ["0"] * len(rows)


def test_totals_of_events_that_nobody_sent_are_zero(visits):
    counts = {"leads": 0, "emails_sent": 0, "payments_failed": 0}

    meta = ask(visits, measures=[*counts], start="2026-03-01", end="2026-03-01", compare="previous_period")["meta"]

    assert (meta["totals"], meta["compare"]["totals"]) == (counts, counts)


def test_a_table_says_in_its_head_what_is_in_cents(visits):
    body = PERIOD | {"measures": ["sessions", "revenue", "revenue_per_upgrade"], "compare": "previous_period"}
    table = visits.post("/api/analytics/query", json=body | {"format": "csv"}).text.splitlines()

    assert table[0] == (
        "sessions,revenue_cents,revenue_per_upgrade_cents,priced_upgrades,"
        "previous_sessions,previous_revenue_cents,previous_revenue_per_upgrade_cents,previous_priced_upgrades"
    )
    assert table[1].startswith("13,8700,")
    [row] = ask(visits, **body)["data"]
    assert row["revenue"] == 8_700


@pytest.mark.parametrize(
    ("body", "field", "hint"),
    [
        ({"measures": ["sesions"]}, "measures.0", "sessions"),
        ({"measures": ["sessions"], "dimensions": ["sorce"]}, "dimensions.0", "source"),
        ({"measures": ["sessions"], "filters": [{"field": "contry", "value": "US"}]}, "filters.0.field", "country"),
        ({"measures": []}, "measures", "at least one"),
        ({"measures": ["sessions", "sessions"]}, "measures", "repeat"),
        ({"measures": ["events"], "dimensions": ["source"]}, "measures", "have no source"),
        ({"measures": ["sessions"], "order": "-revenue"}, "order", "sessions"),
        ({"measures": ["sessions"], "limit": 0}, "limit", "between 1 and"),
        ({"measures": ["sessions"], "currency": "dollars"}, "currency", "USD"),
        ({"measures": ["sessions"], "currency": "usd"}, "currency", "USD"),
        ({"measures": ["sessions"], "filters": [{"field": "source", "op": "contains"}]}, "filters.0.value", "1 to 100"),
        ({"measures": ["sessions"], "grain": "minute"}, "grain", ""),
        ({"measures": ["sessions"], "start": "2026-03-09", "end": "2026-03-08"}, "start", "before end"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(analyst, body, field, hint):
    answer = analyst.post(QUERY, json=body)

    assert answer.status_code == 422
    assert any(error["field"] == field and hint in error["message"] for error in answer.json["errors"]), answer.json


def test_nothing_new_is_304_until_something_lands(visits):
    address = f"/api/analytics/dashboard/conversions?start={DAY}&end={DAY}&tz=UTC"
    tag = visits.get(address).headers["ETag"]

    assert visits.get(address, headers={"If-None-Match": tag}).status_code == 304
    assert visits.get(f"{address}&compare=previous_year", headers={"If-None-Match": tag}).status_code == 200
    send(visits, "late", "assessment_submitted", job_title="Nurse", risk_level="low")
    answer = visits.get(address, headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert answer.json["meta"]["totals"]["assessments"] == 7


def test_the_catalogue_lists_what_can_be_asked(analyst):
    data = analyst.get("/api/analytics/metrics").json["data"]
    measures = [measure["name"] for measure in data["measures"] if measure["source"] == "sessions"]

    assert "conversion_rate" in measures
    assert {dimension["name"] for dimension in data["dimensions"]} == set(DIMENSIONS)
    assert ask(analyst, measures=measures[:20])["data"][0]["sessions"] == 0


def test_days_without_visits_are_rows_of_zeros(visits):
    answer = ask(visits, measures=["sessions", "median_duration"], grain="day", start="2026-03-07", end="2026-03-09")

    assert [(row["day"], row["sessions"]) for row in answer["data"]] == [
        ("2026-03-07", 0),
        (DAY, 13),
        ("2026-03-09", 0),
    ]
    assert answer["data"][0]["median_duration"] is None
