"""The order of moves: four published ranks together, and openings where two of them come out close."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from backend.assessments.job_impact.model.move_rules import Candidate

CLOSE = 0.25


def in_order(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The best first; those that shrink or rarely open come after all others.

    Each has four ranks among the candidates (openings, growth, pay, similarity; equal values share the mean of their
    ranks, and what is not published is last), and their mean. "Close" is no order by itself, for it does not chain,
    so places are given out one by one: of those whose mean lies less than a quarter above the lowest mean still
    unplaced, the one with the most openings is next; then the lower mean, then the code.
    """
    left = sorted(
        zip(_mean_ranks(candidates), candidates, strict=True), key=lambda pair: (pair[0], pair[1].occupation.code)
    )
    ordered: list[Candidate] = []
    while left:
        lowest, _ = left[0]
        close = [pair for pair in left if pair[0] < lowest + CLOSE]
        chosen = max(close, key=lambda pair: _known(pair[1].occupation.openings))
        left.remove(chosen)
        ordered.append(chosen[1])
    return tuple(sorted(ordered, key=lambda candidate: not candidate.may_be_first))


def _mean_ranks(candidates: Sequence[Candidate]) -> list[float]:
    columns = (
        [_known(c.occupation.openings) for c in candidates],
        [_known(c.occupation.growth_percent) for c in candidates],
        [c.step.pay_kept for c in candidates],
        [float(c.similarity) for c in candidates],
    )
    return [sum(ranks) / len(columns) for ranks in zip(*(_ranks(column) for column in columns), strict=True)]


def _known(value: float | None) -> float:
    return float("-inf") if value is None else float(value)


def _ranks(values: Sequence[float]) -> list[float]:
    """1 for the highest."""
    rising = sorted(values)
    # Those above, and the middle of those that are equal.
    return [len(rising) - (bisect_left(rising, value) + bisect_right(rising, value) - 1) / 2 for value in values]
