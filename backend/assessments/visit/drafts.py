"""A calculator's drafts: begun with a visitor's first reply, kept between questions, deleted after a while."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from backend.assessments.visit.answers import DraftAnswers, ReplyT
from backend.assessments.visit.models import Draft
from backend.assessments.visit.questions import CalculatorQuestion
from backend.assessments.visit.store import DRAFT_TOKEN_BYTES, DraftStore, delete_expired
from backend.clock import Clock

MOST_DELETED_AT_ONCE = 200

AnswersT = TypeVar("AnswersT", bound=DraftAnswers[Any])


@dataclass(frozen=True, slots=True)
class SavedDraft(Generic[AnswersT]):
    """A visitor's stored answers and their expiry. `assessment_id` is that of the result they lead to."""

    token: str
    assessment_id: UUID
    session_id: str
    answers: AnswersT
    created_at: datetime
    expires_at: datetime


class AssessmentRecorder(Protocol[AnswersT]):
    """The calculator's storage of assessments, in the transaction of each reply that leaves a draft complete.

    `user_id`: the public id of whoever is signed in; an assessment without an owner becomes theirs.
    """

    def record(self, draft: SavedDraft[AnswersT], user_id: str | None) -> None: ...


class Drafts(Generic[AnswersT, ReplyT]):
    """The drafts of the calculator whose answers are of the type `answers_type`."""

    def __init__(
        self,
        answers_type: type[AnswersT],
        store: DraftStore,
        recorder: AssessmentRecorder[AnswersT],
        session: Session,
        now: Clock,
        retention: timedelta,
    ) -> None:
        self._answers_type = answers_type
        self._store = store
        self._recorder = recorder
        self._session = session
        self._now = now
        self._retention = retention

    def begin(self, answers: AnswersT, session_id: str | None) -> SavedDraft[AnswersT]:
        """Start a draft, and clear away some that have expired."""
        now = self._now()
        delete_expired(self._session, now, MOST_DELETED_AT_ONCE)
        draft = Draft(
            token=secrets.token_urlsafe(DRAFT_TOKEN_BYTES),
            calculator=answers.calculator,
            assessment_id=uuid4(),
            session_id=session_id or uuid4().hex,
            answers=answers.as_json(),
            created_at=now,
            expires_at=now + self._retention,
        )
        self._store.add(draft)
        saved = saved_draft(draft, self._answers_type)
        self._session.commit()
        return saved

    def open(self, token: str, question: CalculatorQuestion) -> SavedDraft[AnswersT]:
        """The draft, if this question's turn has come. Raises DraftGone, AskedTooEarly."""
        saved = saved_draft(self._store.draft(token, self._now()), self._answers_type)
        saved.answers.demand(question)
        return saved

    def open_complete(self, token: str) -> SavedDraft[AnswersT]:
        """The draft, if every question has an answer. Raises DraftGone, AskedTooEarly."""
        saved = saved_draft(self._store.draft(token, self._now()), self._answers_type)
        saved.answers.demand_all()
        return saved

    def answer(self, token: str, reply: ReplyT, user_id: str | None = None) -> SavedDraft[AnswersT]:
        """Keep a reply, and record the assessment once every question has one. Raises as `open` does."""
        draft = self._store.draft_for_change(token, self._now())
        answers = self._answers_type.of_json(draft.answers)
        answers.demand(reply.question)
        draft.answers = answers.with_reply(reply).as_json()
        saved = saved_draft(draft, self._answers_type)
        if saved.answers.complete:
            self._recorder.record(saved, user_id)
        self._session.commit()
        return saved


class DraftRetention:
    """Retention of every calculator's drafts. Loads no figures and no model, so that it is quick at every start."""

    def __init__(self, session: Session, now: Clock) -> None:
        self._session = session
        self._now = now

    def clean(self) -> int:
        """Delete every expired draft, some at a time so that visitors get their turn; say how many."""
        now, total = self._now(), 0
        while deleted := delete_expired(self._session, now, MOST_DELETED_AT_ONCE):
            self._session.commit()
            total += deleted
        return total


def saved_draft(draft: Draft, answers_type: type[AnswersT]) -> SavedDraft[AnswersT]:
    return SavedDraft(
        token=draft.token,
        assessment_id=draft.assessment_id,
        session_id=draft.session_id,
        answers=answers_type.of_json(draft.answers),
        created_at=draft.created_at,
        expires_at=draft.expires_at,
    )
