"""Readings as series, by minute: what a process writes down at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import compress, groupby
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from backend.analytics.monitoring.readings import Family, Reading
from backend.analytics.monitoring.series import Columns, Label, SeriesSet, grouped
from backend.analytics.monitoring.sketches import MAPPING, Values, keys_of

MINUTE = 60
LONGEST_NAME = 200
GAUGES = frozenset({Family.HOST, Family.BUSINESS})
LABEL = tuple(itemgetter(place) for place in range(3))  # family, name, outcome
VALUE, AT = itemgetter(3), itemgetter(4)
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]+")
Measured = Mapping[int, SeriesSet]  # by the start of the minute, in seconds since the epoch


def measured(readings: Sequence[Reading]) -> dict[int, SeriesSet]:
    """The readings by minute. What is no number is dropped; less than zero, as after a clock was set back, is zero."""
    values, at = _numbers(VALUE, readings), _numbers(AT, readings)
    is_valid = np.isfinite(values) & np.isfinite(at)
    if not is_valid.all():
        readings, values, at = list(compress(readings, is_valid)), values[is_valid], at[is_valid]
    if not readings:
        return {}
    minutes = (at // MINUTE).astype(np.int64) * MINUTE
    labels, groups = grouped(list(zip(minutes.tolist(), *(map(of, readings) for of in LABEL), strict=True)))
    is_gauge = np.array([family in GAUGES for _, family, _, _ in labels])[groups]
    columns = _rows(values, at, is_gauge).combined(groups, len(labels))
    ends, by_minute, first = [0, *np.cumsum(columns.sizes).tolist()], {}, 0
    for minute, own in groupby(labels, itemgetter(0)):
        series = [_clean(*label) for _, *label in own]
        last = first + len(series)
        rows = SeriesSet(tuple(series), columns.cut(first, last, ends[first], ends[last]))
        by_minute[minute] = rows.renamed(series)
        first = last
    return by_minute


def _numbers(of: Callable[[Reading], float], readings: Sequence[Reading]) -> Values:
    return np.fromiter(map(of, readings), np.float64, len(readings))


def merged(parts: Iterable[Measured]) -> dict[int, SeriesSet]:
    """What several flushes hold, by minute."""
    by_minute: dict[int, list[SeriesSet]] = {}
    for part in parts:
        for minute, series in part.items():
            by_minute.setdefault(minute, []).append(series)
    return {minute: SeriesSet.merged(several) for minute, several in by_minute.items()}


def _rows(values: Values, at: Values, is_gauge: NDArray[np.bool_]) -> Columns:
    """A row for each reading."""
    many, values = len(values), np.maximum(values, 0.0)
    is_above_zero = values > MAPPING.min_possible
    return Columns(
        counts=np.ones(many, np.int64),
        totals=values,
        maxima=values,
        latest_at=np.where(is_gauge, at, -np.inf),
        latest=np.where(is_gauge, values, 0.0),
        sizes=is_above_zero.astype(np.int64),
        keys=keys_of(values[is_above_zero]),
        bins=np.ones(int(is_above_zero.sum()), np.int64),
    )


def _clean(family: Family, name: str, outcome: str) -> Label:
    return family.value, _one_line(name), _one_line(outcome)


def _one_line(text: str) -> str:
    return UNPRINTABLE.sub(" ", text)[:LONGEST_NAME]
