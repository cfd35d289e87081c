"""One number at a glance: label, change and n."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from backend.analytics.figures.interval import CONFIDENT
from backend.analytics.figures.quantity import Change, Quantity, QuantityUnit


@dataclass(frozen=True, slots=True)
class Tile:
    """`noise`: the change is no larger than chance makes it; None where that cannot be judged.

    `n`: on how many the number rests, or what it is. `current`: the chart below shows its course.
    """

    label: str
    value: str
    n: str
    change: Change | None = None
    previous: str = ""
    noise: bool | None = False
    href: str = ""
    current: bool = False

    @property
    def tone(self) -> str:
        if self.noise is not False or self.change is None or self.change.better is None:
            return "change--flat"
        return "change--better" if self.change.better else "change--worse"


@dataclass(frozen=True, slots=True)
class TileValue:
    """A number of a period, and on how many it rests."""

    value: float | None
    n: int


def tile(
    label: str,
    quantity: Quantity,
    now: TileValue,
    before: TileValue | None,
    n: str = "",
    *,
    href: str = "",
    current: bool = False,
) -> Tile:
    change = quantity.change(now.value, before.value) if before else None
    return Tile(
        label=label,
        value=quantity.say(now.value),
        n=n,
        change=change,
        previous=quantity.say(before.value) if before and before.value is not None else "",
        noise=is_noise(quantity, now, before) if before and change else False,
        href=href,
        current=current,
    )


def is_noise(quantity: Quantity, now: TileValue, before: TileValue) -> bool | None:
    """Whether two counts (Poisson), shares (pooled) or sums of money are within 1.96 standard errors.

    A sum of n payments varies by no less than if all n were equal (compound Poisson). Nothing else is judged.
    """
    a, b = now.value, before.value
    if a is None or b is None:
        return False
    if quantity.unit is QuantityUnit.COUNT:
        return abs(a - b) <= CONFIDENT * sqrt(a + b)
    if not now.n or not before.n:
        return False
    if quantity.unit is QuantityUnit.SHARE:
        pooled = (a * now.n + b * before.n) / (now.n + before.n)
        return abs(a - b) <= CONFIDENT * sqrt(pooled * (1 - pooled) * (1 / now.n + 1 / before.n))
    if quantity.unit is QuantityUnit.CENTS and quantity.adds:
        return abs(a - b) <= CONFIDENT * sqrt(a * a / now.n + b * b / before.n)
    return None
