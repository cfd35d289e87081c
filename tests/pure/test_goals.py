"""DASH-9: how a goal is judged, from what was counted and the share of its period that is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.analytics.figures.lines import GoalLine
from backend.analytics.goals.goal import Direction, GoalPeriod, Target
from backend.analytics.goals.judgement import Counted, Reason, Status, judged
from backend.analytics.metrics.catalogue.query import Filter, Operator, Query
from backend.analytics.metrics.period import Grain, Period
from backend.dashboards.goal_values import goal_line, target_value, typed_value
from backend.errors import InvalidRequest

START = date(2026, 11, 1)
RANK = {Status.MISSED: 0, Status.BEHIND: 1, Status.NOT_YET_KNOWN: 2, Status.ON_TRACK: 3, Status.MET: 4}


def goal(measure="sessions", value=100.0, direction=Direction.AT_LEAST):
    return Target(measure, value, GoalPeriod.MONTH, direction, START)


def status(target, value, n, share_over):
    return judged(target, Counted(value, n, share_over)).status


@pytest.mark.parametrize(
    ("value", "share_over", "expected"),
    [
        (100, 0.1, Status.MET),  # what is counted stays counted
        (50, 0.5, Status.ON_TRACK),
        (40, 0.5, Status.NOT_YET_KNOWN),  # 50 would be an even pace, give or take 14
        (35, 0.5, Status.BEHIND),
        (9, 0.5, Status.NOT_YET_KNOWN),  # under ten nothing is said
        (9, 1, Status.MISSED),
        (100, 1, Status.MET),
        (0, 0, Status.NOT_YET_KNOWN),
    ],
)
def test_a_count_is_compared_with_an_even_pace(value, share_over, expected):
    assert status(goal(), value, value, share_over) is expected


@pytest.mark.parametrize(
    ("value", "share_over", "expected"),
    [(101, 0.1, Status.MISSED), (50, 0.5, Status.ON_TRACK), (70, 0.5, Status.BEHIND), (100, 1, Status.MET)],
)
def test_a_limit_is_missed_as_soon_as_it_is_passed_and_met_only_at_the_end(value, share_over, expected):
    assert status(goal(direction=Direction.AT_MOST), value, value, share_over) is expected


@pytest.mark.parametrize(
    ("rate", "n", "share_over", "expected"),
    [
        (0.10, 200, 0.2, Status.ON_TRACK),
        (0.08, 200, 0.9, Status.NOT_YET_KNOWN),  # 5.0% to 12.6% includes a tenth
        (0.05, 400, 0.2, Status.BEHIND),
        (0.0, 10, 0.5, Status.NOT_YET_KNOWN),
        (None, 9, 1, Status.NOT_YET_KNOWN),
        (0.08, 200, 1, Status.MISSED),
    ],
)
def test_a_rate_is_compared_by_its_interval_whatever_time_is_left(rate, n, share_over, expected):
    assert status(goal("conversion_rate", 0.1), rate, n, share_over) is expected


def test_a_median_has_no_interval_and_is_taken_as_it_is():
    target = goal("median_time_to_result", 120, Direction.AT_MOST)

    assert judged(target, Counted(119.0, 40, 0.5)).reason is Reason.UNTESTED
    assert [status(target, value, 40, 0.5) for value in (119.0, 121.0)] == [Status.ON_TRACK, Status.BEHIND]


def test_a_sum_of_money_varies_with_its_number_of_payments():
    target = goal("revenue", 100_000)

    assert status(target, 40_000, 400, 0.5) is Status.BEHIND
    assert status(target, 40_000, 12, 0.5) is Status.NOT_YET_KNOWN


SHARES = st.floats(0, 1)
COUNTS = st.integers(0, 3_000)
DIRECTIONS = st.sampled_from(Direction)


@given(COUNTS, COUNTS, SHARES, st.integers(1, 2_000))
def test_more_of_what_is_wanted_is_never_judged_worse(first, second, share_over, value):
    fewer, more = sorted((first, second))
    ranks = [RANK[status(goal(value=value), count, max(count, 10), share_over)] for count in (fewer, more)]

    assert ranks == sorted(ranks)


@given(st.floats(0, 1), st.floats(0, 1), st.integers(10, 5_000), SHARES, st.floats(0, 1), DIRECTIONS)
def test_a_better_rate_is_never_judged_worse(first, second, n, share_over, value, direction):
    worse, better = sorted((first, second), reverse=direction is Direction.AT_MOST)
    target = goal("conversion_rate", value, direction)
    ranks = [RANK[status(target, rate, n, share_over)] for rate in (worse, better)]

    assert ranks == sorted(ranks)


@given(COUNTS, SHARES, st.integers(0, 2_000), DIRECTIONS)
def test_a_period_that_is_over_is_met_or_missed_and_nothing_else(count, share_over, value, direction):
    target = goal(value=value, direction=direction)
    met = target.is_reached_by(count)

    assert status(target, count, count, 1) is (Status.MET if met else Status.MISSED)
    if count < 10 and status(target, count, count, share_over) not in (Status.MET, Status.MISSED):
        assert status(target, count, count, share_over) is Status.NOT_YET_KNOWN


@pytest.mark.parametrize(
    ("period", "first", "after"),
    [
        (GoalPeriod.WEEK, date(2026, 12, 28), date(2027, 1, 4)),
        (GoalPeriod.MONTH, date(2026, 12, 1), date(2027, 1, 1)),
        (GoalPeriod.QUARTER, date(2026, 10, 1), date(2027, 1, 1)),
    ],
)
def test_a_period_is_of_whole_local_days(period, first, after):
    whole = period.around(date(2026, 12, 31), "America/New_York")

    assert (whole.first_day, period.next(first)) == (first, after)
    assert whole.end.astimezone(UTC) == datetime(after.year, after.month, after.day, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"measure": "visits"}, {"measure"}),
        ({"value": float("nan")}, {"value"}),
        ({"value": -1}, {"value"}),
        ({"measure": "conversion_rate", "value": 10}, {"value"}),
        ({"starts_on": date(1999, 1, 1), "value": 1e13}, {"starts_on", "value"}),
    ],
)
def test_a_target_that_means_nothing_is_refused_with_all_that_is_wrong(changes, fields):
    good = {"measure": "sessions", "value": 10, "period": GoalPeriod.WEEK, "direction": Direction.AT_LEAST}

    with pytest.raises(InvalidRequest) as refusal:
        Target(**(good | {"starts_on": START} | changes))

    assert {error.field for error in refusal.value.errors} == fields


def line(target, **changes):
    november = Period(datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC), "UTC")
    query = Query((target.measure,), november, grain=Grain.DAY)
    return goal_line([target], target.measure, replace(query, **changes))


def test_a_chart_shows_the_line_of_a_goal_over_just_what_it_shows():
    rate, only_mail = goal("conversion_rate", 0.1), (Filter("source", Operator.IN, ("mail",)),)

    assert line(rate) == GoalLine(0.1, "at least 10% each month")
    assert line(rate, filters=only_mail) is None
    assert line(replace(rate, filters=only_mail), filters=only_mail) == GoalLine(0.1, "at least 10% each month")
    assert line(goal("revenue", 5_000), currency="EUR") is None
    assert goal_line([rate], "offer_rate", Query(("offer_rate",), rate.period.around(START, "UTC"))) is None


def test_a_sum_is_asked_of_each_bucket_in_its_share_and_people_only_of_a_whole_period():
    assert line(goal(value=1_000)).words == "at least 1,000 each month, about 33 a day"
    assert line(goal(value=1_000)).value == pytest.approx(1_000 * 12 / 365.25)
    assert line(goal(value=1_000), grain=Grain.MONTH) == GoalLine(1_000, "at least 1,000 each month")
    assert line(goal("visitors", 1_000)) is None
    assert line(goal("visitors", 1_000), grain=Grain.MONTH) == GoalLine(1_000, "at least 1,000 each month")


@pytest.mark.parametrize(
    ("typed", "measure", "value"),
    [
        ("1,000", "sessions", 1_000),
        ("12.5 %", "conversion_rate", 0.125),
        ("$1,234.50", "revenue", 123_450),
        ("2 min", "median_time_to_result", 120),
        ("90", "median_time_to_result", 90),
    ],
)
def test_a_value_is_read_in_the_unit_of_its_measure_and_typed_again_alike(typed, measure, value):
    assert target_value(typed, measure) == value
    assert target_value(typed_value(goal(measure, value)), measure) == value


@pytest.mark.parametrize(
    ("typed", "measure"), [("", "sessions"), ("-1", "sessions"), ("2 min", "sessions"), ("1e9", "revenue")]
)
def test_a_value_that_cannot_be_read_is_refused_with_an_example(typed, measure):
    with pytest.raises(InvalidRequest, match="such as"):
        target_value(typed, measure)
