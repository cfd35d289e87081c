"""Sketches against exact quantiles, and against the library whose bins they have."""

from __future__ import annotations

import math

import numpy as np
import pytest
from ddsketch.ddsketch import BaseDDSketch
from ddsketch.store import DenseStore
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.analytics.monitoring.measured import measured, merged
from backend.analytics.monitoring.readings import Family, Reading
from backend.analytics.monitoring.series import SeriesSet
from backend.analytics.monitoring.sketches import ACCURACY, MAPPING, Sketch

AT = 1_790_000_000.0
TIMES = st.floats(1e-6, 1e4)
VALUES = st.one_of(st.just(0.0), TIMES, st.floats(0, 1e-300), st.floats(1e150, 1e300))
FEW = settings(max_examples=40)
QUANTILES = (0.0, 0.01, 0.5, 0.75, 0.95, 0.99, 1.0)


def series_of(values, name="GET /", outcome="2xx"):
    readings = [Reading(Family.REQUEST, name, outcome, value, AT) for value in values]
    return measured(readings)[int(AT) // 60 * 60]


def sketch_of(values):
    return next(iter(series_of(values).columns.sketches()))


def exact(values, q):
    """The library's own definition: the value of rank q (n - 1), rounded down."""
    return sorted(values)[math.floor(q * (len(values) - 1))]


@FEW
@given(st.lists(VALUES, min_size=1, max_size=300))
def test_a_quantile_is_within_the_accuracy_of_the_exact_one(values):
    sketch = sketch_of(values)
    for q in QUANTILES:
        assert sketch.quantile(q) == pytest.approx(exact(values, q), rel=ACCURACY * (1 + 1e-6), abs=1e-307)


@FEW
@given(st.lists(st.one_of(st.just(0.0), TIMES), min_size=1, max_size=200))
def test_quantiles_are_those_of_the_library_s_own_sketch(values):
    theirs = BaseDDSketch(MAPPING, DenseStore(), DenseStore(), 0.0)
    for value in values:
        theirs.add(value)
    ours = sketch_of(values)
    for q in QUANTILES:
        assert ours.quantile(q) == pytest.approx(theirs.get_quantile_value(q), rel=ACCURACY / 100)


@FEW
@given(st.lists(st.lists(VALUES, min_size=1, max_size=40), min_size=2, max_size=6), st.randoms())
def test_merging_in_any_order_gives_one_result(several, random):
    parts = [series_of(values, name) for values, name in zip(several, "abcabc", strict=False)]
    straight = SeriesSet.merged(parts)
    random.shuffle(parts)
    nested = parts[0]
    for part in parts[1:]:
        nested = SeriesSet.merged([part, SeriesSet.from_bytes(nested.to_bytes())])
    assert nested.labels == straight.labels
    for column in ("counts", "sizes", "keys", "bins"):
        assert np.array_equal(getattr(nested.columns, column), getattr(straight.columns, column))
    assert nested.columns.maxima == pytest.approx(straight.columns.maxima, rel=1e-6)
    assert nested.columns.totals == pytest.approx(straight.columns.totals)


@FEW
@given(st.lists(VALUES, max_size=100), st.lists(TIMES, max_size=100))
def test_merged_parts_equal_the_whole(some, others):
    whole = [*some, *others, 1.0]
    merged_sketch = next(
        iter(SeriesSet.merged([series_of([*some, 1.0]), *([series_of(others)] if others else [])]).columns.sketches())
    )
    assert [merged_sketch.quantile(q) for q in QUANTILES] == [sketch_of(whole).quantile(q) for q in QUANTILES]


@FEW
@given(st.lists(VALUES, min_size=1, max_size=100), st.floats(1e-6, 1e3))
def test_the_number_within_a_limit_errs_only_near_it(values, limit):
    near = 2.1 * ACCURACY
    sure = sum(value <= limit * (1 - near) for value in values)
    possible = sum(value <= limit * (1 + near) for value in values)
    assert sure <= sketch_of(values).within(limit) <= possible


def test_no_values_have_no_quantile():
    assert Sketch.none().quantile(0.5) is None


def test_what_is_no_number_is_not_counted_and_a_clock_set_back_measures_zero():
    readings = [
        Reading(Family.QUERY, "fingerprint", "ok", value, AT) for value in (math.nan, math.inf, -math.inf, -2.0, 3.0)
    ]
    [series] = measured(readings).values()
    assert (series.columns.counts.tolist(), series.columns.totals.tolist()) == ([2], [3.0])


def test_names_keep_to_one_line_and_to_a_length():
    [series] = measured([Reading(Family.JOB, "a\tb\nc" + "x" * 300, "ok", 1.0, AT)]).values()
    [(_, name, _)] = series.labels
    assert name.startswith("a b cx")
    assert len(name) == 200
    assert SeriesSet.from_bytes(series.to_bytes()).labels == series.labels


def test_the_newest_value_of_a_gauge_wins_whatever_is_merged_first():
    def gauge(value, at):
        return measured([Reading(Family.HOST, "cpu_percent", "host-1", value, at)])

    parts = [gauge(40.0, AT), gauge(90.0, AT + 9), gauge(10.0, AT + 5)]
    for order in (parts, parts[::-1]):
        [series] = merged(order).values()
        assert SeriesSet.from_bytes(series.to_bytes()).columns.latest.tolist() == [90.0]
