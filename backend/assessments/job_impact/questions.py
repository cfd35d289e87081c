"""The four questions of the calculator, and what a visitor has said to them so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, ClassVar, Self

from backend.assessments.job_impact.model.result import Answers, Education
from backend.errors import MingusError, NotFound


class Question(StrEnum):
    """In the order they are asked."""

    JOB = "job"
    PLACE = "place"
    BACKGROUND = "background"
    WEEK = "week"

    @property
    def number(self) -> int:
        return QUESTIONS.index(self) + 1

    @property
    def before(self) -> Question | None:
        return QUESTIONS[self.number - 2] if self.number > 1 else None

    @property
    def after(self) -> Question | None:
        return QUESTIONS[self.number] if self.number < len(QUESTIONS) else None


QUESTIONS = tuple(Question)

EDUCATION: Mapping[Education, str] = {
    Education.NO_DIPLOMA: "No high school diploma",
    Education.HIGH_SCHOOL: "High school diploma or GED",
    Education.SOME_COLLEGE: "Some college, no degree",
    Education.ASSOCIATES: "Associate’s degree",
    Education.BACHELORS: "Bachelor’s degree",
    Education.MASTERS: "Master’s degree",
    Education.DOCTORAL: "Doctoral or professional degree",
}


class DraftGone(NotFound):
    """The answers were deleted, have expired, or never were."""

    title = "We no longer have those answers"


class LinkGone(NotFound):
    title = "This link no longer works"


class AskedTooEarly(MingusError):
    """An earlier question comes first; `question` is that one."""

    status = 409
    code = "asked_too_early"
    title = "An earlier question comes first"

    def __init__(self, question: Question) -> None:
        super().__init__(f"Question {question.number} comes first.")
        self.question = question


@dataclass(frozen=True, slots=True)
class JobReply:
    """The occupation that was chosen, and the words it was looked up by."""

    question: ClassVar = Question.JOB
    occupation: str
    job_title: str


@dataclass(frozen=True, slots=True)
class PlaceReply:
    question: ClassVar = Question.PLACE
    state: str | None
    industry: str | None


@dataclass(frozen=True, slots=True)
class BackgroundReply:
    question: ClassVar = Question.BACKGROUND
    experience_years: float | None
    education: Education | None


@dataclass(frozen=True, slots=True)
class WeekReply:
    """Hours by activity; none at all means a typical week."""

    question: ClassVar = Question.WEEK
    activities: Mapping[str, float]


Reply = JobReply | PlaceReply | BackgroundReply | WeekReply
EXPERIENCE_BANDS = ((3, "0-2 years"), (6, "3-5 years"), (11, "6-10 years"), (21, "11-20 years"))
LONGEST_EXPERIENCE = "21 years or more"


@dataclass(frozen=True, slots=True)
class DraftAnswers:
    """Everything said so far. There is no field for pay, so that it cannot be kept."""

    occupation: str
    job_title: str
    state: str | None = None
    industry: str | None = None
    experience_years: float | None = None
    education: Education | None = None
    activities: Mapping[str, float] = field(default_factory=dict)
    answered: int = 1

    @classmethod
    def of_json(cls, stored: Mapping[str, Any]) -> Self:
        known = {name: stored[name] for name in (f.name for f in fields(cls)) if name in stored}
        education = known.pop("education", None)
        return cls(**known, education=Education(education) if education else None)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def experience_band(self) -> str | None:
        """Years in the occupation as they are counted by: coarse enough to say nothing about one person."""
        if self.experience_years is None:
            return None
        return next((name for most, name in EXPERIENCE_BANDS if self.experience_years < most), LONGEST_EXPERIENCE)

    @property
    def complete(self) -> bool:
        return self.answered >= len(QUESTIONS)

    def demand(self, question: Question) -> None:
        """Raise AskedTooEarly when a question before this one has no answer yet."""
        if question.number > self.answered + 1:
            raise AskedTooEarly(QUESTIONS[self.answered])

    def demand_all(self) -> None:
        if not self.complete:
            raise AskedTooEarly(QUESTIONS[self.answered])

    def with_reply(self, reply: Reply) -> Self:
        """Another occupation has other activities, so the week goes back to a typical one."""
        changed = replace(self, **asdict(reply), answered=max(self.answered, reply.question.number))
        return changed if changed.occupation == self.occupation else replace(changed, activities={})

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
