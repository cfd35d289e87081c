from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from backend.assessments.visit.errors import DraftGone, SharedLinkGone
from backend.assessments.visit.models import Draft, SharedResult
from backend.assessments.visit.tokens import DRAFT_TOKEN, LINK_TOKEN
from backend.vault.tokens import digest_of


class DraftStore:
    """The drafts of one calculator, and the links to their results.

    A malformed token is refused before the database is asked.
    """

    def __init__(self, session: Session, calculator: str) -> None:
        self._session = session
        self._calculator = calculator

    def add(self, row: Draft | SharedResult) -> None:
        self._session.add(row)

    def draft(self, token: str, now: datetime) -> Draft:
        return self._first(token, self._unexpired(now))

    def draft_for_change(self, token: str, now: datetime) -> Draft:
        """The draft, locked until the transaction ends, so that two changes at once take turns."""
        return self._first(token, self._unexpired(now).with_for_update().execution_options(populate_existing=True))

    def _first(self, token: str, drafts: Select[Draft]) -> Draft:
        well_formed = DRAFT_TOKEN.fullmatch(token)
        draft = self._session.scalar(drafts.where(Draft.digest == digest_of(token))) if well_formed else None
        if draft is None:
            raise DraftGone("We no longer have those answers.")
        return draft

    def active_link(self, draft_token: str) -> bytes | None:
        """The sealed token of the link that now leads to this draft's result."""
        own = (Draft.digest == digest_of(draft_token)) & (Draft.calculator == self._calculator)
        active = select(SharedResult.sealed_token).join(Draft).where(own, SharedResult.revoked_at.is_(None))
        return self._session.scalar(active)

    def shared_draft(self, link: str, now: datetime) -> Draft:
        active = (SharedResult.digest == digest_of(link)) & SharedResult.revoked_at.is_(None)
        well_formed = LINK_TOKEN.fullmatch(link)
        draft = self._session.scalar(self._unexpired(now).join(SharedResult).where(active)) if well_formed else None
        if draft is None:
            raise SharedLinkGone("The person who made it has withdrawn it, or it has expired.")
        return draft

    def revoke_links(self, draft_id: int, now: datetime) -> None:
        active = (SharedResult.draft_id == draft_id) & SharedResult.revoked_at.is_(None)
        self._session.execute(update(SharedResult).where(active).values(revoked_at=now))

    def _unexpired(self, now: datetime) -> Select[Draft]:
        return select(Draft).where(Draft.calculator == self._calculator, Draft.expires_at > now)


def delete_expired(session: Session, now: datetime, limit: int) -> int:
    """Delete at most `limit` drafts of any calculator, so that no visitor waits for a long clean-up; say how many."""
    oldest = select(Draft.id).where(Draft.expires_at <= now).order_by(Draft.expires_at).limit(limit)
    deletion = delete(Draft).where(Draft.id.in_(oldest)).returning(Draft.id)
    return len(session.scalars(deletion.execution_options(synchronize_session=False)).all())
