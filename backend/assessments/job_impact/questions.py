"""The questions of the job impact calculator, the replies to them, and a visitor's answers so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, ClassVar, Self

from backend.assessments.job_impact.model.result import Answers, Education
from backend.assessments.job_impact.model.weighting import EQUAL_KINDS
from backend.assessments.visit.answers import DraftAnswers


class JobImpactQuestion(StrEnum):
    """The first is asked; the others may be answered beside the result, in any order. Events count them by number."""

    JOB = "job"
    PLACE = "place"
    BACKGROUND = "background"
    WEEK = "week"

    @property
    def number(self) -> int:
        return tuple(JobImpactQuestion).index(self) + 1


EDUCATION: Mapping[Education, str] = {
    Education.NO_DIPLOMA: "No high school diploma",
    Education.HIGH_SCHOOL: "High school diploma or GED",
    Education.SOME_COLLEGE: "Some college, no degree",
    Education.ASSOCIATES: "Associate’s degree",
    Education.BACHELORS: "Bachelor’s degree",
    Education.MASTERS: "Master’s degree",
    Education.DOCTORAL: "Doctoral or professional degree",
}


@dataclass(frozen=True, slots=True)
class JobReply:
    """The occupation that was chosen, and the words it was looked up by."""

    occupation: str
    job_title: str


@dataclass(frozen=True, slots=True)
class PlaceReply:
    """The state and the industry, each None where nothing was chosen."""

    state: str | None
    industry: str | None


@dataclass(frozen=True, slots=True)
class BackgroundReply:
    """Experience and education, each None where nothing was said."""

    experience_years: float | None
    education: Education | None


@dataclass(frozen=True, slots=True)
class WeekReply:
    """Hours by activity; none at all means a typical week."""

    activities: Mapping[str, float]


JobImpactReply = PlaceReply | BackgroundReply | WeekReply
EXPERIENCE_BANDS = ((3, "0-2 years"), (6, "3-5 years"), (11, "6-10 years"), (21, "11-20 years"))
LONGEST_EXPERIENCE = "21 years or more"


@dataclass(frozen=True, slots=True)
class JobImpactAnswers(DraftAnswers[JobImpactReply]):
    """A visitor's answers so far. There is no field for pay, so that it cannot be kept.

    `weighting` is no answer: it is what scores them, kept so that their result and its link always show one score.
    """

    calculator: ClassVar = "job_impact"

    occupation: str
    job_title: str
    state: str | None = None
    industry: str | None = None
    experience_years: float | None = None
    education: Education | None = None
    activities: Mapping[str, float] = field(default_factory=dict)
    weighting: str = EQUAL_KINDS.key

    @classmethod
    def of_job(cls, reply: JobReply, weighting: str = EQUAL_KINDS.key) -> Self:
        return cls(reply.occupation, reply.job_title, weighting=weighting)

    @classmethod
    def of_json(cls, stored: Mapping[str, Any]) -> Self:
        values = {name: stored[name] for name in (f.name for f in fields(cls)) if name in stored}
        education = values.pop("education", None)
        return cls(**values, education=Education(education) if education else None)

    def as_json(self) -> dict[str, Any]:
        stored = asdict(self)
        return stored if self.weighting != EQUAL_KINDS.key else {k: v for k, v in stored.items() if k != "weighting"}

    @property
    def experience_band(self) -> str | None:
        """The band of years that analytics counts by: too coarse to identify a person."""
        if self.experience_years is None:
            return None
        return next((name for most, name in EXPERIENCE_BANDS if self.experience_years < most), LONGEST_EXPERIENCE)

    def with_reply(self, reply: JobImpactReply) -> Self:
        return replace(self, **asdict(reply))

    def answers(self, salary: float | None = None) -> Answers:
        return Answers(
            occupation=self.occupation,
            activities=self.activities,
            experience_years=self.experience_years,
            education=self.education,
            industry=self.industry,
            state=self.state,
            salary=salary,
        )
