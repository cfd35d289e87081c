"""How values, axes, changes and moments of charts read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.analytics.figures import moments
from backend.analytics.figures.quantity import Quantity, QuantityUnit, Way
from backend.analytics.figures.tiles import TileValue, is_noise, tile
from backend.dashboards.charts import quantity_of

SESSIONS = Quantity("sessions")
MONEY = Quantity("revenue", QuantityUnit.CENTS)
RATE = Quantity("conversion", QuantityUnit.SHARE, adds=False)
TIME = Quantity("time to result", QuantityUnit.SECONDS, adds=False, less_is_better=True)


@pytest.mark.parametrize(
    ("quantity", "value", "said", "short"),
    [
        (SESSIONS, 18_402, "18,402", "18.4k"),
        (SESSIONS, 2_500_000, "2,500,000", "2.5M"),
        (MONEY, 591_400, "$5,914", "$5,914"),
        (MONEY, 3_285, "$32.85", "$32.85"),
        (MONEY, -1_200, "−$12", "−$12"),
        (Quantity("revenue", QuantityUnit.CENTS, currency="CHF"), 1_200_000, "CHF 12,000", "CHF 12k"),
        (RATE, 0.398, "39.8%", "39.8%"),
        (RATE, 0.0001, "<0.1%", "0.01%"),
        (TIME, 161, "2 min 41 s", "2 min 41 s"),
    ],
)
def test_values_read_in_full_and_short(quantity, value, said, short):
    assert (quantity.say(value), quantity.tick(value)) == (said, short)


@pytest.mark.parametrize(
    ("measure", "one", "many"),
    [
        ("sessions", "1 session", "2,263 sessions"),
        ("opened", "1 calculator opened", "2,263 calculators opened"),
        ("question_1", "1 answer about the job", "2,263 answers about the job"),
        ("question_4", "1 answer about the week", "2,263 answers about the week"),
        ("session_events", "1 event in sessions", "2,263 events in sessions"),
        ("offers_viewed", "1 offer viewed", "2,263 offers viewed"),
    ],
)
def test_a_count_reads_well_after_its_number(measure, one, many):
    quantity = quantity_of(measure, "USD")

    assert (quantity.phrase(1), quantity.phrase(2_263)) == (one, many)


def test_a_rate_of_nothing_known_says_too_few_and_a_sum_is_unknown():
    assert (RATE.say(None), SESSIONS.say(None)) == ("n < 10", "–")


@given(
    st.sampled_from([SESSIONS, MONEY, RATE, TIME]),
    st.floats(-1e9, 1e9).map(lambda value: round(value, 3)),
    st.floats(0, 1e9).map(lambda value: round(value, 3)),
)
def test_an_axis_holds_zero_and_its_values_in_few_even_steps(quantity, low, above):
    high = low + above
    ticks = quantity.ticks(low, high)

    assert min(ticks) <= min(low, 0)
    assert max(ticks) >= max(high, 0) * (1 - 1e-6)
    assert 2 <= len(ticks) <= 7 or (quantity is TIME and len(ticks) <= 8)
    assert all(tick == int(tick) for tick in ticks) or quantity in (RATE, MONEY)


@pytest.mark.parametrize(
    ("quantity", "value", "before", "words", "better"),
    [
        (SESSIONS, 110, 100, "up 10.0%", True),
        (SESSIONS, 90, 100, "down 10.0%", False),
        (SESSIONS, 100, 100, "unchanged", None),
        (RATE, 0.398, 0.384, "up 1.4 pt", True),
        (TIME, 161, 169, "down 4.7%", True),
    ],
)
def test_a_change_is_named_and_judged(quantity, value, before, words, better):
    change = quantity.change(value, before)

    assert (change.words, change.better) == (words, better)


@pytest.mark.parametrize(("value", "before"), [(None, 1), (1, None), (5, 0)])
def test_no_change_is_made_up(value, before):
    assert SESSIONS.change(value, before) is None


@pytest.mark.parametrize(
    ("quantity", "now", "before", "noise"),
    [
        (SESSIONS, TileValue(110, 110), TileValue(100, 100), True),
        (SESSIONS, TileValue(1100, 1100), TileValue(1000, 1000), False),
        (RATE, TileValue(0.0412, 4105), TileValue(0.0432, 3900), True),
        (RATE, TileValue(0.398, 18_402), TileValue(0.384, 17_328), False),
        (MONEY, TileValue(500, 1), TileValue(400, 1), True),
        (MONEY, TileValue(50_000, 1_000), TileValue(40_000, 1_000), False),
        (TIME, TileValue(61, 1_000), TileValue(40, 1_000), None),
    ],
)
def test_a_change_within_chance_is_noise(quantity, now, before, noise):
    assert is_noise(quantity, now, before) is noise


def test_a_tile_that_moved_within_chance_takes_no_side():
    made = tile("Paid", RATE, TileValue(0.0412, 4105), TileValue(0.0432, 3900), "n = 4,105 offers")

    assert (made.value, made.change.way, made.tone, made.n) == ("4.1%", Way.DOWN, "change--flat", "n = 4,105 offers")


def test_a_tile_whose_noise_is_unknown_takes_no_side_either():
    made = tile("Time", TIME, TileValue(61, 900), TileValue(40, 900))

    assert (made.tone, made.noise, made.previous) == ("change--flat", None, "40 s")


@pytest.mark.parametrize(
    ("grain", "count", "texts"),
    [
        ("day", 28, ["Nov 1", "Nov 8", "Nov 15", "Nov 22"]),
        ("day", 5, ["Nov 1", "Nov 2", "Nov 3", "Nov 4", "Nov 5"]),
        ("hour", 24, ["12 AM", "3 AM", "6 AM", "9 AM", "12 PM", "3 PM", "6 PM", "9 PM"]),
        ("week", 4, ["Nov 1", "Nov 8", "Nov 15", "Nov 22"]),
    ],
)
def test_an_axis_has_few_moments(grain, count, texts):
    step = {"day": timedelta(days=1), "hour": timedelta(hours=1), "week": timedelta(weeks=1)}[grain]
    at = [datetime(2026, 11, 1, tzinfo=UTC) + step * number for number in range(count)]

    assert [text for _, text in moments.ticks(at, grain)] == texts


def test_months_say_the_year_where_it_begins():
    at = [datetime(2026 + (month > 12), (month - 1) % 12 + 1, 1, tzinfo=UTC) for month in range(11, 15)]

    assert [text for _, text in moments.ticks(at, "month")] == ["Nov 2026", "Dec", "Jan 2027", "Feb"]
    assert [moments.long(at[0], grain) for grain in ("hour", "day", "week", "month")] == [
        *("Sun, Nov 1 at 12 AM", "Sun, Nov 1", "Week of Nov 1", "November 2026"),
    ]
