"""What was ever counted of each series, in fixed buckets: what `/metrics` is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from backend.analytics.monitoring.series import Label, SeriesSet
from backend.analytics.monitoring.sketches import last_key

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0, 2.0, 3.0, 5.0, 10.0)
MOST_NAMES = 500
OTHER = "other"
LAST_KEYS = np.array([last_key(bound) for bound in BOUNDS])


@dataclass(frozen=True, slots=True)
class Total:
    """What was ever counted of one series; `buckets`: how many values were at most each of `BOUNDS`."""

    family: str
    name: str
    outcome: str
    count: int
    total: float
    buckets: list[int]

    @property
    def label(self) -> Label:
        return self.family, self.name, self.outcome


def bounded(series: SeriesSet, known: dict[str, set[str]]) -> SeriesSet:
    """The series under no more than `MOST_NAMES` names in each family, the `known` first; those beyond are "other".

    Names come from templates and kinds, so this is reached only by a mistake, which must not fill the database.
    """
    labels = [(family, _kept(name, known.setdefault(family, set())), rest) for family, name, rest in series.labels]
    return series if tuple(labels) == series.labels else series.renamed(labels)


def grown(series: SeriesSet, before: Mapping[Label, Total]) -> list[Total]:
    """The totals with what these series add."""
    columns = series.columns
    added = zip(columns.counts.tolist(), columns.totals.tolist(), within_bounds(series), strict=True)
    rows = []
    for label, (count, total, buckets) in zip(series.labels, added, strict=True):
        old = before.get(label) or Total(*label, 0, 0.0, [0] * len(BOUNDS))
        counts = [new + counted for new, counted in zip(buckets, old.buckets, strict=True)]
        rows.append(Total(*label, old.count + count, old.total + total, counts))
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
