"""The change of one row of many: short, and quiet where chance makes as much."""

from __future__ import annotations

from typing import NamedTuple

from backend.analytics.figures.quantity import Quantity, QuantityUnit, Way
from backend.analytics.figures.tiles import TileValue, is_noise
from backend.formats import share

NEW, UNKNOWN = "new", "–"
WITHIN_NOISE = "within noise"


class RowChange(NamedTuple):
    """`text` as it stands in a row: +12%. `tone`: better, worse, or none within noise. `words`: in a table."""

    text: str
    tone: str = ""
    words: str = ""


def row_change(quantity: Quantity, now: TileValue, before: TileValue) -> RowChange:
    """From the compared period to this one; what was not there before is new."""
    if now.value is None or (quantity.is_mean and before.n and before.value is None):
        return RowChange(UNKNOWN, words=UNKNOWN)
    was_there = before.n if quantity.is_mean else before.value
    if not was_there:
        return RowChange(NEW, words=NEW) if now.value else RowChange(UNKNOWN, words=UNKNOWN)
    change = quantity.change(now.value, before.value)
    if change is None or before.value is None:
        return RowChange(UNKNOWN, words=UNKNOWN)
    if change.way is Way.SAME:
        return RowChange("0%" if change.size.endswith("%") else "0 pt", words=change.words)
    size = change.size if quantity.unit is QuantityUnit.SHARE else share(abs(now.value / before.value - 1))
    text = ("+" if change.way is Way.UP else "−") + size
    if is_noise(quantity, now, before) is not False:
        return RowChange(text, words=f"{change.words}, {WITHIN_NOISE}")
    return RowChange(text, "better" if change.better else "worse", change.words)
