"""Check 16: the clock of a sender is corrected; what cannot have happened is named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.analytics.events.clocks import Impossible, Receipt

NOW = datetime(2026, 11, 21, 9, 0, 0, tzinfo=UTC)
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
ANY_TIME = st.datetimes(timezones=st.timezones())


def browser(sent_at=None):
    return Receipt(NOW, sent_at, from_browser=True)


def with_key(sent_at=None):
    return Receipt(NOW, sent_at, from_browser=False)


@pytest.mark.parametrize("wrong", [2 * DAY, -2 * DAY, 400 * DAY, 90 * MINUTE, -2 * SECOND])
def test_a_clock_that_is_wrong_by_days_is_put_right(wrong):
    happened = NOW - 3 * MINUTE

    assert browser(sent_at=NOW + wrong).place(happened + wrong) == happened


def test_the_way_through_the_network_corrects_nothing():
    assert browser(sent_at=NOW - SECOND).place(NOW - MINUTE) == NOW - MINUTE
    assert browser(sent_at=NOW - 1.001 * SECOND).place(NOW - MINUTE) == NOW - MINUTE + 1.001 * SECOND


def test_without_a_timestamp_an_event_happened_when_it_came():
    assert browser(sent_at=NOW - DAY).place(None) == NOW


@pytest.mark.parametrize(
    ("receipt", "age", "reason"),
    [
        (browser(), -5 * MINUTE, None),
        (browser(), -5 * MINUTE - SECOND, Impossible.AHEAD),
        (browser(), 7 * DAY, None),
        (browser(), 7 * DAY + SECOND, Impossible.STALE),
        (browser(sent_at=NOW - 2 * DAY), DAY, Impossible.AHEAD),
        (with_key(), -5 * MINUTE - SECOND, Impossible.AHEAD),
        (with_key(), 3000 * DAY, None),
        (with_key(), NOW - datetime(2000, 1, 1, tzinfo=UTC), None),
        (with_key(), NOW - datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC), Impossible.BEFORE_2000),
    ],
)
def test_impossible_is_after_receipt_or_older_than_its_sender_could_hold_it(receipt, age, reason):
    assert receipt.place(NOW - age) == (reason or NOW - age)


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))])
def test_the_ends_of_the_calendar_are_impossible_and_no_error(zone):
    first, last = datetime(1, 1, 1, tzinfo=zone), datetime(9999, 12, 31, 23, 59, 59, tzinfo=zone)

    for sent_at in (None, NOW - DAY, NOW + DAY):
        assert (browser(sent_at).place(first), browser(sent_at).place(last)) == (Impossible.STALE, Impossible.AHEAD)
        assert with_key(sent_at).place(first) is Impossible.BEFORE_2000


def test_a_clock_at_the_end_of_the_calendar_is_put_right_too():
    last = datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=-12)))

    assert browser(sent_at=last).place(last) == NOW


@pytest.mark.parametrize(
    ("sent_year", "year", "reason"), [(9999, 2020, Impossible.STALE), (1, 9000, Impossible.AHEAD), (1, 1, None)]
)
def test_a_correction_beyond_the_calendar_is_impossible_and_no_error(sent_year, year, reason):
    placed = browser(sent_at=datetime(sent_year, 1, 1, tzinfo=UTC)).place(datetime(year, 1, 1, tzinfo=UTC))

    assert placed == (reason or NOW)


@given(timestamp=ANY_TIME, sent_at=st.none() | ANY_TIME)
def test_what_is_accepted_lies_where_it_can_have_happened(timestamp, sent_at):
    placed = browser(sent_at).place(timestamp)

    assert isinstance(placed, Impossible) or NOW - 7 * DAY <= placed <= NOW + 5 * MINUTE
    assert isinstance(placed, Impossible) or placed.tzinfo is UTC


@given(wrong=st.timedeltas(-900 * DAY, 900 * DAY), age=st.timedeltas(timedelta(), 7 * DAY - SECOND))
def test_no_wrong_clock_changes_when_an_event_happened_by_more_than_a_second(wrong, age):
    placed = browser(sent_at=NOW + wrong).place(NOW - age + wrong)

    assert abs(placed - (NOW - age)) <= SECOND


def test_every_reason_has_a_sentence():
    assert all(reason.sentence.endswith(".") for reason in Impossible)
