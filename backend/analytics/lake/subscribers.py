"""Subscribers of the lake, called with the days whose events changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

OnChange = Callable[[frozenset[date]], None]


class Subscribers:
    """Called at the end of each sync, import and erasure; after a crash only the lake's day marks tell what changed."""

    def __init__(self) -> None:
        self._all: list[tuple[OnChange, Callable[[], None] | None]] = []

    def add(self, on_change: OnChange, mend: Callable[[], None] | None = None) -> None:
        """`mend` sees to it, after a rebuild, that what was made of events is right, whatever state it is in."""
        self._all.append((on_change, mend))

    def notify(self, days: frozenset[date]) -> None:
        for on_change, _ in self._all:
            on_change(days)

    def mend(self, days: frozenset[date]) -> None:
        for on_change, mend in self._all:
            if mend:
                mend()
            else:
                on_change(days)
