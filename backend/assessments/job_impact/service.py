"""The result of a visitor's answers: worked out from them each time, and stored for counting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from backend.accounts.caller import AccountHolder
from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.assessments.job_impact.model.result import Answers, Assessment
from backend.assessments.job_impact.questions import JobImpactAnswers, JobImpactReply
from backend.assessments.job_impact.store import AssessmentStore, StoredAssessment
from backend.assessments.visit.drafts import DraftKeys, Drafts, SavedDraft
from backend.assessments.visit.errors import AnswersOutdated
from backend.assessments.visit.tokens import AccountTokens, open_link
from backend.clock import Clock
from backend.errors import InvalidRequest
from backend.reference.loading import Reference

MOST_LISTED = 50

JobImpactDraft = SavedDraft[JobImpactAnswers]


class JobImpactDrafts(Drafts[JobImpactAnswers, JobImpactReply]):
    """The job impact calculator's drafts: a type of its own, because the registry builds services by type."""


@dataclass(frozen=True, slots=True)
class JobImpactResult:
    """The assessment of somebody's answers, which says nothing of the draft they are from.

    `link` is its address, which is good until `expires_at`.
    """

    link: str
    replies: JobImpactAnswers
    answers: Answers
    assessment: Assessment
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OwnJobImpactResult(JobImpactResult):
    """The result for whom it belongs to. `owner` is the public id of the account it is kept with."""

    assessment_id: UUID
    owner: str | None


@dataclass(frozen=True, slots=True)
class OwnResult:
    """A result as it is listed to whom it belongs. `link` leads to all of it, while the answers are kept."""

    job_title: str
    level: str | None
    created_at: datetime
    link: str | None


class JobImpactResults:
    def __init__(self, drafts: JobImpactDrafts, store: AssessmentStore, calculator: JobImpactCalculator) -> None:
        self._drafts = drafts
        self._store = store
        self._calculator = calculator

    def of_link(self, link: str, keys: DraftKeys, salary: float | None = None) -> JobImpactResult:
        """Work the result out again: an OwnJobImpactResult for whom it belongs to. Raises ResultGone, AnswersOutdated.

        `salary` is used here and kept nowhere.
        """
        draft = self._drafts.open(link, keys)
        answers = draft.answers.answers(salary)
        assessment = _assess(self._calculator, answers, draft.answers.weighting)
        shown = (link, draft.answers, answers, assessment, draft.created_at, draft.expires_at)
        if draft.token is None:
            return JobImpactResult(*shown)
        return OwnJobImpactResult(*shown, draft.assessment_id, self._store.owner(draft.assessment_id))


class JobImpactRecorder:
    """Stores the assessment of a draft's answers, without pay, and brings it up to date when an answer changes."""

    def __init__(
        self, store: AssessmentStore, calculator: JobImpactCalculator, reference: Reference, now: Clock
    ) -> None:
        self._store = store
        self._calculator = calculator
        self._reference = reference
        self._now = now

    def record(self, draft: JobImpactDraft, user_id: str | None) -> str | None:
        return self._store.put(self._stored(draft, user_id))

    def _stored(self, draft: JobImpactDraft, user_id: str | None) -> StoredAssessment:
        now, answers = self._now(), draft.answers
        assessment = _assess(self._calculator, answers.answers(), answers.weighting)
        yours = assessment.yours
        return StoredAssessment(
            assessment_id=draft.assessment_id,
            user_id=user_id,
            session_id=draft.session_id,
            job_title=assessment.title,
            industry=self._reference.industries.get(answers.industry or ""),
            risk_level=yours.level if yours else None,
            completion_time=(now - draft.created_at).total_seconds(),
            created_at=now,
            occupation=answers.occupation,
            state=answers.state,
            education=answers.education,
            experience_years=answers.experience_years,
            activities=dict(answers.activities),
            score=yours.score if yours else None,
            band_low=yours.band.low if yours else None,
            band_high=yours.band.high if yours else None,
            model=assessment.provenance.model,
            data_version=self._reference.data_version,
        )


class OwnResults:
    """The results of an account: those worked out while it was signed in."""

    def __init__(self, store: AssessmentStore, tokens: AccountTokens, now: Clock) -> None:
        self._store = store
        self._tokens = tokens
        self._now = now

    def of(self, holder: AccountHolder) -> Sequence[OwnResult]:
        """The newest first."""
        return [
            OwnResult(
                assessment.job_title or assessment.occupation,
                assessment.risk_level,
                assessment.created_at,
                self._link(holder, sealed_token, sealed_link),
            )
            for assessment, sealed_token, sealed_link in self._store.of_user(holder.public_id, self._now(), MOST_LISTED)
        ]

    def _link(self, holder: AccountHolder, sealed_token: bytes | None, sealed_link: bytes | None) -> str | None:
        token = self._tokens.open(holder.account_id, sealed_token)
        return None if token is None or sealed_link is None else open_link(sealed_link, token)


def _assess(calculator: JobImpactCalculator, answers: Answers, weighting: str) -> Assessment:
    """Answers were valid when they were saved; if they no longer are, the figures behind them have changed."""
    try:
        return calculator.assess(answers, weighting)
    except InvalidRequest as error:
        raise AnswersOutdated("The figures behind these answers have changed.") from error
