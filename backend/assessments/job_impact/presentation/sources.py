"""Every published number behind a result, its vintages, and how the parts of the work are found."""

from __future__ import annotations

from backend.assessments.job_impact.model.result import Assessment, Exposure, MeasurePlace
from backend.assessments.job_impact.model.rounding import rounded
from backend.assessments.job_impact.presentation import wording
from backend.assessments.job_impact.presentation.headline import hours_entered
from backend.assessments.job_impact.presentation.place import MEASURES
from backend.assessments.job_impact.presentation.sections import MeasureRow, ScoreRow, SourcesSection
from backend.assessments.job_impact.presentation.weighting_words import mean_of, method
from backend.formats import points
from backend.reference.tables import Measure

HASH_SHOWN = 12
EVIDENCE = {
    Measure.BETA_HUMAN: "Tasks rated by people",
    Measure.BETA_GPT4: "Tasks rated by GPT-4",
    Measure.AIOE: "AI occupational exposure (AIOE)",
    Measure.MICROSOFT: "AI applicability",
    Measure.ANTHROPIC: "Observed exposure",
}
HOW = (
    "How the work is divided: O*NET lists this job’s tasks and has people rate them; we turn the ratings into shares "
    "of the tasks, so they are not hours. “By itself” and “help” follow task ratings by Eloundou and others, 2024; a "
    "task that needs software built around the AI counts half. The three parts use those task ratings only; the score "
    "also uses abilities and actual use."
)


def sources_section(a: Assessment) -> SourcesSection:
    how_scored = method(a.provenance.weighting)
    return SourcesSection(
        measures=tuple(_measure(measure) for measure in a.measures),
        scores=_scores(a),
        vintages=(
            *wording.vintages(a),
            ("Official title", f"{a.title}, {a.code}"),
            ("Model", f"{a.provenance.model}, inputs {a.provenance.input_hash[:HASH_SHOWN]}"),
        ),
        notes=(how_scored, HOW, wording.ONET_NOTICE) if a.parts else (how_scored, wording.ONET_NOTICE),
    )


def _measure(measure: MeasurePlace) -> MeasureRow:
    kind = Measure(measure.id)
    return MeasureRow(
        name=MEASURES[kind],
        evidence=EVIDENCE[kind],
        url=measure.url,
        source=measure.source,
        year=measure.year,
        value=_value(kind, measure.value),
        percentile=points(measure.percentile),
    )


def _value(kind: Measure, value: float) -> str:
    if kind is Measure.ANTHROPIC and not value:
        return "no measured use"
    return f"{value:.4f}".replace("-", "−")


def _scores(a: Assessment) -> tuple[ScoreRow, ...]:
    if a.yours is None or a.typical is None:
        return ()
    weighting = a.provenance.weighting
    typical = _score("Score", a.typical, weighting)
    return (typical, _score("Score with the hours entered", a.yours, weighting)) if hours_entered(a) else (typical,)


def _score(name: str, exposure: Exposure, weighting: str) -> ScoreRow:
    shown = rounded(exposure, 1)
    means = {family: points(place) for family, place in shown.families.items()}
    return ScoreRow(f"{name}: {mean_of(weighting, means, len(shown.places))}", points(shown.score))
