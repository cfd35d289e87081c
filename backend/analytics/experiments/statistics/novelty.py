"""Two looks at time: whether an effect wears off, and whether the arms differed before they were told apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.analytics.experiments.statistics.answers import Comparison, Inconclusive
from backend.analytics.experiments.statistics.corrections import holm
from backend.analytics.experiments.statistics.difference import difference
from backend.analytics.experiments.statistics.sequential import TUNING, sequential_difference

if TYPE_CHECKING:
    from backend.analytics.experiments.statistics.samples import Mean, Sample

UNITS = 500
LEVEL = 0.01
UNBALANCED = 0.001


@dataclass(frozen=True, slots=True)
class NoveltyArm:
    """Of units exposed at least 10 days ago: `early` is the daily mean of days 0-2 after exposure, of each unit.

    `change` is the mean of days 3-9 minus that of days 0-2, of each unit.
    """

    early: Mean
    change: Mean

    def __post_init__(self) -> None:
        if self.early.n != self.change.n:
            message = f"{self.early.n} units early, but {self.change.n} with a change."
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Novelty:
    """Early and late effect in the unit of the measure a day, and the test of their difference; only ever flagged."""

    early_effect: float
    late_effect: float
    change: Comparison
    is_flagged: bool


def novelty(control: NoveltyArm, treatment: NoveltyArm) -> Novelty | Inconclusive:
    """Welch's test of late minus early between arms; flagged if p < .01 and the late effect is < half the early one.

    An effect of the other sign is flagged too. Inconclusive below 500 units in an arm.
    """
    if min(control.change.n, treatment.change.n) < UNITS:
        return Inconclusive(f"fewer than {UNITS} units in an arm that were exposed 10 days ago")
    change = difference(control.change, treatment.change, alpha=LEVEL)
    if isinstance(change, Inconclusive):
        return change
    early = treatment.early.mean - control.early.mean
    late = early + change.estimate
    wears_off = bool(early) and late / early < 0.5
    return Novelty(early, late, change, change.p < LEVEL and wears_off)


@dataclass(frozen=True, slots=True)
class Balance:
    """Of each measure before the exposure: p corrected by Holm over measures and arms, and whether it is < .001."""

    p: Mapping[str, float]
    unbalanced: tuple[str, ...]

    @property
    def is_unhealthy(self) -> bool:
        return bool(self.unbalanced)


def balance(before: Mapping[str, tuple[Sample, Sample]], *, tuning: float = TUNING) -> Balance | Inconclusive:
    """Always-valid tests of x between control and a treatment, by name; Inconclusive if none can be tested."""
    answers = {
        name: sequential_difference(control, treatment, alpha=UNBALANCED, tuning=tuning)
        for name, (control, treatment) in before.items()
    }
    tested = {name: answer.p for name, answer in answers.items() if not isinstance(answer, Inconclusive)}
    if not tested:
        reasons = [answer.reason for answer in answers.values() if isinstance(answer, Inconclusive)]
        return Inconclusive(reasons[0] if reasons else "no measure of the time before")
    corrected = dict(zip(tested, holm(list(tested.values()), UNBALANCED).p, strict=True))
    return Balance(corrected, tuple(name for name, p in corrected.items() if p < UNBALANCED))
