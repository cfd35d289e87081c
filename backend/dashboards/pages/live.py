"""The live view in the menu."""

from __future__ import annotations

from typing import ClassVar

from backend.dashboards.page import Page


class Live(Page):
    """The last thirty minutes, as they happen: it has no question that could be saved."""

    name: ClassVar = "live"
    title: ClassVar = "Live"
    can_be_saved: ClassVar = False


def scale_top(most: int) -> int:
    """The top of a scale of counts in four equal steps: 4, 8, 20, 40, 80, 200, ..."""
    power = 1
    while 20 * power < most:
        power *= 10
    return next(step * power for step in (4, 8, 20) if step * power >= most)
