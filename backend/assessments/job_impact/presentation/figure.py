"""Where the marks and labels of the result's figures go: x in percent of the plot, y in px. Nothing here draws.

Text keeps its size while the plot shrinks, so each label is placed twice: for plots of NARROW px and up (a phone of
320 px) and for plots of WIDE px and up. The page shows one of the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from backend.assessments.job_impact.model.result import (
    Assessment,
    Band,
    Exposure,
    Family,
    MeasurePlace,
    Outlook,
    PayPlace,
)
from backend.formats import dollars

NARROW, WIDE = 254.0, 520.0
CHARACTER, ASCENT, DESCENT = 6.6, 10.0, 3.0
GAP, BAND_GAP = 12.0, 8.0
SCORE_HALF_WIDTH = 24.0
SMALLEST_GROWTH = 0.1
FAMILY_NAMES = {
    Family.TASK: ("Tasks", "steps AI could speed up"),
    Family.ABILITY: ("Abilities", "skills AI shares"),
    Family.USAGE: ("Usage", "what people use AI for"),
}
MEASURE_NAMES = {
    "beta_human": ("Human raters", "People"),
    "beta_gpt4": ("GPT-4 as rater", "GPT-4"),
    "aioe": ("AIOE index", "AIOE"),
    "microsoft": ("Microsoft", "Microsoft"),
    "anthropic": ("Anthropic", "Anthropic"),
}

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Label:
    """A text at `x` percent, moved by `dx` px, its baseline at `y` px."""

    text: str
    x: float
    y: float
    dx: float = 0.0
    anchor: Anchor = "start"

    def box(self, plot: float) -> tuple[float, float, float, float]:
        """Left, top, right, bottom in px on a plot `plot` px wide."""
        width = text_width(self.text)
        at = self.x * plot / 100.0 + self.dx
        left = at - {"start": 0.0, "middle": width / 2.0, "end": width}[self.anchor]
        return left, self.y - ASCENT, left + width, self.y + DESCENT


@dataclass(frozen=True, slots=True)
class Labels:
    """The same labels for plots of NARROW px and up and for plots of WIDE px and up."""

    narrow: tuple[Label, ...]
    wide: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class NamedMark:
    """A value to be labelled: its number stands next to its mark, its name further out."""

    x: float
    name: str

    @property
    def number(self) -> str:
        return _whole(self.x)

    def before(self) -> str:
        return f"{self.name} {self.number}"

    def after(self) -> str:
        return f"{self.number} {self.name}"


@dataclass(frozen=True, slots=True)
class ScoreInRange:
    """A score in its range: the row the figure opens with. `top` is where it begins."""

    top: float
    title: Label
    score: float
    number: Label
    band: Band
    y: float
    labels: Labels


@dataclass(frozen=True, slots=True)
class FamilyRow:
    """One kind of evidence; `score` is None where nothing is published, and then there are no marks."""

    top: float
    title: str
    hint: str
    score: float | None
    y: float
    rings: tuple[float, ...]
    labels: Labels


@dataclass(frozen=True, slots=True)
class Guide:
    """A vertical line from the range down to the family that sets it."""

    x: float
    y1: float
    y2: float


@dataclass(frozen=True, slots=True)
class ExposureFigure:
    yours: ScoreInRange
    typical: ScoreInRange | None
    rows: tuple[FamilyRow, ...]
    guides: tuple[Guide, ...]
    axis: float
    height: float


@dataclass(frozen=True, slots=True)
class RangeRow:
    """A small dot in its range with the number beside it."""

    title: Label
    score: float
    band: Band
    y: float
    labels: Labels


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


def text_width(text: str) -> float:
    return CHARACTER * len(text)


def _whole(value: float) -> str:
    return str(int(value + 0.5))


def _inside(label: Label, plot: float) -> bool:
    left, _, right, _ = label.box(plot)
    return left >= 0.0 and right <= plot


def left_of(text: str, x: float, y: float, gap: float = GAP) -> Label:
    return Label(text, x, y, -gap, "end")


def right_of(text: str, x: float, y: float, gap: float = GAP) -> Label:
    return Label(text, x, y, gap, "start")


def name_one(mark: NamedMark, y: float, plot: float) -> tuple[Label, ...]:
    """Right of the mark, else left of it, else above."""
    for label in (right_of(mark.after(), mark.x, y + 4), left_of(mark.before(), mark.x, y + 4)):
        if _inside(label, plot):
            return (label,)
    return _around(mark, mark, y, plot)[:1]


def name_two(low: NamedMark, high: NamedMark, y: float, plot: float) -> tuple[Label, ...]:
    """The lower on its left and the higher on its right; else both on the roomy side; else above and below."""
    sides = (left_of(low.before(), low.x, y + 4), right_of(high.after(), high.x, y + 4))
    left = (left_of(low.before(), low.x, y - 4), left_of(high.before(), low.x, y + 12))
    right = (right_of(low.after(), high.x, y - 4), right_of(high.after(), high.x, y + 12))
    roomy = (right, left) if low.x + high.x < 100.0 else (left, right)
    for labels in (sides, *roomy):
        if all(_inside(label, plot) for label in labels):
            return labels
    return _around(low, high, y, plot)


def _around(low: NamedMark, high: NamedMark, y: float, plot: float) -> tuple[Label, Label]:
    return _over(low, y - 12, plot), _over(high, y + 20, plot)


def _over(mark: NamedMark, y: float, plot: float) -> Label:
    """Beginning or ending at the mark, on the side with more room."""
    label = Label(mark.after(), mark.x, y, 0.0, "start")
    return label if mark.x <= 50.0 or _inside(label, plot) else Label(mark.before(), mark.x, y, 0.0, "end")


def name_band(band: Band, y: float, plot: float) -> tuple[Label, ...]:
    """The ends of the range: outside it, else both on one side, else below it."""
    low, high = _whole(band.low), _whole(band.high)
    sides = (left_of(low, band.low, y + 4, BAND_GAP), right_of(high, band.high, y + 4, BAND_GAP))
    both = f"{low} to {high}"
    right, left = right_of(both, band.high, y + 4, BAND_GAP), left_of(both, band.low, y + 4, BAND_GAP)
    roomy = (right, left) if band.low + band.high < 100.0 else (left, right)
    for labels in (sides, *((label,) for label in roomy)):
        if all(_inside(label, plot) for label in labels):
            return labels
    return Label(low, band.low, y + 24, 0.0, "start"), Label(high, band.high, y + 24, 0.0, "end")


def beside_range(text: str, score: float, band: Band, y: float, plot: float) -> Label:
    """A number right of its range, else left of it, else above its dot."""
    right, left = right_of(text, band.high, y + 5), left_of(text, band.low, y + 5)
    for label in (right, left):
        if _inside(label, plot):
            return label
    return Label(text, score, y - 12, 0.0, _inwards(score))


def exposure_figure(assessment: Assessment) -> ExposureFigure | None:
    """The score, the range and every published measure; None without a score."""
    yours, typical = assessment.yours, assessment.typical
    if yours is None or typical is None:
        return None
    changed = yours != typical
    first = _standing("Your week" if changed else "All together", yours, 28.0, 57.0)
    second = _standing("A typical week", typical, 128.0, 46.0) if changed else None
    published = second or first
    rows, below = _rows(assessment.measures, typical, published.y + (36.0 if changed else 43.0))
    return ExposureFigure(first, second, rows, _guides(published, rows), below, below + 44.0)


def week_figure(assessment: Assessment) -> tuple[RangeRow, ...]:
    """The typical week and, where it differs, yours, on one scale."""
    yours, typical = assessment.yours, assessment.typical
    if yours is None or typical is None:
        return ()
    before = _range_row("A typical week", typical, 30.0)
    return (before,) if yours == typical else (before, _range_row("Your week", yours, 86.0))


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


def _standing(title: str, exposure: Exposure, top: float, down: float) -> ScoreInRange:
    score, band, y = exposure.score, exposure.band, top + down
    return ScoreInRange(
        top=top,
        title=_title(title, top + 24.0, left=score > 50.0),
        score=score,
        number=Label(_whole(score), score, top + down - (21.0 if down > 50.0 else 13.0), 0.0, _inwards(score)),
        band=band,
        y=y,
        labels=Labels(name_band(band, y, NARROW), name_band(band, y, WIDE)),
    )


def _title(text: str, y: float, left: bool) -> Label:
    """At the left of the plot, or at its right where a number needs the left."""
    return Label(text, 0.0, y) if left else Label(text, 100.0, y, 0.0, "end")


def _inwards(x: float) -> Anchor:
    """How text at `x` keeps inside even a narrow plot."""
    edge = 100.0 * SCORE_HALF_WIDTH / NARROW
    return "start" if x < edge else "end" if x > 100.0 - edge else "middle"


def _rows(measures: tuple[MeasurePlace, ...], typical: Exposure, top: float) -> tuple[tuple[FamilyRow, ...], float]:
    """Rows for every family, one below the other, and where they end."""
    rows = []
    for family in Family:
        published = [measure for measure in measures if measure.family is family]
        row, height = _row(family, published, typical.families.get(family), top)
        rows.append(row)
        top += height
    return tuple(rows), top


def _row(family: Family, published: list[MeasurePlace], score: float | None, top: float) -> tuple[FamilyRow, float]:
    name, hint = FAMILY_NAMES[family]
    if score is None or not published:
        missing = "not published for this job"
        return FamilyRow(top, name, missing, None, top + 24.0, (), Labels((), ())), 44.0
    y = top + 50.0
    labels = _row_labels(published, y)
    if any(label.y < y - 8.0 for label in labels.narrow + labels.wide):
        y += 8.0
        labels = _row_labels(published, y)
    rings = tuple(sorted(measure.percentile for measure in published)) if len(published) > 1 else ()
    return FamilyRow(top, f"{name} {_whole(score)}", hint, score, y, rings, labels), y + 26.0 - top


def _row_labels(published: list[MeasurePlace], y: float) -> Labels:
    ordered = sorted(published, key=lambda measure: measure.percentile)
    return Labels(_named(ordered, y, 1, NARROW), _named(ordered, y, 0, WIDE))


def _named(ordered: list[MeasurePlace], y: float, short: int, plot: float) -> tuple[Label, ...]:
    marks = [NamedMark(m.percentile, MEASURE_NAMES.get(m.id, (m.name, m.name))[short]) for m in ordered]
    if len(marks) == 1:
        return name_one(marks[0], y, plot)
    return name_two(marks[0], marks[-1], y, plot)


def _guides(published: ScoreInRange, rows: tuple[FamilyRow, ...]) -> tuple[Guide, ...]:
    scored = [(row.score, row.y) for row in rows if row.score is not None]
    (low, low_y), (high, high_y) = min(scored), max(scored)
    return Guide(low, published.y + 9.0, low_y), Guide(high, published.y + 9.0, high_y)


def _range_row(title: str, exposure: Exposure, y: float) -> RangeRow:
    text = _whole(exposure.score)
    narrow, wide = (beside_range(text, exposure.score, exposure.band, y, plot) for plot in (NARROW, WIDE))
    title_left = exposure.score > 50.0 or narrow.y > y
    return RangeRow(
        title=_title(title, y - 16.0, title_left),
        score=exposure.score,
        band=exposure.band,
        y=y,
        labels=Labels((narrow,), (wide,)),
    )


def _pay_x(pay: float, low: int, high: int) -> float:
    """Between 6 and 94 percent within the published range, and within 2 and 98 whatever is earned."""
    place = 50.0 if high == low else 6.0 + 88.0 * (pay - low) / (high - low)
    return min(max(place, 2.0), 98.0)


def apart(label: Label, other: Label, plot: float) -> bool:
    """Whether two labels do not touch on a plot `plot` px wide."""
    a, b = label.box(plot), other.box(plot)
    return a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
