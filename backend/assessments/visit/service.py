"""Keep a visitor's answers between questions, and turn them into a result."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy.orm import Session

from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.assessments.job_impact.model.result import Answers, Assessment
from backend.assessments.job_impact.questions import DraftAnswers, DraftGone, JobReply, Question, Reply
from backend.assessments.visit.models import Draft, SharedResult, StoredAssessment
from backend.assessments.visit.store import DRAFT_TOKEN_BYTES, LINK_TOKEN_BYTES, AssessmentStore
from backend.clock import Clock
from backend.errors import InvalidRequest
from backend.reference.loading import Reference

MOST_DELETED_AT_ONCE = 200
MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class SavedDraft:
    """A visitor's answers as they are kept, and until when."""

    token: str
    answers: DraftAnswers
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Result:
    """The assessment of a complete draft. `link` is the token of the shared page, if there is one.

    `owner` is the public id of the account it is kept with.
    """

    draft: SavedDraft
    answers: Answers
    assessment: Assessment
    link: str | None
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class OwnResult:
    """A result as it is listed to whom it belongs. `token` leads to all of it, while the answers are kept."""

    job_title: str
    level: str | None
    created_at: datetime
    token: str | None


class AssessmentService:
    def __init__(
        self,
        store: AssessmentStore,
        calculator: JobImpactCalculator,
        reference: Reference,
        session: Session,
        now: Clock,
        retention: timedelta,
    ) -> None:
        self._store = store
        self._calculator = calculator
        self._reference = reference
        self._session = session
        self._now = now
        self._retention = retention

    def begin(self, reply: JobReply, session_id: str | None) -> SavedDraft:
        """Start a draft, and clear away some that have expired."""
        now = self._now()
        self._store.delete_expired(now, MOST_DELETED_AT_ONCE)
        draft = Draft(
            token=secrets.token_urlsafe(DRAFT_TOKEN_BYTES),
            assessment_id=uuid4(),
            session_id=session_id or uuid4().hex,
            answers=DraftAnswers(reply.occupation, reply.job_title).as_json(),
            created_at=now,
            expires_at=now + self._retention,
        )
        self._store.add(draft)
        saved = _saved(draft)
        self._session.commit()
        return saved

    def open(self, token: str, question: Question) -> SavedDraft:
        """The draft, if this question's turn has come. Raises DraftGone, AskedTooEarly."""
        saved = _saved(self._store.draft(token, self._now()))
        saved.answers.demand(question)
        return saved

    def open_complete(self, token: str) -> SavedDraft:
        """The draft, if all four questions have an answer. Raises DraftGone, AskedTooEarly."""
        saved = _saved(self._store.draft(token, self._now()))
        saved.answers.demand_all()
        return saved

    def answer(self, token: str, reply: Reply, user_id: str | None = None) -> SavedDraft:
        """Keep a reply; once all four are there, store or update the assessment. Raises as `open` does.

        `user_id`: the public id of whoever is signed in; a result that is nobody's yet becomes theirs.
        """
        draft = self._store.draft_for_change(token, self._now())
        said = DraftAnswers.of_json(draft.answers)
        said.demand(reply.question)
        said = said.with_reply(reply)
        draft.answers = said.as_json()
        if said.complete:
            self._store.put(self._finished(draft, said, user_id))
        saved = _saved(draft)
        self._session.commit()
        return saved

    def result(self, token: str, salary: float | None = None) -> Result:
        """Work the result out again. `salary` is used here and kept nowhere."""
        draft = self._store.draft(token, self._now())
        found = self._result(draft, self._store.active_link(draft.id), salary)
        return replace(found, owner=self._store.owner(draft.assessment_id))

    def shared(self, link: str) -> Result:
        """What a shared link shows. Raises LinkGone."""
        return self._result(self._store.shared_draft(link, self._now()), link, None)

    def share(self, token: str) -> None:
        """Make the link unless there is one."""
        now = self._now()
        draft = self._store.draft_for_change(token, now)
        DraftAnswers.of_json(draft.answers).demand_all()
        if self._store.active_link(draft.id) is None:
            made = secrets.token_urlsafe(LINK_TOKEN_BYTES)
            self._store.add(SharedResult(token=made, draft_id=draft.id, created_at=now))
        self._session.commit()

    def unshare(self, token: str) -> None:
        now = self._now()
        self._store.revoke_links(self._store.draft_for_change(token, now).id, now)
        self._session.commit()

    def _result(self, draft: Draft, link: str | None, salary: float | None) -> Result:
        saved = _saved(draft)
        saved.answers.demand_all()
        answers = saved.answers.answers(salary)
        return Result(saved, answers, self._assess(answers), link)

    def _assess(self, answers: Answers) -> Assessment:
        """Answers were good when they were given; if they no longer are, the figures behind them have changed."""
        try:
            return self._calculator.assess(answers)
        except InvalidRequest as error:
            raise DraftGone("The figures behind these answers have changed.") from error

    def _finished(self, draft: Draft, said: DraftAnswers, user_id: str | None) -> StoredAssessment:
        now = self._now()
        assessment = self._assess(said.answers())
        yours = assessment.yours
        return StoredAssessment(
            assessment_id=draft.assessment_id,
            user_id=user_id,
            session_id=draft.session_id,
            job_title=assessment.title,
            industry=self._reference.industries.get(said.industry or ""),
            risk_level=yours.level if yours else None,
            completion_time=(now - draft.created_at).total_seconds(),
            created_at=now,
            occupation=said.occupation,
            state=said.state,
            education=said.education,
            experience_years=said.experience_years,
            activities=dict(said.activities),
            score=yours.score if yours else None,
            band_low=yours.band.low if yours else None,
            band_high=yours.band.high if yours else None,
            model=assessment.provenance.model,
            data_version=self._reference.data_version,
        )


class OwnResults:
    """What was worked out while somebody was signed in."""

    def __init__(self, store: AssessmentStore, now: Clock) -> None:
        self._store = store
        self._now = now

    def of(self, user_id: str) -> Sequence[OwnResult]:
        """The newest first."""
        found = self._store.of_user(user_id, self._now(), MOST_SHOWN)
        return [OwnResult(one.job_title or one.occupation, one.risk_level, one.created_at, t) for one, t in found]


class DraftRetention:
    """Needs no figures and no model, so that it is quick at every start."""

    def __init__(self, store: AssessmentStore, session: Session, now: Clock) -> None:
        self._store = store
        self._session = session
        self._now = now

    def clean(self) -> int:
        """Delete every expired draft, some at a time so that visitors get their turn; say how many."""
        now, total = self._now(), 0
        while deleted := self._store.delete_expired(now, MOST_DELETED_AT_ONCE):
            self._session.commit()
            total += deleted
        return total


def _saved(draft: Draft) -> SavedDraft:
    return SavedDraft(draft.token, DraftAnswers.of_json(draft.answers), draft.expires_at)
