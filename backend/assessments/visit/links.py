"""Shared links to a calculator's results: the visitor who holds the draft creates and withdraws them."""

from __future__ import annotations

from typing import Generic

from sqlalchemy.orm import Session

from backend.assessments.visit.drafts import AnswersT
from backend.assessments.visit.errors import SharedLinkGone
from backend.assessments.visit.models import SharedResult
from backend.assessments.visit.store import DraftStore
from backend.assessments.visit.tokens import new_link_token, open_link, seal_link
from backend.clock import Clock
from backend.vault.tokens import digest_of


class SharedLinks(Generic[AnswersT]):
    """The links to results of the calculator whose answers are of the type `answers_type`."""

    def __init__(self, answers_type: type[AnswersT], store: DraftStore, session: Session, now: Clock) -> None:
        self._answers_type = answers_type
        self._store = store
        self._session = session
        self._now = now

    def active(self, draft_token: str) -> str | None:
        """The token of the link that now leads to this draft's result."""
        sealed = self._store.active_link(draft_token)
        return None if sealed is None else open_link(sealed, draft_token)

    def shared(self, link: str) -> AnswersT:
        """The complete answers that a link leads to, without anything that leads to their draft.

        Raises SharedLinkGone.
        """
        answers = self._answers_type.of_json(self._store.shared_draft(link, self._now()).answers)
        if not answers.complete:
            raise SharedLinkGone("The person who made it has not answered every question since they changed.")
        return answers

    def share(self, draft_token: str) -> None:
        """Make the link unless there is one. Raises DraftGone, AskedTooEarly."""
        now = self._now()
        draft = self._store.draft_for_change(draft_token, now)
        self._answers_type.of_json(draft.answers).demand_all()
        if self._store.active_link(draft_token) is None:
            link = new_link_token()
            sealed = seal_link(link, draft_token)
            self._store.add(
                SharedResult(digest=digest_of(link), sealed_token=sealed, draft_id=draft.id, created_at=now)
            )
        self._session.commit()

    def unshare(self, draft_token: str) -> None:
        now = self._now()
        self._store.revoke_links(self._store.draft_for_change(draft_token, now).id, now)
        self._session.commit()
