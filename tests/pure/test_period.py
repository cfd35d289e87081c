"""DASH-6: what a period is compared with, and how much of it is over."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from backend.analytics.metrics.period import Compare, Grain, Period
from backend.dashboards.charts import compared

NEW_YORK = "America/New_York"
MARCH = datetime(2026, 3, 10, 16, 30, 45, tzinfo=UTC)  # 12:30 in New York, summer time since March 8


def days(first, last, zone=NEW_YORK):
    return Period.between(first, last, zone, MARCH)


@pytest.mark.parametrize(
    ("compare", "first", "last"),
    [
        (Compare.PREVIOUS_PERIOD, date(2026, 2, 28), date(2026, 3, 1)),
        (Compare.PREVIOUS_YEAR, date(2025, 3, 2), date(2025, 3, 3)),
    ],
)
def test_what_is_over_is_compared_with_whole_days(compare, first, last):
    assert days(date(2026, 3, 2), date(2026, 3, 3)).preceding(compare, MARCH) == days(first, last)


@pytest.mark.parametrize(("first", "said"), [(9, "the day before"), (8, "the previous 2 days")])
def test_what_is_compared_with_is_named(first, said):
    assert compared(Compare.PREVIOUS_PERIOD, days(date(2026, 3, first), date(2026, 3, 9))) == said


def test_what_is_not_over_is_compared_until_the_same_time_by_the_clock_on_the_wall():
    other = days(date(2026, 3, 9), date(2026, 3, 10)).preceding(Compare.PREVIOUS_PERIOD, MARCH)

    # Winter time until the morning of March 8.
    assert other.start == datetime(2026, 3, 7, 5, tzinfo=UTC)
    assert other.end == datetime(2026, 3, 8, 16, 30, tzinfo=UTC)


def test_days_to_come_do_not_lengthen_what_is_compared_with():
    other = days(date(2026, 3, 10), date(2026, 3, 14)).preceding(Compare.PREVIOUS_PERIOD, MARCH)

    assert (other.first_day, other.last_day) == (date(2026, 3, 5), date(2026, 3, 5))


def test_instants_are_compared_as_far_as_they_are_over():
    period = Period(MARCH - timedelta(hours=1), MARCH + timedelta(hours=1), "UTC")
    other = period.preceding(Compare.PREVIOUS_PERIOD, MARCH)

    assert other.start == MARCH - timedelta(hours=3)
    assert other.end == MARCH.replace(second=0) - timedelta(hours=2)


def test_what_has_not_begun_is_compared_whole():
    period = days(date(2026, 3, 12), date(2026, 3, 12))

    assert period.preceding(Compare.PREVIOUS_PERIOD, MARCH) == days(date(2026, 3, 11), date(2026, 3, 11))


def test_as_much_of_a_period_is_over_as_lies_before_now():
    period = days(date(2026, 3, 9), date(2026, 3, 12))

    assert period.until(MARCH).end == MARCH
    assert period.until(period.end + timedelta(days=1)) == period
    assert period.until(period.start) == period


LONG_AFTER = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("first", "last", "earlier", "later", "left_out"),
    [
        (date(2028, 2, 28), date(2028, 3, 1), date(2027, 2, 28), date(2027, 3, 1), None),
        (date(2028, 2, 1), date(2028, 2, 29), date(2027, 2, 1), date(2027, 2, 28), None),
        (date(2028, 2, 29), date(2028, 3, 9), date(2027, 3, 1), date(2027, 3, 9), None),
        (date(2029, 2, 28), date(2029, 3, 1), date(2028, 2, 28), date(2028, 3, 1), date(2028, 2, 29)),
        (date(2029, 2, 1), date(2029, 2, 28), date(2028, 2, 1), date(2028, 2, 28), None),
    ],
)
def test_a_year_earlier_are_the_same_calendar_days(first, last, earlier, later, left_out):
    other = days(first, last).preceding(Compare.PREVIOUS_YEAR, LONG_AFTER)

    assert (other.first_day, other.last_day, other.left_out) == (earlier, later, left_out)


def test_a_year_before_the_29th_of_february_there_is_nothing_to_compare():
    leap_day = days(date(2028, 2, 29), date(2028, 2, 29))
    begun = days(date(2028, 2, 29), date(2028, 3, 9))

    assert leap_day.preceding(Compare.PREVIOUS_YEAR, LONG_AFTER) is None
    assert begun.preceding(Compare.PREVIOUS_YEAR, datetime(2028, 2, 29, 18, tzinfo=UTC)) is None
    assert leap_day.preceding(Compare.PREVIOUS_PERIOD, LONG_AFTER) == days(date(2028, 2, 28), date(2028, 2, 28))


def test_a_year_earlier_ends_at_the_same_time_of_the_same_day():
    other = days(date(2028, 2, 27), date(2028, 3, 9)).preceding(
        Compare.PREVIOUS_YEAR, datetime(2028, 3, 2, 17, 30, tzinfo=UTC)
    )

    assert other.end == datetime(2027, 3, 2, 17, 30, tzinfo=UTC)


def test_the_name_of_the_other_period_says_which_day_does_not_count():
    assert compared(Compare.PREVIOUS_YEAR, days(date(2028, 2, 1), date(2028, 3, 1))) == "a year earlier"
    assert compared(Compare.PREVIOUS_YEAR, days(date(2029, 2, 1), date(2029, 3, 1))) == (
        "a year earlier, without February 29"
    )


@pytest.mark.parametrize(
    ("day", "names"),
    [
        (date(2026, 10, 4), ["01:00+10:30", "02:30+11:00", "03:00+11:00"]),
        (date(2026, 4, 5), ["01:00+11:00", "01:30+10:30", "02:00+10:30"]),
    ],
)
def test_an_hour_cut_short_where_clocks_are_set_by_half_an_hour_begins_with_the_change(day, names):
    buckets = [hour.isoformat() for hour in days(day, day, "Australia/Lord_Howe").buckets(Grain.HOUR)]
    hours = [name[11:16] + name[19:] for name in buckets]

    assert hours[1:4] == names
    assert len(hours) == len({*hours}) in (24, 25)
