"""Drawings of an experiment as plain numbers: coordinates from 0 to 100, and the words beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil, exp, floor, log10
from zoneinfo import ZoneInfo

from backend.analytics.experiments.results import CoursePoint, Difference, Effect
from backend.dashboards.experiments.amounts import Amounts, percent

TICKS, STEPS = 4, (1, 2, 2.5, 5, 10)
MOST_DAYS_NAMED = 4
POSTERIOR_POINTS = 61
DEVIATIONS = 3.5  # of the posterior to each side


@dataclass(frozen=True, slots=True)
class CoursePlot:
    """The interval over time of one treatment: `band` a polygon, `line` and `edges` polylines, `zero` its height."""

    title: str
    label: str
    band: str
    edges: tuple[str, str]
    line: str
    zero: float
    grid: tuple[float, ...]
    y_labels: tuple[str, ...]
    x_labels: tuple[tuple[float, str, str], ...]
    rows: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class PosteriorPlot:
    """A density: `area` all of it, `better` the part in the good direction."""

    label: str
    area: str
    better: str
    zero: float
    x_labels: tuple[tuple[float, str, str], ...]


def course_plot(points: Sequence[CoursePoint], name: str, amounts: Amounts, zone: str) -> CoursePlot | None:
    """None until two days have an interval."""
    drawn = [(point, point.difference) for point in points if isinstance(point.difference, Effect)]
    if len(drawn) < 2:
        return None
    effects = [effect for _, effect in drawn]
    ticks = _ticks(*_bounds(effects, amounts))
    low, high = ticks[0], ticks[-1]
    days = [point.day for point, _ in drawn]
    across = [100 * (day - days[0]) / (days[-1] - days[0]) for day in days]

    def height(value: float) -> float:
        return round(100 * (high - min(max(amounts.scaled(value), low), high)) / (high - low), 2)

    lower = [(x, height(effect.lower)) for x, effect in zip(across, effects, strict=True)]
    upper = [(x, height(effect.upper)) for x, effect in zip(across, effects, strict=True)]
    middle = [(x, height(effect.estimate)) for x, effect in zip(across, effects, strict=True)]
    return CoursePlot(
        title=_course_title(effects, [point.at for point, _ in drawn], zone),
        label=_course_label(name, effects, amounts),
        band=_path([*upper, *reversed(lower)]) + "Z",
        edges=(_path(upper), _path(lower)),
        line=_path(middle),
        zero=height(0.0),
        grid=tuple(round(100 * (high - tick) / (high - low), 2) for tick in ticks),
        y_labels=tuple(_tick_words(tick) for tick in reversed(ticks)),
        x_labels=_days([point.at for point, _ in drawn], across, zone),
        rows=tuple(_row(point, effect, amounts, zone) for point, effect in reversed(drawn)),
    )


def posterior_plot(difference: Difference, name: str) -> PosteriorPlot | None:
    """The posterior of the lift, a normal whose credible interval is that of the result."""
    if not isinstance(difference.lift, Effect) or difference.chance_to_win is None:
        return None
    from scipy.special import ndtri

    lift = difference.lift
    sd = (lift.upper - lift.lower) / (2 * float(ndtri(1 - difference.level / 2)))
    if not sd > 0:
        return None
    low, high = min(lift.estimate - DEVIATIONS * sd, 0.0), max(lift.estimate + DEVIATIONS * sd, 0.0)
    values = [low + (high - low) * step / (POSTERIOR_POINTS - 1) for step in range(POSTERIOR_POINTS)]
    zero = 100 * (0 - low) / (high - low)
    points = [
        (100 * (value - low) / (high - low), round(100 - 96 * exp(-((value - lift.estimate) ** 2) / (2 * sd * sd)), 2))
        for value in values
    ]
    at_zero = round(100 - 96 * exp(-(lift.estimate**2) / (2 * sd * sd)), 2)
    better = [(zero, at_zero), *(point for point in points if point[0] > zero)]
    labels = tuple(
        (100 * (value - low) / (high - low), "middle", percent(value))
        for value in (lift.lower, lift.estimate, lift.upper)
    )
    label = (
        f"Lift of {name}: {percent(lift.estimate)}, most likely from {percent(lift.lower)} to {percent(lift.upper)}."
    )
    return PosteriorPlot(label, _closed(points), _closed(better) if better else "", zero, labels)


def _closed(points: list[tuple[float, float]]) -> str:
    return f"M{points[0][0]:.2f},100 L" + " ".join(f"{x:.2f},{y:g}" for x, y in points) + f" {points[-1][0]:.2f},100Z"


def _bounds(effects: Sequence[Effect], amounts: Amounts) -> tuple[float, float]:
    """Room for every estimate, and for the intervals after the first quarter: the first days are wide."""
    late = effects[len(effects) // 4 :]
    lows = [effect.estimate for effect in effects] + [effect.lower for effect in late] + [0.0]
    highs = [effect.estimate for effect in effects] + [effect.upper for effect in late] + [0.0]
    return amounts.scaled(min(lows)), amounts.scaled(max(highs))


def _ticks(low: float, high: float) -> list[float]:
    span = (high - low) or 1.0
    power = 10 ** floor(log10(span / TICKS))
    step = next(power * size for size in STEPS if power * size * TICKS >= span)
    first, last = floor(low / step), ceil(high / step)
    return [step * number for number in range(first, max(last, first + 1) + 1)]


def _tick_words(value: float) -> str:
    return "0" if abs(value) < 1e-12 else f"{value:+.3g}".replace("-", "−")


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + " ".join(f"{x:.2f},{y:g}" for x, y in points)


def _days(moments: Sequence[datetime], across: Sequence[float], zone: str) -> tuple[tuple[float, str, str], ...]:
    every = max(1, ceil((len(moments) - 1) / (MOST_DAYS_NAMED - 1)))
    chosen = [*range(0, len(moments) - every // 2 - 1, every), len(moments) - 1]
    anchors = {0: "start", len(moments) - 1: "end"}
    return tuple((across[i], anchors.get(i, "middle"), _day(moments[i], zone)) for i in dict.fromkeys(chosen))


def _day(moment: datetime, zone: str) -> str:
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%b} {local.day}"


def _course_title(effects: Sequence[Effect], moments: Sequence[datetime], zone: str) -> str:
    """Since when zero has been outside the interval, or that it still is inside."""
    outside = [effect.lower > 0 or effect.upper < 0 for effect in effects]
    if not outside[-1]:
        return "The interval still includes zero"
    first = len(outside) - 1
    while first and outside[first - 1]:
        first -= 1
    local = moments[first].astimezone(ZoneInfo(zone))
    side = "above" if effects[-1].lower > 0 else "below"
    return f"The interval has stayed {side} zero since {local:%B} {local.day}"


def _course_label(name: str, effects: Sequence[Effect], amounts: Amounts) -> str:
    last = effects[-1]
    return (
        f"Difference of {name} by day, in {amounts.noun}. It ends at {amounts.bare(last.estimate)},"
        f" between {amounts.bare(last.lower)} and {amounts.bare(last.upper)}."
    )


def _row(point: CoursePoint, effect: Effect, amounts: Amounts, zone: str) -> tuple[str, str, str, str]:
    return (
        _day(point.at, zone),
        f"{point.units:,}",
        amounts.signed(effect.estimate),
        amounts.to(effect.lower, effect.upper),
    )
