"""Corrections for several comparisons, with levels for intervals that never contradict the corrected p."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.analytics.experiments.statistics.effects import check_level


@dataclass(frozen=True, slots=True)
class Corrected:
    """In the order of the p-values: adjusted p, level of each interval, and which hypotheses are rejected."""

    p: tuple[float, ...]
    levels: tuple[float, ...]
    rejected: tuple[bool, ...]


def holm(p_values: Sequence[float], alpha: float = 0.05) -> Corrected:
    """Holm (1979): adjusted p at rank i is max over j <= i of (m - j + 1) p_(j), at most 1.

    Levels are alpha/(m - i + 1) at rank i until the first hypothesis that stays, whose level all later ones keep.
    ValueError for a p or an alpha outside 0..1.
    """
    ranked = _ranked(p_values, alpha)
    m, largest, level = len(ranked), 0.0, alpha
    adjusted, levels, rejected = [0.0] * m, [alpha] * m, [False] * m
    goes_on = True
    for rank, place in enumerate(ranked):
        largest = max(largest, (m - rank) * p_values[place])
        adjusted[place] = min(largest, 1.0)
        if goes_on:
            level = alpha / (m - rank)
            goes_on = p_values[place] <= level
            rejected[place] = goes_on
        levels[place] = level
    return Corrected(tuple(adjusted), tuple(levels), tuple(rejected))


def benjamini_hochberg(p_values: Sequence[float], alpha: float = 0.05) -> Corrected:
    """Benjamini & Hochberg (1995): adjusted p at rank i is min over j >= i of m p_(j)/j, at most 1.

    With R rejections, levels are alpha R/m of the rejected, so that at most alpha of their intervals miss on average
    (Benjamini & Yekutieli 2005), and alpha min(m, R + 1)/m of the others. ValueError as of `holm`.
    """
    ranked = _ranked(p_values, alpha)
    m, smallest = len(ranked), 1.0
    adjusted = [1.0] * m
    rejections = max((rank for rank, place in enumerate(ranked, 1) if p_values[place] <= alpha * rank / m), default=0)
    for rank in range(m, 0, -1):
        place = ranked[rank - 1]
        smallest = min(smallest, m * p_values[place] / rank)
        adjusted[place] = smallest
    rejected_places = set(ranked[:rejections])
    levels = [alpha * (rejections if i in rejected_places else min(m, rejections + 1)) / m for i in range(m)]
    return Corrected(tuple(adjusted), tuple(levels), tuple(i in rejected_places for i in range(m)))


def _ranked(p_values: Sequence[float], alpha: float) -> list[int]:
    check_level(alpha)
    for p in p_values:
        if not 0 <= p <= 1:
            message = f"A p-value is between 0 and 1, not {p}."
            raise ValueError(message)
    return sorted(range(len(p_values)), key=p_values.__getitem__)
