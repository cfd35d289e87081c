"""Where the marks of the pay and growth figures go: x in percent of the plot. Nothing here draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from backend.assessments.job_impact.model.result import Outlook, PayPlace
from backend.formats import dollars

SMALLEST_GROWTH = 0.1
EDGE = 10.0  # of the plot: a text over a mark beyond it would leave a narrow plot

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class PayMark:
    """A published percentile: its mark at `x`, and its label, which a leader runs to, at `label_x`; percent."""

    name: str
    amount: str
    x: float
    label_x: float


@dataclass(frozen=True, slots=True)
class PayFigure:
    """Published pay percentiles on a strip; a salary beyond it stands at its end. The labels stand evenly below."""

    line: tuple[float, float]
    box: tuple[float, float] | None
    middle: float | None
    you: float | None
    you_anchor: Anchor
    marks: tuple[PayMark, ...]


@dataclass(frozen=True, slots=True)
class GrowthBar:
    """A bar from the zero line, with its number beyond its end."""

    x: float
    width: float
    end: float
    falls: bool


def pay_figure(pay: PayPlace | None, salary: float | None) -> PayFigure | None:
    """A strip from the lowest to the highest published percentile; None with fewer than two of them."""
    if pay is None:
        return None
    published = [(p, d) for p, d in ((10, pay.p10), (25, pay.p25), (50, pay.p50), (75, pay.p75), (90, pay.p90)) if d]
    if len(published) < 2:
        return None
    at = {p: _pay_x(d, published[0][1], published[-1][1]) for p, d in published}
    you = None if salary is None else _pay_x(salary, published[0][1], published[-1][1])
    return PayFigure(
        line=(at[published[0][0]], at[published[-1][0]]),
        box=(at[25], at[75]) if 25 in at and 75 in at else None,
        middle=at.get(50),
        you=you,
        you_anchor="middle" if you is None else _inwards(you),
        marks=tuple(
            PayMark("median" if p == 50 else f"{p}th", dollars(d), at[p], 100.0 * (place + 0.5) / len(published))
            for place, (p, d) in enumerate(published)
        ),
    )


def growth_bars(outlook: Outlook) -> tuple[GrowthBar, GrowthBar]:
    """This job and all jobs on one scale with one zero, leaving room for a number beyond either end."""
    values = (outlook.growth_percent, outlook.all_jobs_growth_percent)
    least, most = min(0.0, *values), max(0.0, *values)
    start = 24.0 if least < 0 else 0.0
    scale = (76.0 - start) / max(most - least, SMALLEST_GROWTH)
    zero = start - least * scale
    return _growth_bar(values[0], zero, scale), _growth_bar(values[1], zero, scale)


def _growth_bar(value: float, zero: float, scale: float) -> GrowthBar:
    end = zero + value * scale
    return GrowthBar(x=min(zero, end), width=max(abs(value) * scale, 0.3), end=end, falls=value < 0)


def _inwards(x: float) -> Anchor:
    return "start" if x < EDGE else "end" if x > 100.0 - EDGE else "middle"


def _pay_x(pay: float, low: int, high: int) -> float:
    """Between 6 and 94 percent within the published range, and within 2 and 98 whatever is earned."""
    place = 50.0 if high == low else 6.0 + 88.0 * (pay - low) / (high - low)
    return min(max(place, 2.0), 98.0)
