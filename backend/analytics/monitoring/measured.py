"""Readings as series, by minute and family: what a process writes down at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from math import isfinite

import numpy as np

from backend.analytics.monitoring.readings import Family, Reading
from backend.analytics.monitoring.series import Columns, Label, SeriesSet, grouped
from backend.analytics.monitoring.sketches import MAPPING, keys_of

MINUTE = 60
LONGEST_NAME = 200
GAUGES = frozenset({Family.HOST})
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f]+")
Span = tuple[int, Family]  # the minute, in seconds since the epoch; the family
Measured = Mapping[Span, SeriesSet]


def measured(readings: Iterable[Reading]) -> dict[Span, SeriesSet]:
    """The readings by span. What is no number is dropped; less than zero, as after a clock was set back, is zero."""
    valid = [reading for reading in readings if isfinite(reading.value) and isfinite(reading.at)]
    if not valid:
        return {}
    labels, groups = grouped(
        [(int(at) // MINUTE * MINUTE, family, name, outcome) for family, name, outcome, _, at in valid]
    )
    columns = _rows(valid).combined(groups, len(labels))
    spans: dict[Span, SeriesSet] = {}
    first = 0
    for (minute, family), own in groupby(labels, lambda label: label[:2]):
        series = [_clean(name, outcome) for _, _, name, outcome in own]
        rows = SeriesSet(tuple(series), columns.cut(first, first + len(series)))
        spans[minute, Family(family)] = rows if tuple(sorted(set(series))) == rows.labels else rows.renamed(series)
        first += len(series)
    return spans


def merged(parts: Iterable[Measured]) -> dict[Span, SeriesSet]:
    """What several flushes hold, by span."""
    by_span: dict[Span, list[SeriesSet]] = {}
    for part in parts:
        for span, series in part.items():
            by_span.setdefault(span, []).append(series)
    return {span: SeriesSet.merged(several) for span, several in by_span.items()}


def _rows(readings: Sequence[Reading]) -> Columns:
    """A row for each reading."""
    many = len(readings)
    values = np.maximum(np.fromiter((reading.value for reading in readings), np.float64, many), 0.0)
    is_gauge = np.fromiter((reading.family in GAUGES for reading in readings), np.bool_, many)
    at = np.fromiter((reading.at for reading in readings), np.float64, many)
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


def _clean(name: str, outcome: str) -> Label:
    return UNPRINTABLE.sub(" ", name)[:LONGEST_NAME], UNPRINTABLE.sub(" ", outcome)[:LONGEST_NAME]
