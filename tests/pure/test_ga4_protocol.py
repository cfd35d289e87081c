"""How an event is put for GA4: requests keep its sizes, and every limit holds by what may leave."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from backend.analytics.events.forwarding.protocol import (
    BODY_BYTES,
    FORWARDED,
    Ga4Event,
    Skip,
    body_of,
    micros,
    requests,
    translate,
)
from backend.analytics.events.landing_reader import LandingRow

NOW = datetime(2026, 11, 21, 9, 0, 0, 5, tzinfo=UTC)


def row(data="{}", **given):
    told = {
        "id": 1,
        "event_id": "0b6c1f6e-6f0f-4a39-9d5a-0c8f7a3c9a55",
        "event_type": "ai_calculator_opened",
        "user_id": None,
        "session_id": "s-1",
        "timestamp": micros(NOW),
        "event_data": data if isinstance(data, str) else json.dumps(data),
        "received_at": micros(NOW),
        "visitor_id": None,
        "country": None,
        "region": None,
        "device": None,
        "is_bot": 0,
    }
    return LandingRow(**{**told, **given})


def params(data, **given):
    return translate(row(data, **given), NOW).payload["params"]


def test_the_names_that_may_leave_are_names_ga4_takes():
    sent = [*FORWARDED, "value", "currency", "session_id", "engagement_time_msec"]

    assert len(sent) <= 25  # parameters that GA4 takes of one event
    assert all(re.fullmatch(r"(?!ga_|google_|firebase_)[a-z][a-z_]{0,39}", name) for name in sent)


def test_the_visitor_is_the_client_else_the_session():
    assert translate(row(visitor_id="v-1"), NOW).client_id == "v-1"
    assert translate(row(), NOW).client_id == "s-1"


@pytest.mark.parametrize("value", [True, None, [1], {"a": 1}, "", "a@b", 10**400, 2**53 + 1, 1e300])
def test_a_value_ga4_does_not_take_is_left_out(value):
    assert "offer" not in params({"offer": value})


@pytest.mark.parametrize(
    "data",
    [
        {"price_cents": "9"},
        {"price_cents": True},
        {"price_cents": -1},
        {"price_cents": 9, "currency": "eur"},
        {"price_cents": 9, "currency": "EURO"},
    ],
)
def test_there_is_no_value_without_a_whole_price_and_a_currency(data):
    assert {"value", "currency"} & set(params(data)) == set()


def test_dollars_are_meant_where_no_currency_is_named():
    assert params({"price_cents": 1999}).items() >= {"value": 19.99, "currency": "USD"}.items()


def test_a_clock_that_runs_ahead_is_not_believed():
    event = translate(row(timestamp=micros(NOW + timedelta(hours=5))), NOW)

    assert (event.payload["timestamp_micros"], event.adapted) == (micros(NOW), True)


def test_events_of_the_server_itself_are_nobodys_and_stay():
    assert translate(row(session_id="mingus-server-letters"), NOW) is Skip.SERVER


@pytest.mark.parametrize(("hours", "taken"), [(71.9, True), (72, False)])
def test_three_days_are_the_limit(hours, taken):
    translated = translate(row(timestamp=micros(NOW - timedelta(hours=hours))), NOW)

    assert (translated != Skip.TOO_OLD) is taken


def test_an_event_that_fits_is_not_adapted():
    assert not translate(row({"source": "news", "step": 2, "seconds": 1.5, "other": [1]}), NOW).adapted


def test_a_request_stays_below_130_kb():
    large = Ga4Event("v", {"name": "n", "params": {"a": "x" * 20_000}}, adapted=False)

    split = requests([(number, large) for number in range(10)])

    assert [len(ids) for ids in split] == [6, 4]
    assert all(len(body_of("v", [large.payload] * len(ids))) < BODY_BYTES for ids in split)


def test_visitors_share_no_request():
    events = [(number, Ga4Event(f"v-{number % 2}", {}, adapted=False)) for number in range(4)]

    assert sorted(requests(events)) == [[0, 2], [1, 3]]
