"""What a related occupation must pass to be offered as a move, and what it misses where it does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

import numpy as np

from backend.assessments.job_impact.model.job_impact import MEDIUM_FROM
from backend.assessments.job_impact.model.result import Exposure, Miss, MoveFlag, MoveRule, Relaxation
from backend.reference.tables import Occupation

LESS_EXPOSED_BY, RELAXED_LESS_EXPOSED_BY = 10, 5
MORE_EXPOSED_BY, RELAXED_MORE_EXPOSED_BY = 5, 10
RELAXED_UNDER = MEDIUM_FROM + 5
PAY_KEPT, RELAXED_PAY_KEPT = 95.0, 80.0
ZONES_ABOVE, RELAXED_ZONES_ABOVE = 1.0, 2.0
LONG_DEGREE = "Doctoral or professional degree"
SHRINKING_BELOW, RARE_BELOW = -2.0, 1_000
ZONES = (1.0, 2.0, 3.0, 4.0, 5.0)
ZONE_YEARS = (0.25, 1.0, 2.0, 4.0, 8.0)


@dataclass(frozen=True, slots=True)
class Start:
    """Where a move begins: today's occupation, its job zone, and the person's own place in whole points.

    Places are compared as whole numbers, which is how they are shown: from 25 to 30 is 5 more.
    """

    occupation: Occupation
    place: int
    zone: float

    @property
    def low(self) -> bool:
        """Whether less exposure is not the point of a move."""
        return self.place < MEDIUM_FROM


@dataclass(frozen=True, slots=True)
class Step:
    """From today's occupation to a related one: what the rules ask about.

    `pay_kept`: its median in percent of today's, in the same area. `zones`: O*NET job zones above today's.
    """

    start: Start
    there: Occupation
    place: int
    pay_kept: float
    zones: float
    years: float

    def misses(self) -> tuple[Miss, ...]:
        """Every rule it fails, and what would relax it."""
        return (*self._exposure(), *self._pay(), *self._preparation(), *self._degree())

    def _exposure(self) -> Iterator[Miss]:
        more = self.place - self.start.place
        if self.start.low:
            passes = more <= MORE_EXPOSED_BY and self.place < MEDIUM_FROM
            nearly = more <= RELAXED_MORE_EXPOSED_BY and self.place < RELAXED_UNDER
        else:
            passes, nearly = more <= -LESS_EXPOSED_BY, more <= -RELAXED_LESS_EXPOSED_BY
        if passes:
            return
        words = f"only {-more} less exposed" if more < 0 else f"{more} more exposed" if more else "just as exposed"
        where = f", at {self.place}" if self.start.low and more <= MORE_EXPOSED_BY else ""
        relaxed_by = Relaxation.EXPOSURE if nearly else Relaxation.ANY_EXPOSURE
        yield Miss(MoveRule.EXPOSURE, f"{words}{where}", relaxed_by)

    def _pay(self) -> Iterator[Miss]:
        if self.pay_kept < PAY_KEPT:
            less = max(round(100.0 - self.pay_kept, 1), ceil(10.0 * (100.0 - PAY_KEPT) + 1) / 10.0)
            relaxed_by = Relaxation.PAY if self.pay_kept >= RELAXED_PAY_KEPT else None
            yield Miss(MoveRule.PAY, f"pays {less:.1f}% less", relaxed_by)

    def _preparation(self) -> Iterator[Miss]:
        if self.zones > ZONES_ABOVE:
            relaxed_by = Relaxation.PREPARATION if self.zones <= RELAXED_ZONES_ABOVE else None
            yield Miss(MoveRule.PREPARATION, f"needs {length(self.years)} more preparation", relaxed_by)

    def _degree(self) -> Iterator[Miss]:
        if self.there.entry_education == LONG_DEGREE != self.start.occupation.entry_education:
            yield Miss(MoveRule.DEGREE, "needs a doctoral or professional degree", None)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A related occupation with every rule it misses. `similarity`: its rank among the related, 100 for the first."""

    step: Step
    exposure: Exposure
    similarity: int
    median_pay: int
    area: str
    misses: tuple[Miss, ...]

    @property
    def occupation(self) -> Occupation:
        return self.step.there

    @property
    def flags(self) -> tuple[MoveFlag, ...]:
        growth, openings = self.occupation.growth_percent, self.occupation.openings
        shrinking = growth is not None and growth < SHRINKING_BELOW
        rare = openings is not None and openings < RARE_BELOW
        return (*((MoveFlag.SHRINKING,) if shrinking else ()), *((MoveFlag.RARE,) if rare else ()))

    @property
    def may_be_first(self) -> bool:
        """Neither shrinking nor rare, as far as that is published."""
        return not self.flags and self.occupation.growth_percent is not None and self.occupation.openings is not None


def extra_years(today: float, there: float) -> float:
    """Years of preparation from one job zone (1 to 5) up to another; 0 when not higher.

    Typical years .25, 1, 2, 4, 8 for O*NET job zones 1 to 5, linear between (an occupation's zone can be a mean).
    """
    before, after = np.interp((today, there), ZONES, ZONE_YEARS)
    return max(float(after - before), 0.0)


def length(years: float) -> str:
    if years < 1:
        return f"about {max(round(12 * years), 1)} months"
    halves = round(2 * years) / 2
    return "about 1 year" if halves == 1 else f"about {halves:g} years"
