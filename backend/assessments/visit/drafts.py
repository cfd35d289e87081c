"""A calculator's drafts: begun with a visitor's first reply, kept between questions, deleted after a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from backend.accounts.caller import AccountHolder
from backend.assessments.visit.answers import DraftAnswers, ReplyT
from backend.assessments.visit.models import Draft
from backend.assessments.visit.questions import CalculatorQuestion
from backend.assessments.visit.store import DraftStore, delete_expired
from backend.assessments.visit.tokens import AccountTokens, new_draft_token
from backend.clock import Clock
from backend.vault.tokens import digest_of

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

    `user_id`: the public id of whoever is signed in; an assessment without an owner becomes theirs. The answer is the
    public id of the account that the assessment is kept with.
    """

    def record(self, draft: SavedDraft[AnswersT], user_id: str | None) -> str | None: ...


class Drafts(Generic[AnswersT, ReplyT]):
    """The drafts of the calculator whose answers are of the type `answers_type`."""

    def __init__(
        self,
        answers_type: type[AnswersT],
        store: DraftStore,
        recorder: AssessmentRecorder[AnswersT],
        tokens: AccountTokens,
        session: Session,
        now: Clock,
        retention: timedelta,
    ) -> None:
        self._answers_type = answers_type
        self._store = store
        self._recorder = recorder
        self._tokens = tokens
        self._session = session
        self._now = now
        self._retention = retention

    def begin(self, answers: AnswersT, session_id: str | None) -> SavedDraft[AnswersT]:
        """Start a draft, and clear away some that have expired."""
        now, token = self._now(), new_draft_token()
        delete_expired(self._session, now, MOST_DELETED_AT_ONCE)
        draft = Draft(
            digest=digest_of(token),
            calculator=answers.calculator,
            assessment_id=uuid4(),
            session_id=session_id or uuid4().hex,
            answers=answers.as_json(),
            created_at=now,
            expires_at=now + self._retention,
        )
        self._store.add(draft)
        saved = self._saved(draft, token)
        self._session.commit()
        return saved

    def open(self, token: str, question: CalculatorQuestion) -> SavedDraft[AnswersT]:
        """The draft, if this question's turn has come. Raises DraftGone, AskedTooEarly."""
        saved = self._saved(self._store.draft(token, self._now()), token)
        saved.answers.demand(question)
        return saved

    def open_complete(self, token: str) -> SavedDraft[AnswersT]:
        """The draft, if every question has an answer. Raises DraftGone, AskedTooEarly."""
        saved = self._saved(self._store.draft(token, self._now()), token)
        saved.answers.demand_all()
        return saved

    def answer(self, token: str, reply: ReplyT, holder: AccountHolder | None = None) -> SavedDraft[AnswersT]:
        """Keep a reply, and record the assessment once every question has one. Raises as `open` does."""
        draft = self._store.draft_for_change(token, self._now())
        answers = self._answers_type.of_json(draft.answers)
        answers.demand(reply.question)
        draft.answers = answers.with_reply(reply).as_json()
        saved = self._saved(draft, token)
        if saved.answers.complete:
            owner = self._recorder.record(saved, holder.public_id if holder else None)
            if holder is not None and owner == holder.public_id:
                draft.sealed_token = self._tokens.seal(holder.account_id, token) or draft.sealed_token
        self._session.commit()
        return saved

    def _saved(self, draft: Draft, token: str) -> SavedDraft[AnswersT]:
        return SavedDraft(
            token=token,
            assessment_id=draft.assessment_id,
            session_id=draft.session_id,
            answers=self._answers_type.of_json(draft.answers),
            created_at=draft.created_at,
            expires_at=draft.expires_at,
        )


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
