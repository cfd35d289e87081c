"""The lift that is shown and decides: Fieller's interval, which excludes 0 exactly when the difference does."""

from __future__ import annotations

from math import copysign, sqrt
from typing import TYPE_CHECKING

from backend.analytics.experiments.statistics.answers import Inconclusive, Interval, Lift
from backend.analytics.experiments.statistics.effects import absolute

if TYPE_CHECKING:
    from backend.analytics.experiments.statistics.samples import Sample

NO_BASELINE = "the control's value cannot be told from zero"


def fieller(control: Sample, treatment: Sample, *, multiplier: float) -> Lift | Inconclusive:
    """(m_b - m_a)/|m_a|, as a share, with the interval of Fieller (1954) for any multiplier c of the error.

    With A = |m_a| and C = cov(D, A): roots of (A^2 - c^2 V_a) L^2 - 2 (A D - c^2 C) L + (D^2 - c^2 V) = 0.
    c is that of a fixed or of an always-valid comparison (`Comparison.multiplier`). Inconclusive if A^2 <= c^2 V_a;
    ValueError unless c > 0.
    """
    if not 0 < multiplier < float("inf"):
        message = f"A multiplier of an error is above 0, not {multiplier}."
        raise ValueError(message)
    effect = absolute(control, treatment)
    if isinstance(effect, Inconclusive):
        return effect
    base = control.baseline
    size, width = abs(base), multiplier * multiplier
    base_variance = control.baseline_variance / control.n
    if size * size <= width * base_variance:
        return Inconclusive(NO_BASELINE)
    covariance = -copysign(control.shared_variance / control.n, base * control.shared_variance)
    leading = size * size - width * base_variance
    middle = size * effect.estimate - width * covariance
    last = (abs(effect.estimate) - multiplier * effect.se) * (abs(effect.estimate) + multiplier * effect.se)
    root = sqrt(max(middle * middle - leading * last, 0.0))
    far = middle + copysign(root, middle)
    bounds = sorted((far / leading, last / far if far else 0.0))
    return Lift(effect.estimate / size, Interval(*bounds))
