"""Where a job stands among 100 US workers: the place, and every published measure on the same scale.

Names, marks, and values have a column each, so that labels cannot meet; only the marks are placed by number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backend.assessments.job_impact.model.result import Assessment, Exposure
from backend.assessments.job_impact.model.rounding import rounded, rounded_place
from backend.assessments.job_impact.presentation.headline import Headline, Voice, hours_entered
from backend.assessments.job_impact.presentation.weighting_words import averaged
from backend.formats import first_capital
from backend.reference.tables import Measure

WORKERS = 100
MEASURES: Mapping[Measure, str] = {
    Measure.BETA_HUMAN: "People rating each task",
    Measure.BETA_GPT4: "GPT-4 rating each task",
    Measure.AIOE: "Abilities that AI shares",
    Measure.MICROSOFT: "Use of Microsoft’s AI",
    Measure.ANTHROPIC: "Use of Anthropic’s AI",
}
WEEK_OF: Mapping[Voice, str] = {Voice.OWN: "your week", Voice.SHARED: "this person’s week", Voice.JOB: "this week"}


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
    compared: str
    moved: str
    figure: PlaceFigure
    foot: str


def place_section(a: Assessment, voice: Voice, headline: Headline) -> PlaceSection | None:
    """None without a score."""
    if a.yours is None:
        return None
    figure = place_figure(a, a.yours, voice)
    return PlaceSection(
        heading=headline.place,
        agreement=headline.agreement,
        range=headline.range,
        compared=headline.compared,
        moved=headline.week,
        figure=figure,
        foot=_foot(rounded(a.yours), figure.number, a.provenance.weighting),
    )


def place_figure(a: Assessment, exposure: Exposure, voice: Voice) -> PlaceFigure:
    moved = hours_entered(a)
    who = WEEK_OF[voice] if moved else a.job.one
    shown = rounded(exposure)
    rows = tuple(_row(name, exposure.places.get(key), shown.places.get(key)) for key, name in MEASURES.items())
    return PlaceFigure(
        who=first_capital(who),
        score=exposure.score,
        number=place_number(exposure.score),
        less=int(shown.score),
        before=a.typical.score if moved and a.typical and a.typical.score != exposure.score else None,
        low=exposure.measures_range.low,
        high=exposure.measures_range.high,
        rows=rows,
        text=_text(who, shown, rows),
    )


def place_number(score: float) -> str:
    """How many of 100 workers are less exposed, as a number beside the figure; nobody stands below or above all."""
    shown = int(rounded_place(score))
    return {0: "<1", WORKERS: ">99"}.get(shown, str(shown))


def _row(name: str, place: float | None, shown: float | None) -> PlaceRow:
    return PlaceRow(name, place, "" if shown is None else f"{shown:.0f}")


def _text(who: str, shown: Exposure, rows: tuple[PlaceRow, ...]) -> str:
    measures = "; ".join(f"{row.name}: {row.value}" for row in rows if row.x is not None)
    missing = "; ".join(row.name for row in rows if row.x is None)
    unpublished = f" Not published for this job: {missing}." if missing else ""
    return (
        f"Among 100 US workers lined up from least to most exposed, {who} stands at {place_number(shown.score)}. "
        f"The published measures: {measures}. All lie between {shown.measures_range.low:.0f} "
        f"and {shown.measures_range.high:.0f}.{unpublished}"
    )


def _foot(shown: Exposure, number: str, weighting: str) -> str:
    return (
        "Shaded: from the lowest to the highest measure. Dotted lines at 35 and 65 separate low, middle, and high. "
        f"The {number} {averaged(weighting, shown)}"
    )
