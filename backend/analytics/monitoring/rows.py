"""The rows of one family in a period, with where each belongs: what windows are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from backend.analytics.monitoring.name_filter import ANY, NameFilter
from backend.analytics.monitoring.series import Columns, Groups, Label, SeriesSet

FAILED = frozenset({"5xx", "failed", "miss"})


@dataclass(frozen=True, eq=False, slots=True)
class Rows:
    """Row `i` is of `labels[places[i]]`, in the span that starts at `starts[i]`."""

    labels: tuple[Label, ...]
    places: Groups
    starts: Groups
    columns: Columns

    @classmethod
    def of(cls, parts: Sequence[tuple[int, SeriesSet]]) -> Self:
        """`parts`: each with the start of its span."""
        known: dict[Label, int] = {}
        places = [known.setdefault(label, len(known)) for _, part in parts for label in part.labels]
        starts = np.repeat([start for start, _ in parts], [len(part.labels) for _, part in parts])
        columns = Columns.joined([part.columns for _, part in parts]) if parts else Columns.empty()
        return cls(tuple(known), np.array(places, np.int64), starts.astype(np.int64), columns)

    def among(self, names: NameFilter) -> Rows:
        """The rows whose name is meant."""
        if names == ANY:
            return self
        is_meant = np.array([names.includes(name) for name, _ in self.labels], np.bool_)
        kept = is_meant[self.places]
        renumbered = np.cumsum(is_meant) - 1
        labels = tuple(label for label, meant in zip(self.labels, is_meant, strict=True) if meant)
        return Rows(labels, renumbered[self.places[kept]], self.starts[kept], self.columns.where(kept))

    @property
    def is_failed(self) -> NDArray[np.bool_]:
        """Of each label, whether its outcome is a failure."""
        return np.array([outcome in FAILED for _, outcome in self.labels], np.bool_)
