"""DASH-3: whose revenue it is, over HTTP and in Python."""

from __future__ import annotations

import csv
from datetime import datetime
from io import StringIO

import pytest

from backend.analytics.ai_calculator_dashboard import ai_calculator_dashboard
from backend.analytics.metrics.attribution.models import Model

REVENUE = "/api/analytics/dashboard/revenue"
MARCH = "?start=2026-03-08&end=2026-03-08&tz=America/New_York"


@pytest.fixture
def analyst(app, make_key):
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {make_key('events:write', 'dashboards:read')}"
    return client


def visit(client, session, at, who, *, paid=None, currency="USD", **told):
    """A visit that opens the calculator, and perhaps pays a minute later."""
    event = {"session_id": session, "user_id": who}
    opened = event | {"event_type": "ai_calculator_opened", "timestamp": f"{at}:00Z", "event_data": told}
    events = [opened]
    if paid is not None:
        upgrade = {"price_cents": paid, "currency": currency}
        events.append(event | {"event_type": "paid_upgrade_clicked", "timestamp": f"{at}:59Z", "event_data": upgrade})
    assert client.post("/api/analytics/event", json=events).json["accepted"] == len(events)


@pytest.fixture
def visits(analyst):
    """Ann came by an ad and a mail and paid when she came back by herself, at midnight less a minute in New York."""
    visit(analyst, "a1", "2026-02-20T10:00", "ann", source="ads", medium="cpc", campaign="=spring")
    visit(analyst, "a2", "2026-03-07T10:00", "ann", source="mail")
    visit(analyst, "a3", "2026-03-09T03:58", "ann", source="direct", paid=1_001)
    visit(analyst, "b1", "2026-03-08T12:00", "bob", source="ads", medium="cpc", paid=500)
    visit(analyst, "c1", "2026-03-08T12:00", "cleo", source="tv", paid=700, currency="EUR")
    visit(analyst, "d1", "2026-03-08T12:00", "dan", source="mail")
    visit(analyst, "e1", "2026-03-09T04:00", "eve", source="late", paid=9_999)
    return analyst


def credited(client, query=""):
    answer = client.get(f"{REVENUE}{MARCH}{query}")
    assert answer.status_code == 200, answer.json
    assert sum(row["credited_cents"] for row in answer.json["data"]) == answer.json["meta"]["total_cents"]
    return {row["channel"]: row["credited_cents"] for row in answer.json["data"]}


def test_revenue_goes_to_the_last_channel_that_is_not_direct(visits):
    answer = visits.get(f"{REVENUE}{MARCH}").json

    assert answer["data"] == [
        {
            "channel": "mail",
            "credited_cents": 1_001,
            "conversions": 1.0,
            "share": 0.6669,
            "first_touches": 0,
            "previous": None,
        },
        {
            "channel": "ads",
            "credited_cents": 500,
            "conversions": 1.0,
            "share": 0.3331,
            "first_touches": 2,
            "previous": None,
        },
        {"channel": None, "credited_cents": 0, "conversions": 0.0, "share": 0.0, "first_touches": 0, "previous": None},
    ]
    meta = answer["meta"]
    assert (meta["total_cents"], meta["n"], meta["currency"], meta["lookback_days"]) == (1_501, 2, "USD", 30)
    assert meta["other_currencies"] == [{"currency": "EUR", "cents": 700, "conversions": 1}]
    assert (meta["model"], meta["breakdown"], meta["lost"], meta["merged"]) == ("last_non_direct", "source", None, 0)
    assert (meta["engine"], meta["start"]) == ("duckdb", "2026-03-08T00:00:00-05:00")


@pytest.mark.parametrize(
    ("query", "cents"),
    [
        ("&model=first", {"ads": 1_501, "mail": 0, None: 0}),
        ("&model=last", {"ads": 500, "mail": 0, None: 1_001}),
        ("&model=linear", {"ads": 834, "mail": 333, None: 334}),
        ("&model=position", {"ads": 900, "mail": 200, None: 401}),
        ("&model=shapley", {"ads": 834, "mail": 333, None: 334}),
        ("&model=first&lookback_days=2", {"ads": 500, "mail": 1_001, None: 0}),
        ("&currency=EUR", {"tv": 700}),
        ("&source=mail&source=ads", {"ads": 500}),
        ("&currency=GBP", {}),
        ("&model=first&breakdown=source_medium", {"ads / cpc": 1_501, "mail / (none)": 0, None: 0}),
        ("&model=first&breakdown=campaign", {"=spring": 1_001, "(none)": 500, None: 0}),
    ],
)
def test_it_is_asked_by_model_channel_currency_and_lookback(visits, query, cents):
    assert credited(visits, query) == cents


def test_what_was_before_stands_beside_it_as_json_and_as_a_table(visits):
    days = "?start=2026-03-09&end=2026-03-09&tz=America/New_York&compare=previous_period"
    answer = visits.get(f"{REVENUE}{days}").json
    rows = list(csv.DictReader(StringIO(visits.get(f"{REVENUE}{days}&format=csv").text)))

    assert (answer["meta"]["total_cents"], answer["meta"]["compare"]["total_cents"]) == (9_999, 1_501)
    assert answer["meta"]["compare"]["start"] == "2026-03-08T00:00:00-05:00"
    beside = {row["channel"]: (row["credited_cents"], row["previous"]["credited_cents"]) for row in answer["data"]}
    assert beside == {"late": (9_999, 0), "mail": (0, 1_001), "ads": (0, 500), None: (0, 0)}
    assert sum(int(row["previous_credited_cents"]) for row in rows) == 1_501


def test_markov_counts_those_who_paid_nothing(visits):
    answer = visits.get(f"{REVENUE}{MARCH}&model=markov").json

    assert answer["meta"]["lost"] == 1
    assert sum(row["credited_cents"] for row in answer["data"]) == 1_501


def test_a_table_of_it_holds_no_formula(visits):
    answer = visits.get(f"{REVENUE}{MARCH}&model=first&breakdown=campaign&format=csv")

    assert answer.mimetype == "text/csv"
    assert "revenue_2026-03-08_2026-03-08.csv" in answer.headers["Content-Disposition"]
    assert list(csv.reader(StringIO(answer.text))) == [
        ["currency", "channel", "credited_cents", "conversions", "share", "first_touches"],
        ["USD", "'=spring", "1001", "1.0", "0.6669", "1"],
        ["USD", "(none)", "500", "1.0", "0.3331", "1"],
        ["USD", "(direct)", "0", "0.0", "0.0", "0"],
    ]


@pytest.mark.parametrize(
    ("query", "field", "told"),
    [
        ("model=best", "model", [model.value for model in Model]),
        ("breakdown=colour", "breakdown", ["source", "source_medium", "campaign"]),
        ("currency=usd", "currency", []),
        ("lookback_days=91", "lookback_days", ["90"]),
        ("lookback_days=0", "lookback_days", ["1"]),
        ("format=xml", "format", ["json", "csv"]),
        ("colour=red", "colour", []),
    ],
)
def test_what_it_does_not_know_is_refused_with_what_there_is(analyst, query, field, told):
    answer = analyst.get(f"{REVENUE}?{query}")

    assert answer.status_code == 422
    [error] = answer.json["errors"]
    assert error["field"] == field
    assert all(name in error["message"] for name in told)


def test_an_answer_that_has_not_changed_is_not_sent_again(visits):
    etag = visits.get(f"{REVENUE}{MARCH}").headers["ETag"]

    assert visits.get(f"{REVENUE}{MARCH}", headers={"If-None-Match": etag}).status_code == 304
    assert visits.get(f"{REVENUE}{MARCH}&model=first", headers={"If-None-Match": etag}).status_code == 200


def test_python_callers_get_the_same(visits, app):
    with app.app_context():
        report = ai_calculator_dashboard.get_revenue_attribution(datetime(2026, 3, 8, 5), datetime(2026, 3, 9, 4))
        first = ai_calculator_dashboard.get_revenue_attribution(
            datetime(2026, 3, 8, 5), datetime(2026, 3, 9, 4), "first"
        )
        with pytest.raises(ValueError, match="best"):
            ai_calculator_dashboard.get_revenue_attribution(datetime(2026, 3, 8), datetime(2026, 3, 9), "best")

    assert {row.channel: row.credited_cents for row in report.rows} == {"mail": 1_001, "ads": 500, None: 0}
    assert {row.channel: row.credited_cents for row in first.rows} == {"ads": 1_501, "mail": 0, None: 0}


def test_it_is_for_who_may_read_the_dashboards(client, make_key):
    assert client.get(REVENUE).status_code == 401
    headers = {"Authorization": f"Bearer {make_key('events:write')}"}
    assert client.get(REVENUE, headers=headers).status_code == 403
