"""The rows of one family in a period, with where each belongs: what windows are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from backend.analytics.monitoring.name_filter import NameFilter
from backend.analytics.monitoring.overview import MARK, groups_of
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
    def of(cls, own: Sequence[tuple[int, SeriesSet]]) -> Self:
        """`own`: the family's series, each with the start of its span."""
        known: dict[Label, int] = {}
        places = [known.setdefault(label, len(known)) for _, part in own for label in part.labels]
        starts = np.repeat([start for start, _ in own], [len(part.labels) for _, part in own]).astype(np.int64)
        columns = Columns.joined([part.columns for _, part in own]) if own else Columns.empty()
        return cls(tuple(known), np.array(places, np.int64), starts, columns)

    def among(self, names: NameFilter) -> Rows:
        """The rows whose name is meant; in rows of an overview, those of the group of such names."""
        is_meant = [_is_meant(label, names) for label in self.labels]
        if all(is_meant):
            return self
        meant = np.array(is_meant, np.bool_)
        kept = meant[self.places]
        labels = tuple(label for label, is_kept in zip(self.labels, is_meant, strict=True) if is_kept)
        renumbered = np.cumsum(meant) - 1
        return Rows(labels, renumbered[self.places[kept]], self.starts[kept], self.columns.where(kept))

    @property
    def is_failed(self) -> NDArray[np.bool_]:
        """Of each label, whether its outcome is a failure."""
        return np.array([outcome in FAILED for _, _, outcome in self.labels], np.bool_)


def _is_meant(label: Label, names: NameFilter) -> bool:
    family, name, _ = label
    return name == groups_of(family).get(names) if name.startswith(MARK) else names.includes(name)
