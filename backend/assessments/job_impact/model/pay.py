"""Where a salary lies among published pay percentiles: the piecewise lognormal distribution through them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import isfinite, log
from statistics import NormalDist
from typing import Self

import numpy as np

from backend.reference.tables import Pay

NORMAL = NormalDist()
SCORES = tuple(NORMAL.inv_cdf(p) for p in (0.10, 0.25, 0.50, 0.75, 0.90))
FEWEST_NATIONAL, FEWEST_AREA = 2, 3
SMALLEST_STEP = 1e-6
LOWEST, HIGHEST = 1.0, 99.0


@dataclass(frozen=True, slots=True)
class PayDistribution:
    """Known points of a pay distribution.

    `scores`: standard normal quantiles z_i; `logs`: ln of annual US dollars; both shape (n >= 2,), strictly rising.
    """

    scores: tuple[float, ...]
    logs: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.scores) != len(self.logs) or len(self.scores) < FEWEST_NATIONAL:
            raise ValueError("a pay distribution needs two points or more")
        if any(low >= high for values in (self.scores, self.logs) for low, high in pairwise(values)):
            raise ValueError("the points of a pay distribution rise")

    @classmethod
    def of(cls, pay: Pay, fewest: int) -> Self | None:
        """The distribution through the published percentiles, or None if fewer than `fewest` are known.

        Percentiles published as equal are parted by 1e-6 in the log. Raises ValueError on pay that is not positive
        or falls from one percentile to the next.
        """
        published = (pay.p10, pay.p25, pay.p50, pay.p75, pay.p90)
        points = [(score, dollars) for score, dollars in zip(SCORES, published, strict=True) if dollars is not None]
        if len(points) < fewest:
            return None
        if any(low > high for (_, low), (_, high) in pairwise(points)) or points[0][1] <= 0:
            raise ValueError("pay percentiles are positive and never fall")
        logs = [log(points[0][1])]
        for _, dollars in points[1:]:
            logs.append(max(log(dollars), logs[-1] + SMALLEST_STEP))
        return cls(tuple(score for score, _ in points), tuple(logs))

    def percentile(self, salary: float) -> float:
        """Percent of workers paid less than `salary` (annual US dollars), between 1 and 99.

        Linear between points in (ln pay, z); beyond them the first and the last slope go on.
        """
        if not (isfinite(salary) and salary > 0):
            raise ValueError("a salary is a positive number of dollars")
        place = 100.0 * NORMAL.cdf(self._score(log(salary)))
        return min(max(place, LOWEST), HIGHEST)

    def _score(self, value: float) -> float:
        if value < self.logs[0]:
            return self._extended(value, 0)
        if value > self.logs[-1]:
            return self._extended(value, len(self.logs) - 2)
        return float(np.interp(value, self.logs, self.scores))

    def _extended(self, value: float, start: int) -> float:
        rise = (self.scores[start + 1] - self.scores[start]) / (self.logs[start + 1] - self.logs[start])
        return self.scores[start] + (value - self.logs[start]) * rise
