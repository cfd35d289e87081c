"""Assessments built by hand, for tests of how a result is drawn and worded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from backend.assessments.job_impact.model.job_impact import TooLittleEvidence, combine, lean_label
from backend.assessments.job_impact.model.result import (
    ActivityPlace,
    Assessment,
    Evidence,
    Exposure,
    MeasurePlace,
    Miss,
    Move,
    MoveRule,
    Moves,
    Outlook,
    Parts,
    PayPlace,
    Provenance,
    Relaxation,
)
from backend.reference.plain_names import JobName
from backend.reference.tables import Measure

FAMILY_OF = {
    "beta_human": Evidence.TASK,
    "beta_gpt4": Evidence.TASK,
    "aioe": Evidence.ABILITY,
    "microsoft": Evidence.USAGE,
    "anthropic": Evidence.USAGE,
}
NURSE = {"beta_human": 52.6, "beta_gpt4": 56.1, "aioe": 56.1, "microsoft": 31.46, "anthropic": 53.7}
WEEK = (
    ActivityPlace(
        "4.A.3.b.6.I06",
        "Document medical information",
        "Document medical information",
        "care",
        16.0,
        16.0,
        0.71,
        "mostly to help",
    ),
    ActivityPlace(
        "4.A.4.a.1.I01",
        "Explain treatments to patients",
        "Explain treatments to patients",
        "care",
        14.0,
        14.0,
        0.48,
        "mostly to help",
    ),
    ActivityPlace(
        "4.A.4.a.2.I02",
        "Confer with colleagues about patients",
        "Confer with colleagues about patients",
        "care",
        12.0,
        12.0,
        0.44,
        "mostly to help",
    ),
    ActivityPlace("other", "Other tasks", "Other tasks", "care", 2.0, 2.0, 0.3, None),
    ActivityPlace(
        "4.A.1.a.2.I01",
        "Monitor the condition of patients",
        "Monitor the condition of patients",
        "care",
        20.0,
        20.0,
        0.17,
        "mostly to help",
    ),
    ActivityPlace(
        "4.A.4.a.5.I03",
        "Give medication and treatments",
        "Give medication and treatments",
        "care",
        24.0,
        24.0,
        0.12,
        "mostly to help",
    ),
    ActivityPlace(
        "4.A.3.a.2.I24", "Adjust medical equipment", "Adjust medical equipment", "care", 12.0, 12.0, 0.09, None
    ),
)


def exposed(values: Mapping[Evidence, float], places: Mapping[Measure, float] | None = None) -> Exposure | None:
    exposure = combine(values, places or dict(zip(Measure, values.values(), strict=False)))
    return None if isinstance(exposure, TooLittleEvidence) else exposure


def measured(places: Mapping[str, float]) -> tuple[MeasurePlace, ...]:
    return tuple(
        MeasurePlace(
            key,
            key.replace("_", " "),
            FAMILY_OF[key],
            place / 100,
            place,
            "Somebody, Somewhere",
            2025,
            "https://x.test",
        )
        for key, place in places.items()
    )


def families(places: Mapping[str, float]) -> dict[Evidence, float]:
    by_family: dict[Evidence, list[float]] = {}
    for key, place in places.items():
        by_family.setdefault(FAMILY_OF[key], []).append(place)
    return {family: sum(values) / len(values) for family, values in by_family.items()}


def missed(words: str = "pays 12.0% less") -> tuple[Miss, ...]:
    """What a near miss fails: pay by little, in these words."""
    return (Miss(MoveRule.PAY, words, Relaxation.PAY),)


def move(**changes: object) -> Move:
    physician_assistant = Move(
        code="29-1071",
        title="Physician assistants",
        job=JobName(
            "Physician assistant", "a physician assistant", "physician assistants", "Examines and treats patients"
        ),
        score=32.0,
        place=32,
        band=exposed({Evidence.TASK: 14.0, Evidence.USAGE: 53.0}).band,  # type: ignore[union-attr]
        median_pay=135_880,
        pay_change=39.3,
        growth_percent=20.4,
        openings=12_000,
        similarity=90,
        area="United States",
        education="Master's degree",
        preparation="About 2 years more preparation than this job",
        missed=(),
        flags=(),
    )
    return replace(physician_assistant, **changes)


def assessment(
    places: Mapping[str, float] = NURSE, yours: Mapping[Evidence, float] | None = None, **changes: object
) -> Assessment:
    """A registered nurse, unless other places of the measures are given; `yours` is a changed week."""
    typical = exposed(families(places), {Measure(key): place for key, place in places.items()})
    measures = measured(places)
    nurse = Assessment(
        code="29-1141",
        title="Registered nurses",
        job=JobName("Registered nurse", "a nurse", "nurses", "Cares for patients"),
        yours=exposed(yours) if yours else typical,
        typical=typical,
        reason=None if typical else "The evidence is too thin for a score.",
        measures=measures,
        outside=tuple(m for m in measures if typical and not typical.band.low <= m.percentile <= typical.band.high),
        lean=lean_label(0.08),
        parts=Parts(2.9, 32.9, 64.2),
        activities=WEEK,
        pay=PayPlace(68_940, 80_330, 97_550, 112_350, 137_470, "United States", "May 2025", None),
        outlook=Outlook(4.9, 189_100, "Bachelor's degree", "2024-34", 3.1),
        moves=Moves(
            passing=(move(),),
            near_misses=(
                move(
                    code="29-1126", title="Respiratory therapists", missed=missed("pays 15.7% less"), pay_change=-15.7
                ),
            ),
            advice=None,
        ),
        context=(),
        provenance=Provenance("exposure-1.0", "equal_kinds", {"oews": "May 2025"}, "7c1e" + "0" * 60),
    )
    return replace(nurse, **changes)
