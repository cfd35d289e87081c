from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from backend.assessments.visit.errors import ResultGone
from backend.assessments.visit.models import Draft, SharedResult
from backend.assessments.visit.tokens import LINK_TOKEN
from backend.vault.tokens import digest_of

GONE = "The person who made it has withdrawn it, or it has expired."


@dataclass(frozen=True, slots=True)
class LinkedDraft:
    """A draft, and whether the link that led to it is withdrawn."""

    draft: Draft
    withdrawn: bool


class DraftStore:
    """The drafts of one calculator, and the links to their results.

    A malformed link is refused before the database is asked.
    """

    def __init__(self, session: Session, calculator: str) -> None:
        self._session = session
        self._calculator = calculator

    def add(self, draft: Draft) -> None:
        self._session.add(draft)
        self._session.flush()

    def add_link(self, draft: Draft, link: str, sealed: bytes, now: datetime) -> None:
        made = SharedResult(digest=digest_of(link), sealed_token=sealed, draft_id=draft.id, created_at=now)
        self._session.add(made)

    def of_link(self, link: str, now: datetime) -> LinkedDraft:
        return self._first(link, self._unexpired(now))

    def of_link_for_change(self, link: str, now: datetime) -> LinkedDraft:
        """The draft, locked until the transaction ends, so that two changes at once take turns."""
        locked = self._unexpired(now).with_for_update(of=Draft).execution_options(populate_existing=True)
        return self._first(link, locked)

    def _first(self, link: str, drafts: Select[Draft]) -> LinkedDraft:
        linked = drafts.add_columns(SharedResult.revoked_at).join(SharedResult)
        of_link = linked.where(SharedResult.digest == digest_of(link))
        row = self._session.execute(of_link).first() if LINK_TOKEN.fullmatch(link) else None
        if row is None:
            raise ResultGone(GONE)
        return LinkedDraft(draft=row[0], withdrawn=row[1] is not None)

    def sealed_link(self, draft: Draft) -> bytes:
        """The sealed token of the link that leads to its result now."""
        active = (SharedResult.draft_id == draft.id) & SharedResult.revoked_at.is_(None)
        return self._session.scalars(select(SharedResult.sealed_token).where(active)).one()

    def newest(self, tokens: Collection[str], now: datetime) -> tuple[Draft, bytes] | None:
        """Of the drafts that these tokens open the newest, with the sealed token of the link to its result."""
        held = Draft.digest.in_([digest_of(token) for token in tokens])
        active = select(Draft, SharedResult.sealed_token).join(SharedResult).where(SharedResult.revoked_at.is_(None))
        unexpired = active.where(held, Draft.calculator == self._calculator, Draft.expires_at > now)
        row = self._session.execute(unexpired.order_by(Draft.created_at.desc(), Draft.id.desc()).limit(1)).first()
        return None if row is None else (row[0], row[1])

    def revoke_links(self, draft: Draft, now: datetime) -> None:
        active = (SharedResult.draft_id == draft.id) & SharedResult.revoked_at.is_(None)
        self._session.execute(update(SharedResult).where(active).values(revoked_at=now))

    def _unexpired(self, now: datetime) -> Select[Draft]:
        return select(Draft).where(Draft.calculator == self._calculator, Draft.expires_at > now)


def delete_expired(session: Session, now: datetime, limit: int) -> int:
    """Delete at most `limit` drafts of any calculator, so that no visitor waits for a long clean-up; say how many."""
    oldest = select(Draft.id).where(Draft.expires_at <= now).order_by(Draft.expires_at).limit(limit)
    deletion = delete(Draft).where(Draft.id.in_(oldest)).returning(Draft.id)
    return len(session.scalars(deletion.execution_options(synchronize_session=False)).all())
