"""What was ever counted of each series, in fixed buckets: what `/metrics` is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from backend.analytics.monitoring.models import StoredTotal
from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.series import Label, SeriesSet
from backend.analytics.monitoring.sketches import last_key

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0, 3.0, 5.0, 10.0)
MOST_NAMES = 500
OTHER = "other"
LAST_KEYS = np.array([last_key(bound) for bound in BOUNDS])


def bounded(series: SeriesSet, known: set[str]) -> SeriesSet:
    """The series under no more than `MOST_NAMES` names, those in `known` first; what is beyond them is "other".

    Names come from templates and kinds, so this is reached only by a mistake, which must not fill the database.
    """
    labels = [(_kept(name, known), outcome) for name, outcome in series.labels]
    return series if tuple(labels) == series.labels else series.renamed(labels)


def grown(family: Family, series: SeriesSet, before: Mapping[Label, StoredTotal]) -> list[dict[str, Any]]:
    """The totals with what these series add, as rows."""
    columns = series.columns
    rows = []
    for label, count, total, buckets in zip(
        series.labels, columns.counts.tolist(), columns.totals.tolist(), within_bounds(series), strict=True
    ):
        old = before.get(label)
        if old is not None:
            count, total = count + old.count, total + old.total  # noqa: PLW2901
            buckets = [new + counted for new, counted in zip(buckets, old.buckets, strict=True)]  # noqa: PLW2901
        name, outcome = label
        row = {"family": family.value, "name": name, "outcome": outcome}
        rows.append(row | {"count": count, "total": total, "buckets": buckets})
    return rows


def within_bounds(series: SeriesSet) -> Sequence[list[int]]:
    """Of each series, how many values are at most each of `BOUNDS`."""
    columns, many, width = series.columns, len(series.labels), len(BOUNDS) + 1
    owners = np.repeat(np.arange(many), columns.sizes)
    places = owners * width + np.searchsorted(LAST_KEYS, columns.keys)
    counts = np.bincount(places, columns.bins, many * width).reshape(many, width)
    counts[:, 0] += columns.counts - np.bincount(owners, columns.bins, many)  # zeros have no bin
    whole: list[list[int]] = counts.cumsum(axis=1)[:, :-1].astype(np.int64).tolist()
    return whole


def _kept(name: str, known: set[str]) -> str:
    if name not in known:
        if len(known) >= MOST_NAMES:
            return OTHER
        known.add(name)
    return name
