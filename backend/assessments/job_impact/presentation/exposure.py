"""The part of a result about exposure: the score in its range, every published measure, or why there is no score."""

from __future__ import annotations

from dataclasses import dataclass

from backend.assessments.job_impact.model.result import Assessment, Exposure, Level
from backend.assessments.job_impact.presentation import wording
from backend.assessments.job_impact.presentation.figure import (
    FAMILY_NAMES,
    ExposureFigure,
    ScoreInRange,
    exposure_figure,
)
from backend.formats import points, whole


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A published measure as the table lists it."""

    name: str
    evidence: str
    url: str
    source: str
    year: int
    value: str
    percentile: str


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """How a score follows from the kinds of evidence, at the foot of the table."""

    sentence: str
    score: str


@dataclass(frozen=True, slots=True)
class ExposureSection:
    """`your_week` is None while the week is a typical one. `facts`: names and findings, with what they mean."""

    heading: str
    note: str
    figure: ExposureFigure
    figure_title: str
    figure_text: str
    level: Level
    measures: tuple[MeasureRow, ...]
    typical_week: ScoreRow
    your_week: ScoreRow | None
    facts: tuple[tuple[str, wording.Finding], ...]


@dataclass(frozen=True, slots=True)
class NoScore:
    """Too little evidence. `published` is what there is all the same, or empty."""

    reason: str
    published: str


def exposure_section(a: Assessment) -> ExposureSection | None:
    """None without a score."""
    figure = exposure_figure(a)
    if figure is None or a.yours is None or a.typical is None:
        return None
    changed = wording.changed(a)
    return ExposureSection(
        heading=f"Where {'your week and this job stand' if changed else 'this job stands'} among all US workers",
        note=_note(a, a.typical),
        figure=figure,
        figure_title=f"Exposure of {a.title} among all US workers",
        figure_text=_figure_text(figure),
        level=a.yours.level,
        measures=_measures(a),
        typical_week=_score_row("a typical week", a.typical),
        your_week=_score_row("your week", a.yours) if changed else None,
        facts=(
            ("Level", wording.level_fact(a.yours)),
            ("Do the measures agree?", wording.agreement_fact(a, a.yours)),
            ("Which way it leans", wording.lean_fact(a)),
        ),
    )


def _note(a: Assessment, typical: Exposure) -> str:
    changed, kinds = wording.changed(a), "three" if len(typical.families) == len(FAMILY_NAMES) else "two"
    ring = "a typical week, or one published measure" if changed else "one published measure"
    note = (
        f"Filled dot: an average. Ring: {ring}. The range spans the {kinds} kinds of evidence; "
        "it is not a confidence interval."
    )
    return f"{note} {wording.outside_note(a)}" if a.outside and changed else note


def _figure_text(figure: ExposureFigure) -> str:
    """The exposure figure in sentences, for screen readers."""
    if figure.typical:
        scores = f"Your week: {_in_range(figure.yours)}. A typical week: {_in_range(figure.typical)}."
    else:
        scores = f"Score {_in_range(figure.yours)}."
    rows = [f"{row.title}." for row in figure.rows if row.score is not None]
    return " ".join((scores, *rows, "The table below has every number."))


def _in_range(standing: ScoreInRange) -> str:
    low, high = whole(standing.band.low), whole(standing.band.high)
    return f"{whole(standing.score)}, with a range of {low} to {high}"


def _measures(a: Assessment) -> tuple[MeasureRow, ...]:
    return tuple(
        MeasureRow(
            name=measure.name,
            evidence=FAMILY_NAMES[measure.family][0],
            url=measure.url,
            source=measure.source,
            year=measure.year,
            value=f"{measure.value:.3f}",
            percentile=f"{points(measure.percentile)}%",
        )
        for measure in a.measures
    )


def _score_row(week: str, exposure: Exposure) -> ScoreRow:
    means = [f"{FAMILY_NAMES[family][0].lower()} {points(score)}" for family, score in exposure.families.items()]
    return ScoreRow(f"Score of {week}: mean of {', '.join(means)}", f"{points(exposure.score)}%")


def no_score(a: Assessment) -> NoScore:
    measures = [
        f"{m.name} ({m.source}, {m.year}), more exposed than {whole(m.percentile)}% of US workers" for m in a.measures
    ]
    published = (
        f"What is published: {'; '.join(measures)}. One kind of evidence alone is not enough to place a job."
        if measures
        else ""
    )
    return NoScore(a.reason or "", published)
