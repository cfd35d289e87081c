"""A calculator's drafts: begun with a visitor's first reply, refined by the next ones, deleted after a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from backend.accounts.caller import AccountHolder
from backend.assessments.visit.answers import DraftAnswers, ReplyT
from backend.assessments.visit.errors import NotYourResult, ResultGone, ResultMoved
from backend.assessments.visit.models import Draft
from backend.assessments.visit.store import GONE, DraftStore, LinkedDraft, delete_expired
from backend.assessments.visit.tokens import AccountTokens, new_draft_token, new_link_token, open_link, seal_link
from backend.clock import Clock
from backend.vault.tokens import digest_of

MOST_DELETED_AT_ONCE = 200

AnswersT = TypeVar("AnswersT", bound=DraftAnswers[Any])


@dataclass(frozen=True, slots=True)
class DraftKeys:
    """What opens drafts for changing: the tokens that a browser holds, and the account that is signed in there."""

    tokens: tuple[str, ...] = ()
    holder: AccountHolder | None = None


@dataclass(frozen=True, slots=True)
class SavedDraft(Generic[AnswersT]):
    """A visitor's stored answers and their expiry. `link` is the address of the result they lead to.

    `token` is None for whoever may only read. `assessment_id` is that of the stored assessment.
    """

    link: str
    token: str | None
    assessment_id: UUID
    session_id: str
    answers: AnswersT
    created_at: datetime
    expires_at: datetime


class AssessmentRecorder(Protocol[AnswersT]):
    """The calculator's storage of assessments, in the transaction of each reply.

    `user_id`: the public id of whoever is signed in; an assessment without an owner becomes theirs. The answer is the
    public id of the account that the assessment is kept with.
    """

    def record(self, draft: SavedDraft[AnswersT], user_id: str | None) -> str | None: ...


class Drafts(Generic[AnswersT, ReplyT]):
    """The drafts of the calculator whose answers are of the type `answers_type`, each by the link to its result."""

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

    def begin(
        self, answers: AnswersT, session_id: str | None, holder: AccountHolder | None = None
    ) -> SavedDraft[AnswersT]:
        """Start a draft with the link to its result, and clear away some drafts that have expired."""
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
        saved = self._saved(draft, self._new_link(draft, token), token)
        self._record(draft, saved, holder)
        self._session.commit()
        return saved

    def open(self, link: str, keys: DraftKeys) -> SavedDraft[AnswersT]:
        """The draft behind a result, with its token for whom it belongs to. Raises ResultGone, ResultMoved."""
        draft, token = self._opened(self._store.of_link(link, self._now()), keys)
        return self._saved(draft, link, token)

    def newest(self, keys: DraftKeys) -> SavedDraft[AnswersT] | None:
        """The newest of the drafts that this browser made."""
        found = self._store.newest(keys.tokens, self._now()) if keys.tokens else None
        if found is None:
            return None
        draft, sealed = found
        token = next(token for token in keys.tokens if digest_of(token) == draft.digest)
        return self._saved(draft, open_link(sealed, token), token)

    def answer(self, link: str, keys: DraftKeys, reply: ReplyT) -> SavedDraft[AnswersT]:
        """Keep a reply, and record the assessment that it leads to. Raises ResultGone, ResultMoved, NotYourResult."""
        draft, token = self._own(link, keys)
        draft.answers = self._answers_type.of_json(draft.answers).with_reply(reply).as_json()
        saved = self._saved(draft, link, token)
        self._record(draft, saved, keys.holder)
        self._session.commit()
        return saved

    def withdraw(self, link: str, keys: DraftKeys) -> str:
        """End the link to a result, and make its owner another one. Raises ResultGone, ResultMoved, NotYourResult."""
        draft, token = self._own(link, keys)
        self._store.revoke_links(draft, self._now())
        fresh = self._new_link(draft, token)
        self._session.commit()
        return fresh

    def _own(self, link: str, keys: DraftKeys) -> tuple[Draft, str]:
        draft, token = self._opened(self._store.of_link_for_change(link, self._now()), keys)
        if token is None:
            raise NotYourResult("Change it in the browser that made it, or check your own job to get your own result.")
        return draft, token

    def _opened(self, linked: LinkedDraft, keys: DraftKeys) -> tuple[Draft, str | None]:
        """A withdrawn link leads whom the result belongs to on to the new one; for everybody else it is gone."""
        draft, token = linked.draft, self._token(linked.draft, keys)
        if not linked.withdrawn:
            return draft, token
        if token is None:
            raise ResultGone(GONE)
        raise ResultMoved(open_link(self._store.sealed_link(draft), token))

    def _token(self, draft: Draft, keys: DraftKeys) -> str | None:
        held = next((token for token in keys.tokens if digest_of(token) == draft.digest), None)
        if held is None and keys.holder is not None:
            return self._tokens.open(keys.holder.account_id, draft.sealed_token)
        return held

    def _new_link(self, draft: Draft, token: str) -> str:
        link = new_link_token()
        self._store.add_link(draft, link, seal_link(link, token), self._now())
        return link

    def _record(self, draft: Draft, saved: SavedDraft[AnswersT], holder: AccountHolder | None) -> None:
        owner = self._recorder.record(saved, holder.public_id if holder else None)
        if holder is not None and saved.token is not None and owner == holder.public_id:
            draft.sealed_token = self._tokens.seal(holder.account_id, saved.token) or draft.sealed_token

    def _saved(self, draft: Draft, link: str, token: str | None) -> SavedDraft[AnswersT]:
        return SavedDraft(
            link=link,
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
