"""PERF-7: live charts draw a gap where nothing was measured, minute by minute; rules are typed in plain units."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from werkzeug.datastructures import MultiDict

from backend.analytics.figures import moments
from backend.analytics.figures.quantity import Quantity, QuantityUnit
from backend.analytics.monitoring.rules.shipped import SHIPPED
from backend.analytics.monitoring.sketches import Sketch, keys_of
from backend.analytics.monitoring.windows import Bucket, Window
from backend.dashboards.ops.alert import alert_chart
from backend.dashboards.ops.charts import errors_chart, load_chart, rate_chart, times_chart
from backend.dashboards.ops.rules import shown_rule
from backend.errors import InvalidRequest
from backend.formats import ago, latency, size
from backend.routes.schemas.rule_forms import changed_rule, new_rule, slug_of
from backend.routes.schemas.silences import silence_of_form

START, MINUTE = datetime(2026, 11, 30, 22, 0, tzinfo=UTC), timedelta(minutes=1)


def window(*values, failed=0):
    numbers = np.asarray(values, float)
    keys, counts = np.unique(keys_of(numbers), return_counts=True)
    return Window(len(values), failed, float(numbers.sum()), 0, None, Sketch(len(values), keys, counts), MINUTE)


def course(*windows):
    return [Bucket(START + place * MINUTE, one) for place, one in enumerate(windows)]


def drawn(chart):
    """The values of the first line."""
    return chart.figure.data[1]["y"]


def test_a_minute_without_requests_is_zero_and_one_without_monitoring_is_a_gap():
    chart = rate_chart(course(window(0.1, 0.1), window(), None, window(0.1)), "America/New_York")

    assert drawn(chart) == [2, 0, None, 1]
    assert chart.figure.title == "3 requests in the last hour"
    assert chart.figure.table.rows[0][0].text == "5:00 PM"
    assert chart.figure.note == "A gap means that nothing was measured."


def test_a_percentile_and_a_share_of_nothing_are_gaps():
    lines = course(window(0.08), window(), None)
    times = times_chart({"pages": lines}, {"pages": window(0.08)}, "UTC")

    assert [round(value, 2) if value else value for value in drawn(times)] == [0.08, None, None]
    assert times.figure.title == "95th percentile: pages 80 ms"
    assert drawn(errors_chart(lines, window(0.1), "UTC")) == [0, None, None]
    assert errors_chart(lines, window(0.1), "UTC").figure.title == "No server errors in the last hour"


def test_charts_of_an_hour_without_measurements_say_so_instead_of_zero():
    chart = load_chart({"CPU": course(None, None)}, "UTC")

    assert chart.figure.empty == "Nothing was measured in the last hour."
    assert (chart.figure.title, chart.figure.data) == ("CPU and memory", ())


def test_an_alert_is_drawn_with_the_limit_of_its_rule():
    chart = alert_chart(SHIPPED["errors-high"], course(window(0.1, failed=1), window(), window(0.1)), "UTC")

    assert chart.figure.title == "The share of failed requests"
    assert chart.figure.legend[-1].label == "Opens over 5% for 1 minute"
    assert alert_chart(SHIPPED["jobs-dead"], course(window(0.1), window(0.1)), "UTC") is None


def test_minutes_are_labeled_from_the_hour():
    places = moments.ticks([START + number * MINUTE for number in range(7, 67)], "minute")

    assert places[:2] == ((3, "10:10 PM"), (13, "10:20 PM"))
    assert moments.span(START, START + MINUTE, "minute") == "10:00 PM to 10:01 PM"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 ms"), (0.0001, "<1 ms"), (0.084, "84 ms"), (0.9999, "1.0 s"), (2.41, "2.4 s"), (75, "1 min 15 s")],
)
def test_times_of_requests_read_in_milliseconds_below_a_second(seconds, words):
    assert latency(seconds) == words


def test_sizes_and_ages_read_in_their_largest_unit():
    assert [size(number) for number in (12, 1_400_000, 5_000_000_000_000)] == ["12 bytes", "1.3 MB", "4.5 TB"]
    ages = [ago(seconds) for seconds in (6, 60, 3600, 7200, 200_000)]
    assert ages == ["6 s ago", "1 min ago", "60 min ago", "2 h ago", "2 days ago"]


def test_the_scale_of_times_is_in_milliseconds_and_seconds():
    times = Quantity("times", QuantityUnit.LATENCY)

    assert [times.tick(value) for value in (0, 0.25, 2.5)] == ["0", "250 ms", "2.5 s"]


def test_what_stands_in_the_form_of_a_rule_gives_the_same_rule():
    for rule in SHIPPED.values():
        typed = (
            shown_rule(rule).typed | {"is_enabled": "on"} | ({"business_hours": "on"} if rule.business_hours else {})
        )
        again = changed_rule(rule, MultiDict(typed))

        assert (again.limit, again.clears_at) == pytest.approx((rule.limit, rule.clears_at), rel=1e-4)
        assert (again.lasting, again.settles, again.escalates) == (rule.lasting, rule.settles, rule.escalates)


def test_every_bad_field_of_a_new_rule_is_told_at_once():
    with pytest.raises(InvalidRequest) as refused:
        new_rule(MultiDict({"title": "x", "measure": "window:", "limit": "nan", "fewest": "1.5", "window": "0"}))

    told = {error.field for error in refused.value.errors}
    assert told == {"measure", "limit", "clears_at", "fewest", "window", "severity", "comparison", "lasting", "settles"}


def test_a_title_makes_an_id():
    titles = ("Checkout is slow!", "95% of it", "…")
    assert [slug_of(title) for title in titles] == ["checkout-is-slow", "rule-95-of-it", "rule"]


def test_a_time_without_a_zone_is_the_readers():
    silence = silence_of_form({"ends_at": "2026-12-01T09:00"}, "cpu-high", START, "America/New_York")

    assert silence.ends_at == datetime(2026, 12, 1, 14, 0, tzinfo=UTC)
