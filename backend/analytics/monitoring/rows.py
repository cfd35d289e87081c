"""The rows of a period, with where each belongs: what windows are made of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from backend.analytics.monitoring.name_filter import NameFilter
from backend.analytics.monitoring.readings import Family
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
    def of(cls, parts: Sequence[tuple[int, SeriesSet]], families: Collection[str]) -> Self:
        """Those of some families; `parts`: each with the start of its span."""
        known: dict[Label, int] = {}
        places = [known.setdefault(label, len(known)) for _, part in parts for label in part.labels]
        starts = np.repeat([start for start, _ in parts], [len(part.labels) for _, part in parts]).astype(np.int64)
        columns = Columns.joined([part.columns for _, part in parts]) if parts else Columns.empty()
        whole = cls(tuple(known), np.array(places, np.int64), starts, columns)
        return whole._where([family in families for family, _, _ in whole.labels])

    def among(self, family: Family, names: NameFilter) -> Rows:
        """The rows of a family whose name is meant."""
        return self._where([kind == family and names.includes(name) for kind, name, _ in self.labels])

    def _where(self, is_meant: Sequence[bool]) -> Self:
        if all(is_meant):
            return self
        meant = np.array(is_meant, np.bool_)
        kept = meant[self.places]
        labels = tuple(label for label, is_kept in zip(self.labels, is_meant, strict=True) if is_kept)
        renumbered = np.cumsum(meant) - 1
        return type(self)(labels, renumbered[self.places[kept]], self.starts[kept], self.columns.where(kept))

    @property
    def is_failed(self) -> NDArray[np.bool_]:
        """Of each label, whether its outcome is a failure."""
        return np.array([outcome in FAILED for _, _, outcome in self.labels], np.bool_)
