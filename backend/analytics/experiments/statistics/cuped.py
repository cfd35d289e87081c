"""CUPED: differences with less noise, by what the same units did before they were exposed.

Deng, Xu, Kohavi & Walker (2013); ratios by the delta method. x is the same measure in the 14 days before a unit's own
first exposure, 0 if nothing happened.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Protocol, Self, TypeVar

import numpy as np
import numpy.typing as npt

from backend.analytics.experiments.statistics.answers import Inconclusive
from backend.analytics.experiments.statistics.samples import Mean, Proportion, Ratio, Sample
from backend.analytics.experiments.statistics.sequential import sequential_difference

UNBALANCED = 0.001


@dataclass(frozen=True, slots=True)
class Moments:
    """Of one arm: values after and before, and their variances and covariance of one unit."""

    n: int
    after: float
    before: float
    variance: float
    before_variance: float
    covariance: float


class Pair(Protocol):
    """One arm with a value before: sums that add up, and moments."""

    def __add__(self, other: Self) -> Self: ...
    @property
    def n(self) -> int: ...
    @property
    def after(self) -> Sample: ...
    @property
    def before(self) -> Sample: ...
    def moments(self) -> Moments: ...


AnyPair = TypeVar("AnyPair", bound=Pair)


@dataclass(frozen=True, slots=True)
class MeanPair:
    """`after`, `before`, and the sum of products x y of the same units; moments with n - 1."""

    after: Mean
    before: Mean
    products: float

    def __post_init__(self) -> None:
        _check_pair(self.after.n, self.before.n, self.products)
        if self.products**2 > self.after.squares * self.before.squares * (1 + 1e-6) + 1e-9:
            _refuse("the sum of products is larger than the squares allow")

    def __add__(self, other: Self) -> Self:
        return type(self)(self.after + other.after, self.before + other.before, self.products + other.products)

    @property
    def n(self) -> int:
        return self.after.n

    def moments(self) -> Moments:
        covariance = (self.products - self.after.total * self.before.total / self.n) / (self.n - 1)
        return Moments(self.n, self.after.mean, self.before.mean, self.after.variance, self.before.variance, covariance)


@dataclass(frozen=True, slots=True)
class ProportionPair:
    """Successes after, before, and `both` times, of the same units; moments with 1/n."""

    after: Proportion
    before: Proportion
    both: int

    def __post_init__(self) -> None:
        _check_pair(self.after.n, self.before.n, self.both)
        least = max(self.after.successes + self.before.successes - self.n, 0)
        if not least <= self.both <= min(self.after.successes, self.before.successes):
            _refuse(f"{self.both} units succeeded both times")

    def __add__(self, other: Self) -> Self:
        return type(self)(self.after + other.after, self.before + other.before, self.both + other.both)

    @property
    def n(self) -> int:
        return self.after.n

    def moments(self) -> Moments:
        covariance = self.both / self.n - self.after.mean * self.before.mean
        return Moments(self.n, self.after.mean, self.before.mean, self.after.variance, self.before.variance, covariance)


@dataclass(frozen=True, slots=True)
class RatioPair:
    """Ratios after (y/d) and before (x/e) with the four sums of products across: xy, ey, xd, ed.

    Moments are those of the linearized ratios: G = (1/mean d, -R/mean d), H likewise of before, on the 4 x 4 sample
    covariance of (y, d, x, e).
    """

    after: Ratio
    before: Ratio
    products: tuple[float, float, float, float]

    def __post_init__(self) -> None:
        _check_pair(self.after.n, self.before.n, *self.products)

    def __add__(self, other: Self) -> Self:
        xy, ey, xd, ed = (own + more for own, more in zip(self.products, other.products, strict=True))
        return type(self)(self.after + other.after, self.before + other.before, (xy, ey, xd, ed))

    @property
    def n(self) -> int:
        return self.after.n

    def moments(self) -> Moments:
        after, before, n = self.after, self.before, self.n
        late, early = after.denominator / n, before.denominator / n
        xy, ey, xd, ed = (
            (product - own * other / n) / (n - 1)
            for product, own, other in zip(
                self.products,
                (before.numerator, before.denominator, before.numerator, before.denominator),
                (after.numerator, after.numerator, after.denominator, after.denominator),
                strict=True,
            )
        )
        covariance = (xy - before.mean * ey - after.mean * xd + after.mean * before.mean * ed) / (late * early)
        return Moments(n, after.mean, before.mean, after.variance, before.variance, covariance)


@dataclass(frozen=True, slots=True)
class Adjusted:
    """One arm after CUPED, usable wherever a sample is: `mean` is re-centered, `baseline` is unadjusted."""

    n: int
    mean: float
    variance: float
    baseline: float
    baseline_variance: float
    shared_variance: float
    lacks: str | None = None


@dataclass(frozen=True, slots=True)
class AdjustedPair:
    """Both arms with their one theta. `noise_left` is the adjusted share of the plain variance of the difference."""

    control: Adjusted
    treatment: Adjusted
    theta: float
    noise_left: float


def adjust(control: AnyPair, treatment: AnyPair) -> AdjustedPair | Inconclusive:
    """Both arms adjusted: D = (y_b - y_a) - theta (x_b - x_a), v_i = v_y - 2 theta c_xy + theta^2 v_x in the arm.

    theta = cov(y, x)/var(x) over both arms pooled (ratios: sums over arms), 0 if var(x) = 0. Inconclusive without
    units or variance, and when x differs between the arms at p < .001 (always-valid): then show the plain result.
    """
    for sample in (control.after, control.before, treatment.after, treatment.before):
        if sample.lacks:
            return Inconclusive(sample.lacks)
    if min(control.n, treatment.n) < 2:
        return Inconclusive("no variance")
    earlier = sequential_difference(control.before, treatment.before)
    if not isinstance(earlier, Inconclusive) and earlier.p < UNBALANCED:
        return Inconclusive("the arms differed before the experiment")
    pooled, own, other = (control + treatment).moments(), control.moments(), treatment.moments()
    theta = _theta(pooled, own, other, is_ratio=isinstance(control, RatioPair))
    plain = own.variance / own.n + other.variance / other.n
    arms = [_adjusted(arm, theta, pooled.before) for arm in (own, other)]
    left = sum(arm.variance / arm.n for arm in arms)
    if not plain or not left:
        return Inconclusive("no variance")
    return AdjustedPair(arms[0], arms[1], theta, left / plain)


def _theta(pooled: Moments, own: Moments, other: Moments, *, is_ratio: bool) -> float:
    """Of ratios, each arm is linearized around its own values, so that sums over arms replace pooled moments."""
    if is_ratio:
        spread = own.before_variance + other.before_variance
        return (own.covariance + other.covariance) / spread if spread else 0.0
    return pooled.covariance / pooled.before_variance if pooled.before_variance else 0.0


def _adjusted(arm: Moments, theta: float, center: float) -> Adjusted:
    spread = arm.variance - 2 * theta * arm.covariance + theta * theta * arm.before_variance
    return Adjusted(
        n=arm.n,
        mean=arm.after - theta * (arm.before - center),
        variance=max(spread, 0.0),
        baseline=arm.after,
        baseline_variance=arm.variance,
        shared_variance=arm.variance - theta * arm.covariance,
    )


def mean_pair(after: npt.ArrayLike, before: npt.ArrayLike) -> MeanPair:
    """The pair of one arm from its units' values, in the same order; ValueError if they are not as many."""
    y, x = np.asarray(after, dtype=float), np.asarray(before, dtype=float)
    if y.shape != x.shape:
        _refuse(f"{y.size} values after, but {x.size} before")
    return MeanPair(
        Mean(len(y), float(y.sum()), float(y @ y)), Mean(len(x), float(x.sum()), float(x @ x)), float(x @ y)
    )


def _check_pair(after: int, before: int, *products: float) -> None:
    if after != before:
        _refuse(f"{after} units after, but {before} before")
    if not all(isfinite(product) for product in products):
        _refuse("a sum of products is not finite")


def _refuse(why: str) -> None:
    message = f"No pair of samples is like this: {why}."
    raise ValueError(message)
