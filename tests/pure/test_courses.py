"""Results over time as charts: longer buckets where a rate needs them, and buckets that the period cuts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from backend.analytics.metrics.catalogue.query import Query, Result, ResultRow, Totals
from backend.analytics.metrics.period import Grain, Period
from backend.dashboards.courses import readable, trend_of

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
MONTH = Period.between(date(2026, 10, 31), date(2026, 11, 29), "UTC", NOW)


def row(bucket, results):
    rate = 0.1 if results >= 10 else None
    values = {"conversion_rate": rate, "plan_visitors": results // 10, "result_visitors": results, "sessions": results}
    return ResultRow((bucket.isoformat(),), values)


def answer(query, results=4):
    """As many visitors with a result each day, and seven times as many each week."""
    times = {Grain.DAY: 1, Grain.WEEK: 7, Grain.MONTH: 30}[query.grain]
    rows = tuple(row(bucket, results * times) for bucket in query.period.buckets(query.grain))
    totals = Totals(row(date(2026, 11, 1), 30 * results).values, 30 * results)
    return Result(query, rows, totals, None, None, False, (), NOW, "duckdb", "1", False)


def by_day(measure="conversion_rate", results=4, period=MONTH):
    return answer(Query((measure,), period, grain=Grain.DAY), results)


def test_a_rate_of_few_each_day_is_shown_by_weeks_and_says_so():
    result = readable(by_day(), "conversion_rate", answer)

    figure = trend_of(result, "conversion_rate", asked=Grain.DAY)
    assert result.query.grain is Grain.WEEK
    assert figure.note == "Most days have fewer than 10 visitors with a result, so these are weeks."
    assert figure.tips[0].title == "Week of Oct 26"


@pytest.mark.parametrize(("measure", "results"), [("conversion_rate", 12), ("sessions", 4)])
def test_days_of_enough_and_counts_stay_days(measure, results):
    assert readable(by_day(measure, results), measure, answer).query.grain is Grain.DAY


def test_days_of_a_week_stay_days_and_say_why_they_have_gaps():
    week = Period.between(date(2026, 11, 23), date(2026, 11, 29), "UTC", NOW)
    result = readable(by_day(period=week), "conversion_rate", answer)

    assert result.query.grain is Grain.DAY
    assert trend_of(replace(result, rows=(*result.rows[:-1], row(date(2026, 11, 29), 20))), "conversion_rate").note == (
        "A day with fewer than 10 visitors with a result has no value."
    )


def test_a_count_of_a_week_that_the_period_cuts_is_no_point_of_the_line():
    figure = trend_of(answer(replace(by_day("sessions").query, grain=Grain.WEEK)), "sessions")

    assert figure.tips[0].title == "Week of Oct 26, from Oct 31"
    assert [key.label for key in figure.legend] == ["This period", "Partial, from Oct 31"]
    solid = next(trace for trace in figure.data if trace["mode"] == "lines+markers")
    assert solid["y"][0] is None
    assert solid["y"][1] == 28


def test_today_so_far_stands_beside_the_days():
    today = Period.between(date(2026, 11, 30), date(2026, 11, 30), "UTC", NOW)
    so_far = replace(by_day("sessions"), query=Query(("sessions",), today), totals=Totals({"sessions": 32}, 32))

    figure = trend_of(by_day("sessions"), "sessions", so_far=so_far)

    assert figure.tips[-1].title == "Mon, Nov 30, so far"
    assert figure.legend[-1].label == "Today so far: 32"
    assert figure.n == 120
