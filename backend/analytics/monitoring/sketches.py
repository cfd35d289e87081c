"""Quantile sketches: DDSketch as two arrays.

A value falls into the bin of its logarithm, so a quantile is wrong by at most `ACCURACY` of itself (Masson, Rim, Lee
2019, "DDSketch: A Fast and Fully-Mergeable Quantile Sketch with Relative-Error Guarantees"). To merge is to add the
counts of equal bins, so that the order in which it is done changes nothing. The bins are those of the library
`ddsketch`; its own sketch adds one value at a time in Python, which would cost more than what it measures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from ddsketch.mapping import LogarithmicMapping
from numpy.typing import NDArray

ACCURACY = 0.01
MAPPING = LogarithmicMapping(ACCURACY)
KEYS_PER_DOUBLING = 1 / np.log2(MAPPING.gamma)
Keys = NDArray[np.int32]
Counts = NDArray[np.int64]
Values = NDArray[np.float64]


def keys_of(values: Values) -> Keys:
    """The bins of values that are above `MAPPING.min_possible`."""
    keys: Keys = np.ceil(np.log2(values) * KEYS_PER_DOUBLING).astype(np.int32)
    return keys


def last_key(limit: float) -> int:
    """The last bin whose values are counted as `limit` or less."""
    key = MAPPING.key(limit)
    return key if MAPPING.value(key) <= limit else key - 1


@dataclass(frozen=True, eq=False, slots=True)
class Sketch:
    """How values were distributed: how many there are, and the ascending bins of those above zero with their counts."""

    count: int
    keys: Keys
    counts: Counts

    @classmethod
    def none(cls) -> Self:
        """Of no values."""
        return cls(0, np.empty(0, np.int32), np.empty(0, np.int64))

    def quantile(self, q: float) -> float | None:
        """The value at this quantile, `0 <= q <= 1`; None of no values."""
        return self.quantiles(q)[0]

    def quantiles(self, *qs: float) -> list[float | None]:
        """The values at these quantiles, found at once."""
        if not self.count:
            return [None] * len(qs)
        ends = self.counts.cumsum()
        zeros = self.count - int(ends[-1]) if len(ends) else self.count
        ranks = [q * (self.count - 1) - zeros for q in qs]
        places = ends.searchsorted(ranks, side="right").tolist()
        return [
            0.0 if rank < 0 else float(MAPPING.value(int(self.keys[min(place, len(ends) - 1)])))
            for rank, place in zip(ranks, places, strict=True)
        ]

    def within(self, limit: float) -> int:
        """How many values are `limit` or less; those less than `ACCURACY` away from it may be counted either way."""
        if limit < MAPPING.min_possible:
            return self.zeros if limit >= 0 else 0
        return self.zeros + int(self.counts[: np.searchsorted(self.keys, last_key(limit), side="right")].sum())

    @property
    def zeros(self) -> int:
        return self.count - int(self.counts.sum())
