"""Shared links to a calculator's results: the visitor who holds the draft creates and withdraws them."""

from __future__ import annotations

import secrets
from typing import Generic

from sqlalchemy.orm import Session

from backend.assessments.visit.drafts import AnswersT, SavedDraft, saved_draft
from backend.assessments.visit.models import SharedResult
from backend.assessments.visit.store import LINK_TOKEN_BYTES, DraftStore
from backend.clock import Clock


class SharedLinks(Generic[AnswersT]):
    """The links to results of the calculator whose answers are of the type `answers_type`."""

    def __init__(self, answers_type: type[AnswersT], store: DraftStore, session: Session, now: Clock) -> None:
        self._answers_type = answers_type
        self._store = store
        self._session = session
        self._now = now

    def active(self, draft_token: str) -> str | None:
        """The token of the link that now leads to this draft's result."""
        return self._store.active_link(draft_token)

    def shared(self, link: str) -> SavedDraft[AnswersT]:
        """The complete draft that a link leads to. Raises SharedLinkGone."""
        saved = saved_draft(self._store.shared_draft(link, self._now()), self._answers_type)
        saved.answers.demand_all()
        return saved

    def share(self, draft_token: str) -> None:
        """Make the link unless there is one. Raises DraftGone, AskedTooEarly."""
        now = self._now()
        draft = self._store.draft_for_change(draft_token, now)
        self._answers_type.of_json(draft.answers).demand_all()
        if self._store.active_link(draft_token) is None:
            link = secrets.token_urlsafe(LINK_TOKEN_BYTES)
            self._store.add(SharedResult(token=link, draft_id=draft.id, created_at=now))
        self._session.commit()

    def unshare(self, draft_token: str) -> None:
        now = self._now()
        self._store.revoke_links(self._store.draft_for_change(draft_token, now).id, now)
        self._session.commit()
