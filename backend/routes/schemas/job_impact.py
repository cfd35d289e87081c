"""What the AI job impact calculator may be asked, and what it answers. Scores and percentiles have one decimal."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from backend.assessments.job_impact.model.calculator import HIGHEST_SALARY, LONGEST_CAREER
from backend.assessments.job_impact.model.result import (
    Agreement,
    Answers,
    Assessment,
    Education,
    LeanLabel,
    Level,
    Profile,
)
from backend.assessments.job_impact.model.rounding import rounded, rounded_place
from backend.assessments.job_impact.presentation.headline import hours_entered
from backend.routes.schemas.answer import OneDecimal, Out, ThreeDecimals
from backend.routes.schemas.exposure import (
    BandOut,
    ExposureOut,
    FamiliesOut,
    LeanOut,
    LevelsOut,
    MeasureOut,
    MeasuresRangeOut,
    PartsOut,
)
from backend.routes.schemas.moves import MoveOut

MOST_ACTIVITIES = 64  # the occupation with the most has 63


ActivityId = Annotated[str, Field(min_length=1, max_length=40)]
Share = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class OccupationPath(BaseModel):
    """/29-1141"""

    model_config = ConfigDict(frozen=True)

    code: Annotated[str, Field(max_length=20, description="National Employment Matrix code, as 29-1141.")]


class AssessRequest(BaseModel):
    """A person's answers; only the occupation is needed. Numbers are JSON numbers, never text."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        json_schema_extra={
            "example": {
                "occupation": "29-1141",
                "activities": {"4.A.4.a.3.I02": 20},
                "experience_years": 6,
                "education": "bachelors",
                "industry": "62",
                "state": "GA",
                "salary": 82000,
            }
        },
    )

    occupation: Annotated[str, Field(min_length=1, max_length=10, json_schema_extra={"pattern": "^[0-9]{2}-[0-9]{4}$"})]
    activities: Annotated[
        dict[ActivityId, Share],
        Field(
            default_factory=dict,
            max_length=MOST_ACTIVITIES,
            description="How the week is spent, by activity id, in any one unit.",
        ),
    ]
    experience_years: Annotated[float | None, Field(ge=0, le=LONGEST_CAREER, allow_inf_nan=False)] = None
    education: Annotated[Education | None, Field(strict=False)] = None
    industry: Annotated[str | None, Field(min_length=1, max_length=10)] = None
    state: Annotated[str | None, Field(pattern="^[A-Z]{2}$", description="Postal code of a US state.")] = None
    salary: Annotated[
        float | None,
        Field(ge=1, le=HIGHEST_SALARY, allow_inf_nan=False, description="Annual US dollars; used once, never stored."),
    ] = None

    def to_answers(self) -> Answers:
        return Answers(
            occupation=self.occupation,
            activities=self.activities,
            experience_years=self.experience_years,
            education=self.education,
            industry=self.industry,
            state=self.state,
            salary=self.salary,
        )


class OccupationOut(Out):
    """An occupation by its official title, and by a plain name of our own."""

    code: str
    title: str
    name: str


class ActivityOut(Out):
    """An activity: shares of the job's tasks in percent, or of the week where hours were given; `exposure`: 0 to 1.

    `title` is O*NET's, `name` a plain one of our own.
    """

    id: str
    title: str
    name: str
    share: OneDecimal
    typical_share: OneDecimal
    exposure: ThreeDecimals
    lean: LeanLabel | None


class PayOut(Out):
    """Published annual pay in US dollars; `percentile` of the salary given, from 1 to 99, null when none was."""

    percentile: OneDecimal | None
    p10: int | None
    p25: int | None
    p50: int | None
    p75: int | None
    p90: int | None
    area: str
    vintage: str


class OutlookOut(Out):
    """Official projection, shown beside the score; `openings` is persons a year, `education` the usual entry."""

    growth_percent: OneDecimal
    openings: int
    education: str
    horizon: str
    all_jobs_growth_percent: OneDecimal


class FactOut(Out):
    """A sourced sentence about the person's context, which never changes the score."""

    id: str
    text: str
    source: str


class ProvenanceOut(Out):
    """`input_hash`: SHA-256 over every answer but the salary, the model version and the data version.

    `weighting`: how much each kind of evidence counts in the score.
    """

    model: str
    weighting: str
    vintages: dict[str, str]
    input_hash: str


class AssessResponse(Out):
    """The whole result. With too little evidence `score` is null and `reason` says so."""

    occupation: OccupationOut
    shares_of: Annotated[
        Literal["tasks", "week"],
        Field(description="Of what activities and parts are shares: of the job's tasks, or of a week given in hours."),
    ]
    score: OneDecimal | None
    place: Annotated[int | None, Field(description="The score as a whole number: of 100 workers, how many are below.")]
    reason: str | None
    band: BandOut | None
    measures_range: MeasuresRangeOut | None
    agreement: Annotated[Agreement | None, Field(description="By how far the single measures lie apart.")]
    risk_level: Level | None
    range_levels: LevelsOut | None
    families: FamiliesOut | None
    typical: ExposureOut | None
    measures: list[MeasureOut]
    outside: Annotated[list[str], Field(description="Measures outside the band of the job's tasks, by id.")]
    lean: LeanOut
    parts: Annotated[PartsOut | None, Field(description="Null where no activity of the occupation is rated.")]
    activities: list[ActivityOut]
    pay: PayOut | None
    outlook: OutlookOut | None
    moves: Annotated[list[MoveOut], Field(description="Related occupations that pass every rule, best first.")]
    near_misses: Annotated[
        list[MoveOut], Field(description="Related occupations that miss a rule, nearest first, with all they miss.")
    ]
    advice: Annotated[str | None, Field(description="Which rule to relax, when there are no moves.")]
    context: list[FactOut]
    provenance: ProvenanceOut

    @classmethod
    def of(cls, assessment: Assessment) -> Self:
        yours = rounded(assessment.yours, 1) if assessment.yours else None
        typical = assessment.typical
        return cls(
            occupation=OccupationOut(code=assessment.code, title=assessment.title, name=assessment.job.name),
            shares_of="week" if hours_entered(assessment) else "tasks",
            score=yours.score if yours else None,
            place=int(rounded_place(assessment.yours.score)) if assessment.yours else None,
            reason=assessment.reason,
            band=BandOut.model_validate(yours.band) if yours else None,
            measures_range=MeasuresRangeOut.model_validate(yours.measures_range) if yours else None,
            agreement=yours.agreement if yours else None,
            risk_level=yours.level if yours else None,
            range_levels=LevelsOut(low=yours.low_level, high=yours.high_level) if yours else None,
            families=FamiliesOut.of(yours) if yours else None,
            typical=ExposureOut.of(typical) if typical else None,
            measures=MeasureOut.all_of(assessment),
            outside=[place.id for place in assessment.outside],
            lean=LeanOut.model_validate(assessment.lean),
            parts=PartsOut.of(assessment.parts) if assessment.parts else None,
            activities=[ActivityOut.model_validate(place) for place in assessment.activities],
            pay=PayOut.model_validate(assessment.pay) if assessment.pay else None,
            outlook=OutlookOut.model_validate(assessment.outlook) if assessment.outlook else None,
            moves=[MoveOut.of(move) for move in assessment.moves.passing],
            near_misses=[MoveOut.of(move) for move in assessment.moves.near_misses],
            advice=assessment.moves.advice,
            context=[FactOut.model_validate(fact) for fact in assessment.context],
            provenance=ProvenanceOut.model_validate(assessment.provenance),
        )


class OccupationResponse(Out):
    """An occupation as published, before anyone said anything."""

    code: str
    title: str
    name: str
    typical: ExposureOut | None
    reason: str | None
    activities: list[ActivityOut]
    pay: PayOut | None
    outlook: OutlookOut | None

    @classmethod
    def of(cls, profile: Profile) -> Self:
        return cls(
            code=profile.code,
            title=profile.title,
            name=profile.job.name,
            typical=ExposureOut.of(profile.typical) if profile.typical else None,
            reason=profile.reason,
            activities=[ActivityOut.model_validate(place) for place in profile.activities],
            pay=PayOut.model_validate(profile.pay) if profile.pay else None,
            outlook=OutlookOut.model_validate(profile.outlook) if profile.outlook else None,
        )
