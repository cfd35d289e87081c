"""The live view in the menu."""

from __future__ import annotations

from typing import ClassVar

from backend.dashboards.page import Page


class Live(Page):
    """The last thirty minutes, as they happen: it has no question that could be saved."""

    name: ClassVar = "live"
    title: ClassVar = "Live"
    can_be_saved: ClassVar = False
