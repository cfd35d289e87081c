"""How much each kind of evidence counts in a score: one weighting for everybody, and named others to compare it with.

Every one of them is of the same published measures, places, and band; only the mean differs, so a score never leaves
the range of its kinds. Sources: docs/methodology.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import fsum

from backend.assessments.job_impact.model.result import Evidence


@dataclass(frozen=True, slots=True)
class Weighting:
    """`twice` counts double, every other kind once; `each_measure`: a kind counts as often as it has measures."""

    key: str
    twice: Evidence | None = None
    each_measure: bool = False

    def of(self, measures: Mapping[Evidence, int]) -> dict[Evidence, float]:
        """The weight of each kind that has `measures`."""
        if self.each_measure:
            return {kind: float(number) for kind, number in measures.items()}
        return {kind: 2.0 if kind is self.twice else 1.0 for kind in measures}


EQUAL_KINDS = Weighting("equal_kinds")
WEIGHTINGS: Mapping[str, Weighting] = {
    weighting.key: weighting
    for weighting in (
        EQUAL_KINDS,
        Weighting("equal_measures", each_measure=True),
        Weighting("tasks_twice", twice=Evidence.TASK),
        Weighting("use_twice", twice=Evidence.USAGE),
    )
}


def weighted_mean(pairs: Iterable[tuple[float, float]]) -> float:
    """Of values and their weights, all positive."""
    each = tuple(pairs)
    return fsum(value * weight for value, weight in each) / fsum(weight for _, weight in each)
