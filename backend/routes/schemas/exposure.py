"""How exposed a job is, as the API answers it: scores, ranges, measures, and the parts of the work."""

from __future__ import annotations

from dataclasses import asdict
from typing import Self

from backend.assessments.job_impact.model.result import (
    Agreement,
    Assessment,
    Evidence,
    Exposure,
    LeanLabel,
    Level,
    Parts,
)
from backend.assessments.job_impact.model.rounding import rounded
from backend.reference.tables import Measure
from backend.routes.schemas.answer import FourDecimals, OneDecimal, Out, ThreeDecimals


class BandOut(Out):
    """The lowest and the highest kind of evidence. Not a confidence interval."""

    low: OneDecimal
    high: OneDecimal


class MeasuresRangeOut(Out):
    """The lowest and the highest single measure, by which agreement is judged: 30 points apart, 55, or more."""

    low: OneDecimal
    high: OneDecimal


class PartsOut(Out):
    """What AI could do by itself, help with, and not reach, in whole percents that add up to 100."""

    alone: int
    helped: int
    out: int

    @classmethod
    def of(cls, parts: Parts) -> Self:
        alone, helped, out = parts.whole()
        return cls(alone=alone, helped=helped, out=out)


class FamiliesOut(Out):
    """Percentile of each kind of evidence; null where there is none."""

    task: OneDecimal | None
    ability: OneDecimal | None
    usage: OneDecimal | None

    @classmethod
    def of(cls, exposure: Exposure) -> Self:
        task, ability, usage = (exposure.families.get(family) for family in Evidence)
        return cls(task=task, ability=ability, usage=usage)


class LevelsOut(Out):
    """Levels of the lowest and of the highest kind of evidence."""

    low: Level
    high: Level


class ExposureOut(Out):
    """Score, band, and range of the measures of an occupation by its tasks, without anyone's hours."""

    score: OneDecimal
    band: BandOut
    measures_range: MeasuresRangeOut
    families: FamiliesOut
    agreement: Agreement
    risk_level: Level

    @classmethod
    def of(cls, exposure: Exposure) -> Self:
        shown = rounded(exposure, 1)
        return cls(
            score=shown.score,
            band=BandOut.model_validate(shown.band),
            measures_range=MeasuresRangeOut.model_validate(shown.measures_range),
            families=FamiliesOut.of(shown),
            agreement=exposure.agreement,
            risk_level=exposure.level,
        )


class MeasureOut(Out):
    """A published value; `percentile`: share of US workers it lies above, in percent, and `yours` with your hours."""

    id: str
    name: str
    family: Evidence
    value: FourDecimals
    percentile: OneDecimal
    yours: OneDecimal
    source: str
    year: int
    url: str

    @classmethod
    def all_of(cls, assessment: Assessment) -> list[Self]:
        """Rounded as the ranges are, so that these span them; without a score there is no range."""
        typical = rounded(assessment.typical, 1).places if assessment.typical else {}
        yours = rounded(assessment.yours, 1).places if assessment.yours else {}
        return [
            cls.model_validate(
                asdict(measure)
                | {
                    "percentile": typical.get(key := Measure(measure.id), measure.percentile),
                    "yours": yours.get(key, measure.percentile),
                }
            )
            for measure in assessment.measures
        ]


class LeanOut(Out):
    """Share (0 to 1) of the exposed work that an LLM could do mostly alone; null where nothing is exposed."""

    share: ThreeDecimals | None
    label: LeanLabel | None
