"""An effect before it is tested: its estimate and error, which fixed and always-valid answers share."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, sqrt
from typing import TYPE_CHECKING

from backend.analytics.experiments.statistics.answers import Alternative, Inconclusive, Interval

if TYPE_CHECKING:
    from backend.analytics.experiments.statistics.samples import Sample


@dataclass(frozen=True, slots=True)
class Effect:
    """An estimate with the variance of both arms' shares in it, and Welch's degrees of freedom."""

    estimate: float
    variance: float
    df: float
    n_control: int
    n_treatment: int

    @property
    def se(self) -> float:
        return sqrt(self.variance)

    @property
    def n(self) -> int:
        return self.n_control + self.n_treatment


def refusal(control: Sample, treatment: Sample) -> Inconclusive | None:
    """Why two arms cannot be compared: no units, nothing to divide by, or no variance (n = 1, or both v = 0)."""
    lacking = control.lacks or treatment.lacks
    if lacking:
        return Inconclusive(lacking)
    if min(control.n, treatment.n) < 2 or not (control.variance or treatment.variance):
        return Inconclusive("no variance")
    return None


def absolute(control: Sample, treatment: Sample) -> Effect | Inconclusive:
    """Difference m_b - m_a; V = v_a/n_a + v_b/n_b; df of Welch (1947) and Satterthwaite (1946)."""
    refused = refusal(control, treatment)
    if refused:
        return refused
    return Effect(
        estimate=treatment.mean - control.mean,
        variance=control.variance / control.n + treatment.variance / treatment.n,
        df=welch_df(control, treatment),
        n_control=control.n,
        n_treatment=treatment.n,
    )


def welch_df(control: Sample, treatment: Sample) -> float:
    """V^2 / (V_a^2 / (n_a - 1) + V_b^2 / (n_b - 1)); shares of V, so that no tiny variance underflows."""
    own, other = control.variance / control.n, treatment.variance / treatment.n
    whole = own + other
    return 1 / ((own / whole) ** 2 / (control.n - 1) + (other / whole) ** 2 / (treatment.n - 1))


def relative(control: Sample, treatment: Sample) -> Effect | Inconclusive:
    """Lift (m_b - m_a)/|m_a| by the delta method; Inconclusive also when the control's value is 0.

    V = V_b/m_a^2 + V_a m_b^2/m_a^4; with CUPED the gradient is taken at the unadjusted means.
    """
    plain = absolute(control, treatment)
    if isinstance(plain, Inconclusive):
        return plain
    base = control.baseline
    if not base:
        return Inconclusive("the control's value is zero")
    ratio = treatment.baseline / base
    explained = control.baseline_variance - control.shared_variance
    prior = control.variance + control.baseline_variance - 2 * control.shared_variance
    spread = ratio * ratio * control.baseline_variance - 2 * ratio * explained + prior
    variance = (treatment.variance / treatment.n + max(spread, 0.0) / control.n) / (base * base)
    if not variance:
        return Inconclusive("no variance")
    return Effect(plain.estimate / abs(base), variance, plain.df, control.n, treatment.n)


def around(estimate: float, half_width: float, alternative: Alternative) -> Interval:
    """The interval of a test against `alternative`: one-sided ones have one infinite bound."""
    below = float("-inf") if alternative is Alternative.LESS else estimate - half_width
    above = float("inf") if alternative is Alternative.GREATER else estimate + half_width
    return Interval(below, above)


def check_level(level: float, *, below: float = 1.0) -> None:
    """Raise ValueError unless 0 < level < `below`."""
    if not 0 < level < below:
        message = f"An error level is between 0 and {below:g}, not {level}."
        raise ValueError(message)


def check_finite(**numbers: float) -> None:
    for name, value in numbers.items():
        if not isfinite(value):
            message = f"{name} is {value}, which is no number to compare with."
            raise ValueError(message)
