"""What a chart measures: how values read, the ticks of its axis, and the words for a change."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil, floor, log10

from backend.formats import count, duration, latency, share

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}
TOO_FEW = "n < 10"
UNKNOWN = "–"
CLOCK_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)


class QuantityUnit(StrEnum):
    COUNT = "count"
    SHARE = "share"
    CENTS = "cents"
    SECONDS = "seconds"
    LATENCY = "latency"  # seconds of which milliseconds matter


class Way(StrEnum):
    UP = "up"
    DOWN = "down"
    SAME = "same"


def rests_on(counted: str, part: str, parted: str) -> str:
    """What n are, and of a quotient the number that n divides: visitors with a result; 12 visitors who then asked."""
    return f"{counted}; {part} {parted}" if part else counted


def told_n(quantity: Quantity, n: int, part: str, counted: str) -> str:
    """On how many a value rests: of a rate 29 of 404, else 404 visitors."""
    return f"{part} of {count(n)}" if part and quantity.unit is QuantityUnit.SHARE else f"{count(n)} {counted}"


@dataclass(frozen=True, slots=True)
class Change:
    """From one period to another: which way, by how much in words, and whether that is good; None: neither."""

    way: Way
    size: str
    better: bool | None

    @property
    def words(self) -> str:
        return "unchanged" if self.way is Way.SAME else f"{self.way} {self.size}"


@dataclass(frozen=True, slots=True)
class Quantity:
    """`noun` in the plural, as it stands in a sentence: sessions. `adds`: parts of it make up a whole."""

    noun: str
    unit: QuantityUnit = QuantityUnit.COUNT
    adds: bool = True
    currency: str = "USD"
    less_is_better: bool = False

    @property
    def name(self) -> str:
        return self.noun[:1].upper() + self.noun[1:]

    @property
    def is_mean(self) -> bool:
        """Whether it is a rate or an average, which rests on n and of which parts make up no whole."""
        return not self.adds and self.unit is not QuantityUnit.COUNT

    @property
    def most(self) -> str:
        """The word for the greatest: most sessions, highest amount."""
        return "Most" if self.unit is QuantityUnit.COUNT else "Highest"

    @property
    def none(self) -> str:
        """No sessions; Conversion: none"""
        return f"No {self.noun}" if self.unit is QuantityUnit.COUNT else f"{self.name}: none"

    def say(self, value: float | None) -> str:
        """The value in full. None is a rate or an average of too few, or an unknown sum."""
        if value is None:
            return UNKNOWN if self.adds else TOO_FEW
        sign, size = ("−" if value < 0 else ""), abs(value)
        match self.unit:
            case QuantityUnit.SHARE:
                text = "<0.1%" if 0 < size < 0.0005 else share(size, 1)
            case QuantityUnit.CENTS:
                without_cents = size >= 10_000 or size % 100 == 0
                text = self._money(f"{size / 100:,.0f}" if without_cents else f"{size / 100:,.2f}")
            case QuantityUnit.SECONDS:
                text = duration(size)
            case QuantityUnit.LATENCY:
                text = latency(size)
            case QuantityUnit.COUNT:
                text = count(size) if size == int(size) else f"{size:,.1f}"
        return sign + text

    def phrase(self, value: float | None) -> str:
        """1 offer viewed, 1,200 offers viewed"""
        noun, *rest = self.noun.split(" ")
        is_singular = self.unit is QuantityUnit.COUNT and value == 1
        return " ".join((self.say(value), noun.removesuffix("s") if is_singular else noun, *rest))

    def tick(self, value: float) -> str:
        """The value in short, for an axis."""
        sign, size = ("−" if value < 0 else ""), abs(value)
        match self.unit:
            case QuantityUnit.SHARE:
                text = f"{round(size * 100, 2):g}%"
            case QuantityUnit.CENTS:
                text = self._money(_short(size / 100))
            case QuantityUnit.SECONDS:
                text = "0" if not size else duration(size)
            case QuantityUnit.LATENCY:
                text = _short_latency(size)
            case QuantityUnit.COUNT:
                text = _short(size)
        return sign + text

    def ticks(self, low: float, high: float) -> tuple[float, ...]:
        """About four steps of a round size, from zero or below to the greatest value or above."""
        low, high = min(low, 0), max(high, 0)
        step = self._step((high - low) / 4)
        first, last = floor(low / step), max(ceil(high / step - 1e-9), 1 if high >= 0 else 0)
        return tuple(number * step for number in range(first, last + 1))

    def change(self, value: float | None, before: float | None) -> Change | None:
        """The change between two values; None where either is unknown, or the denominator is zero."""
        if value is None or before is None:
            return None
        if self.unit is QuantityUnit.SHARE:
            size = f"{abs(value - before) * 100:.1f} pt"
        elif before <= 0:
            return None
        else:
            size = share(abs(value / before - 1), 1)
        if size in {"0.0 pt", "0.0%"}:
            return Change(Way.SAME, size, None)
        way = Way.UP if value > before else Way.DOWN
        return Change(way, size, (way is Way.DOWN) == self.less_is_better)

    def _money(self, number: str) -> str:
        symbol = SYMBOLS.get(self.currency)
        return f"{symbol}{number}" if symbol else f"{self.currency} {number}"

    def _step(self, about: float) -> float:
        if self.unit is QuantityUnit.SECONDS:
            return next(
                (step for step in CLOCK_STEPS if step >= about), CLOCK_STEPS[-1] * ceil(about / CLOCK_STEPS[-1])
            )
        least = {QuantityUnit.COUNT: 1.0, QuantityUnit.CENTS: 100.0}.get(self.unit, 0.001)
        if about <= least:
            return least
        power = 10.0 ** floor(log10(about))
        return next(
            step for part in (1, 2, 2.5, 5, 10) if (step := part * power) >= about - 1e-12 and self._whole(step)
        )

    def _whole(self, step: float) -> bool:
        return self.unit is not QuantityUnit.COUNT or step == int(step)


def _short_latency(size: float) -> str:
    """250 ms, 2.5 s"""
    if not size:
        return "0"
    return f"{size * 1000:.4g} ms" if size < 1 else f"{size:.3g} s"


def _short(size: float) -> str:
    """12,500 -> 12.5k"""
    for least, letter in ((1e9, "B"), (1e6, "M"), (1e4, "k")):
        if size >= least:
            return f"{size / (1e3 if letter == 'k' else least):.4g}{letter}"
    return f"{size:,.10g}"
