"""One number at a glance: label, change, n, and its course as a small line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from backend.analytics.figures.interval import CONFIDENT
from backend.analytics.figures.quantity import Change, Quantity, QuantityUnit
from backend.formats import count

WIDTH, HEIGHT, EDGE = 100.0, 36.0, 3.0


@dataclass(frozen=True, slots=True)
class Spark:
    """Paths of an SVG of 100 by 36: this period, the earlier one, and the way to the bucket that is not over."""

    line: str
    compare: str = ""
    partial: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """`noise`: the change is no larger than chance makes it; None where that cannot be judged."""

    label: str
    value: str
    n: str
    change: Change | None = None
    previous: str = ""
    noise: bool | None = False
    spark: Spark | None = None
    href: str = ""

    @property
    def tone(self) -> str:
        if self.noise is not False or self.change is None or self.change.better is None:
            return "change--flat"
        return "change--better" if self.change.better else "change--worse"


@dataclass(frozen=True, slots=True)
class TileValue:
    """A number of a period: its total, on how many it rests, and its course. `part`: what n divides, in words."""

    value: float | None
    n: int
    course: tuple[float | None, ...] = ()
    part: str = ""


def tile(
    label: str,
    quantity: Quantity,
    counted: str,
    now: TileValue,
    before: TileValue | None,
    *,
    partial: bool,
    href: str = "",
) -> Tile:
    """`counted`: the noun of n. `partial`: the last bucket of `now` is not over."""
    change = quantity.change(now.value, before.value) if before else None
    return Tile(
        label=label,
        value=quantity.say(now.value),
        n=f"n = {count(now.n)} {counted}" + (f"; {now.part}" if now.part else ""),
        change=change,
        previous=quantity.say(before.value) if before and before.value is not None else "",
        noise=is_noise(quantity, now, before) if before and change else False,
        spark=spark(now.course, before.course if before else (), partial=partial),
        href=href,
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


def spark(now: Sequence[float | None], before: Sequence[float | None], *, partial: bool) -> Spark | None:
    """None where there is no line to draw."""
    known = [value for value in (*now, *before) if value is not None]
    if len([value for value in now if value is not None]) < 2:
        return None
    low, high = min(known), max(known)

    def path(values: Sequence[float | None], first: int = 0) -> str:
        steps = max(len(now), len(before)) - 1
        commands, pen = [], "M"
        for place, value in enumerate(values, first):
            if value is None:
                pen = "M"
                continue
            height = 0.5 if high == low else (value - low) / (high - low)
            x, y = WIDTH * place / steps, HEIGHT - EDGE - height * (HEIGHT - 2 * EDGE)
            commands.append(f"{pen}{x:.1f},{y:.1f}")
            pen = "L"
        return "".join(commands)

    over = now[:-1] if partial else now
    return Spark(path(over), path(before), path(now[-2:], len(now) - 2) if partial else "")
