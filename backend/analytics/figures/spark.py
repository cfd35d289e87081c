"""The course of a number as a small line without a scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, EDGE = 100.0, 36.0, 3.0
Course = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Spark:
    """Paths of an SVG of 100 by 36: this period, the earlier one, and the way to the bucket that is not over."""

    line: str
    before: str = ""
    partial: str = ""


def spark(now: Course, before: Course, *, partial: bool) -> Spark | None:
    """None where there is no line to draw. `partial`: the last bucket of `now` is not over."""
    known = [value for value in (*now, *before) if value is not None]
    if len([value for value in now if value is not None]) < 2:
        return None
    low, high = min(known), max(known)
    steps = max(len(now), len(before)) - 1

    def path(values: Course, first: int = 0) -> str:
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
