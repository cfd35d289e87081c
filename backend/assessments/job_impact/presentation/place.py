"""Where a job stands among 100 US workers: the place, and every published measure on the same scale.

Names, marks, and values have a column each, so that labels cannot meet; only the marks are placed by number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backend.assessments.job_impact.model.result import Assessment, Exposure, Family
from backend.assessments.job_impact.presentation.wording import changed, joined
from backend.formats import first_capital, whole
from backend.reference.tables import Measure

WORKERS = 100
MEASURES: Mapping[Measure, str] = {
    Measure.BETA_HUMAN: "People rating each task",
    Measure.BETA_GPT4: "GPT-4 rating each task",
    Measure.AIOE: "Abilities that AI shares",
    Measure.MICROSOFT: "Use of Microsoft’s AI",
    Measure.ANTHROPIC: "Use of Anthropic’s AI",
}
KINDS: Mapping[Family, str] = {Family.TASK: "tasks", Family.ABILITY: "abilities", Family.USAGE: "use"}


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A measure and its place in percent of the plot; None where it is not published for this job."""

    name: str
    x: float | None
    value: str


@dataclass(frozen=True, slots=True)
class PlaceFigure:
    """100 workers as strokes, `less` of them less exposed; the pin stands at `score`, the band from `low` to `high`.

    `before` is the place of a typical week where an own one moved it. `text` is the figure in sentences.
    """

    who: str
    score: float
    number: str
    less: int
    before: float | None
    low: float
    high: float
    rows: tuple[PlaceRow, ...]
    text: str


@dataclass(frozen=True, slots=True)
class PlaceSection:
    """`_place.html`. `moved` says how hours of one's own moved the place; empty without any."""

    heading: str
    agreement: str
    range: str
    moved: str
    figure: PlaceFigure
    foot: str


def place_figure(a: Assessment, exposure: Exposure, own_week: str) -> PlaceFigure:
    """`own_week` names a week that is not the typical one: “your week”, or “this person’s week”."""
    moved = changed(a)
    who = own_week if moved else a.job.one
    rows = tuple(_row(name, exposure.places.get(measure)) for measure, name in MEASURES.items())
    low, high = exposure.measures_range.low, exposure.measures_range.high
    return PlaceFigure(
        who=first_capital(who),
        score=exposure.score,
        number=place_number(exposure.score),
        less=min(max(whole(exposure.score), 0), WORKERS),
        before=a.typical.score if moved and a.typical else None,
        low=low,
        high=high,
        rows=rows,
        text=_text(who, exposure, rows),
    )


def place_number(score: float) -> str:
    """How many of 100 workers are less exposed, as a number beside the figure; nobody stands below or above all."""
    return "<1" if score < 0.5 else ">99" if score >= WORKERS - 0.5 else str(whole(score))


def _row(name: str, place: float | None) -> PlaceRow:
    return PlaceRow(name, place, "" if place is None else str(whole(place)))


def _text(who: str, exposure: Exposure, rows: tuple[PlaceRow, ...]) -> str:
    low, high = whole(exposure.measures_range.low), whole(exposure.measures_range.high)
    measures = "; ".join(f"{row.name}: {row.value}" for row in rows if row.x is not None)
    missing = [row.name for row in rows if row.x is None]
    unpublished = f" Not published for this job: {joined(missing)}." if missing else ""
    return (
        f"Among 100 US workers lined up from least to most exposed, {who} stands at {place_number(exposure.score)}. "
        f"The published measures: {measures}. All lie between {low} and {high}.{unpublished}"
    )


def place_foot(exposure: Exposure) -> str:
    """What the marks of the figure mean, and how its number is made."""
    kinds = ", ".join(f"{KINDS[family]} {whole(score)}" for family, score in exposure.families.items())
    count = {2: "two", 3: "three"}[len(exposure.families)]
    return (
        "Shaded: from the lowest to the highest measure. Dotted lines at 35 and 65 part low, middle, and high. "
        f"The {place_number(exposure.score)} averages {count} kinds of evidence: {kinds}."
    )
