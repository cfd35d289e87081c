"""Answers of a comparison: an estimate with its interval and p, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SMALLEST_P = 1e-300
"""What a p that no float can hold is reported as: a bound from above, marked by `is_p_bound`."""


class Alternative(StrEnum):
    """Which hypothesis a test is against. One-sided intervals have one infinite bound."""

    TWO_SIDED = "two_sided"
    GREATER = "greater"
    LESS = "less"


@dataclass(frozen=True, slots=True)
class Inconclusive:
    """No answer, and why. It is never an effect of 0 or a p of 1."""

    reason: str


@dataclass(frozen=True, slots=True)
class Interval:
    """From `lower` to `upper`; infinite where a one-sided interval has no bound."""

    lower: float
    upper: float

    def __post_init__(self) -> None:
        if not self.lower <= self.upper:
            message = f"An interval runs upward, not from {self.lower} to {self.upper}."
            raise ValueError(message)

    def excludes(self, value: float) -> bool:
        return not self.lower <= value <= self.upper

    @property
    def half_width(self) -> float:
        return (self.upper - self.lower) / 2


@dataclass(frozen=True, slots=True)
class Comparison:
    """Treatment minus control, in the unit of the measure (of a lift by the delta method: as a share).

    `df` are Welch's degrees of freedom, `multiplier` is half-width / SE, and `log_e` the logarithm of the e-value
    of an always-valid answer (None for a fixed horizon). `p` agrees with the interval: p <= level exactly when the
    interval excludes `null`.
    """

    estimate: float
    se: float
    df: float
    interval: Interval
    p: float
    multiplier: float
    null: float = 0.0
    is_p_bound: bool = False
    log_e: float | None = None


@dataclass(frozen=True, slots=True)
class Lift:
    """(Treatment - control) / |control| with Fieller's interval, as shares: .1 is 10 %."""

    estimate: float
    interval: Interval
