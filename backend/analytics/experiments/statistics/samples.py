"""Sufficient statistics of one arm, each refused at construction when no data can have given it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import isfinite
from typing import Any, Protocol, Self

SLACK = 1e-9
"""Relative error that sums of floats may have before they are called impossible."""


class Sample(Protocol):
    """One arm as comparisons read it: the value that is compared, and the baseline that a lift divides by.

    All variances are of one unit. `shared_variance` is the covariance of a unit's compared value with its baseline;
    for everything but CUPED the two are the same value.
    """

    @property
    def n(self) -> int: ...
    @property
    def mean(self) -> float: ...
    @property
    def variance(self) -> float: ...
    @property
    def baseline(self) -> float: ...
    @property
    def baseline_variance(self) -> float: ...
    @property
    def shared_variance(self) -> float: ...
    @property
    def lacks(self) -> str | None: ...


class _Plain:
    """What holds when the value compared is the baseline itself."""

    __slots__ = ()

    mean: Any
    variance: Any

    def _refuse_impossible(self) -> None:
        counted = {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]
        for name, value in counted.items():
            if value is not None and not isfinite(value):
                _refuse(f"{name} is not finite")
        if counted["n"] < 0 or counted["n"] != int(counted["n"]):
            _refuse(f"n is {counted['n']}, not a count")

    def __add__(self, other: Self) -> Self:
        """Both samples together, as of two days of one arm."""
        return type(self)(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))  # type: ignore[arg-type]

    @property
    def baseline(self) -> float:
        return float(self.mean)

    @property
    def baseline_variance(self) -> float:
        return float(self.variance)

    @property
    def shared_variance(self) -> float:
        return float(self.variance)


def _refuse(why: str) -> None:
    message = f"No sample is like this: {why}."
    raise ValueError(message)


def _refuse_squares(name: str, n: int, total: float, squares: float) -> None:
    if n == 0 and (total or squares):
        _refuse(f"no units, but a sum of {name}")
    if squares < 0 or (n and squares < total * total / n * (1 - SLACK)):
        _refuse(f"the sum of squares of {name} is below (sum)^2 / n")


def _refuse_product(names: str, n: int, left: float, right: float, product: float) -> None:
    """Cauchy and Schwarz: no covariance passes the root of both variances."""
    if n and product * product > left * right * (1 + 1e-6) + SLACK * (left * right) + SLACK:
        _refuse(f"the sum of products of {names} is larger than their squares allow")


def _moment(n: int, product: float, left: float, right: float) -> float:
    """The sample covariance (n - 1) of two sums and their sum of products."""
    if n < 2:
        message = "The variance of fewer than two units is unknown."
        raise ValueError(message)
    return float(product - left * right / n) / (n - 1)


def _divided(total: float, by: float) -> float:
    if not by:
        message = "No mean without anything to divide by."
        raise ValueError(message)
    return total / by


@dataclass(frozen=True, slots=True)
class Proportion(_Plain):
    """`successes` of `n` units: m = s/n, v = m (1 - m)."""

    n: int
    successes: int

    def __post_init__(self) -> None:
        self._refuse_impossible()
        if not 0 <= self.successes <= self.n:
            _refuse(f"{self.successes} successes of {self.n} units")

    @property
    def mean(self) -> float:
        return _divided(self.successes, self.n)

    @property
    def variance(self) -> float:
        return self.mean * (1 - self.mean)

    @property
    def lacks(self) -> str | None:
        return None if self.n else "no units"


@dataclass(frozen=True, slots=True)
class Mean(_Plain):
    """Sum and sum of squares over `n` units: m = total/n, v = (squares - total^2/n) / (n - 1)."""

    n: int
    total: float
    squares: float

    def __post_init__(self) -> None:
        self._refuse_impossible()
        _refuse_squares("values", self.n, self.total, self.squares)

    @property
    def mean(self) -> float:
        return _divided(self.total, self.n)

    @property
    def variance(self) -> float:
        return max(_moment(self.n, self.squares, self.total, self.total), 0.0)

    @property
    def lacks(self) -> str | None:
        return None if self.n else "no units"


@dataclass(frozen=True, slots=True)
class Ratio(_Plain):
    """Sum of numerators / sum of denominators over `n` units, with the variance of the delta method.

    r = sum(y)/sum(d), v = (v_y - 2 r c_yd + r^2 v_d) / mean(d)^2, moments with n - 1 (Deng, Knoblich & Lu 2018).
    """

    n: int
    numerator: float
    numerator_squares: float
    denominator: float
    denominator_squares: float
    products: float

    def __post_init__(self) -> None:
        self._refuse_impossible()
        _refuse_squares("numerators", self.n, self.numerator, self.numerator_squares)
        _refuse_squares("denominators", self.n, self.denominator, self.denominator_squares)
        _refuse_product(
            "numerators and denominators", self.n, self.numerator_squares, self.denominator_squares, self.products
        )

    @property
    def mean(self) -> float:
        return _divided(self.numerator, self.denominator)

    @property
    def variance(self) -> float:
        ratio = self.mean
        numerators = _moment(self.n, self.numerator_squares, self.numerator, self.numerator)
        denominators = _moment(self.n, self.denominator_squares, self.denominator, self.denominator)
        both = _moment(self.n, self.products, self.numerator, self.denominator)
        spread = numerators - 2 * ratio * both + ratio * ratio * denominators
        return max(spread / (self.denominator / self.n) ** 2, 0.0)

    @property
    def lacks(self) -> str | None:
        if not self.n:
            return "no units"
        return None if self.denominator else "nothing to divide by"


@dataclass(frozen=True, slots=True)
class Quantile(_Plain):
    """A quantile as `quantile.py` estimates it: value, and variance of one unit so that V = variance / n."""

    n: int
    mean: float
    variance: float

    def __post_init__(self) -> None:
        self._refuse_impossible()
        if self.variance < 0:
            _refuse("a negative variance")

    def __add__(self, other: Self) -> Self:
        message = "Quantiles do not add up: take them anew from the values."
        raise TypeError(message)

    @property
    def lacks(self) -> str | None:
        return None if self.n else "no units"
