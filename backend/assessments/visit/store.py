from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from backend.assessments.job_impact.questions import DraftGone, LinkGone
from backend.assessments.visit.models import Draft, SharedResult, StoredAssessment

DRAFT_TOKEN_BYTES, LINK_TOKEN_BYTES = 32, 16
DRAFT_TOKEN, LINK_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}"), re.compile(r"[A-Za-z0-9_-]{22}")


class AssessmentStore:
    """Asks the database for no token that cannot be: PostgreSQL would not even take one with a NUL character."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, row: Draft | SharedResult) -> None:
        self._session.add(row)

    def draft(self, token: str, now: datetime) -> Draft:
        return self._found(token, _living(now))

    def draft_for_change(self, token: str, now: datetime) -> Draft:
        """The draft, locked until the transaction ends, so that two changes at once take turns."""
        return self._found(token, _living(now).with_for_update().execution_options(populate_existing=True))

    def _found(self, token: str, drafts: Select[Draft]) -> Draft:
        possible = DRAFT_TOKEN.fullmatch(token)
        found = self._session.scalar(drafts.where(Draft.token == token)) if possible else None
        if found is None:
            raise DraftGone("We no longer have those answers.")
        return found

    def delete_expired(self, now: datetime, most: int) -> int:
        """Delete at most so many drafts, so that no visitor waits for a long clean-up; say how many."""
        old = select(Draft.id).where(Draft.expires_at <= now).order_by(Draft.expires_at).limit(most)
        chosen = delete(Draft).where(Draft.id.in_(old)).returning(Draft.id)
        return len(self._session.scalars(chosen.execution_options(synchronize_session=False)).all())

    def put(self, assessment: StoredAssessment) -> None:
        """Store it, or bring the stored one up to date; whose it is, when it began and how long it took stay."""
        old = self._session.scalar(
            select(StoredAssessment).where(StoredAssessment.assessment_id == assessment.assessment_id)
        )
        if old is not None:
            assessment.id = old.id
            assessment.user_id = old.user_id or assessment.user_id
            assessment.created_at, assessment.completion_time = old.created_at, old.completion_time
        self._session.merge(assessment)

    def owner(self, assessment_id: UUID) -> str | None:
        """The public id of the account it is kept with."""
        return self._session.scalar(
            select(StoredAssessment.user_id).where(StoredAssessment.assessment_id == assessment_id)
        )

    def of_user(self, user_id: str, now: datetime, most: int) -> Sequence[tuple[StoredAssessment, str | None]]:
        """The newest results of an account, each with the token of its answers while those are kept."""
        kept = (Draft.assessment_id == StoredAssessment.assessment_id) & (Draft.expires_at > now)
        own = select(StoredAssessment, Draft.token).outerjoin(Draft, kept).where(StoredAssessment.user_id == user_id)
        newest = own.order_by(StoredAssessment.created_at.desc(), StoredAssessment.id.desc()).limit(most)
        return [(found, token) for found, token in self._session.execute(newest)]

    def active_link(self, draft_id: int) -> str | None:
        """The token of the link that now leads to this draft's result."""
        return self._session.scalar(
            select(SharedResult.token).where(SharedResult.draft_id == draft_id, SharedResult.revoked_at.is_(None))
        )

    def shared_draft(self, link: str, now: datetime) -> Draft:
        active = (SharedResult.token == link) & SharedResult.revoked_at.is_(None)
        possible = LINK_TOKEN.fullmatch(link)
        found = self._session.scalar(_living(now).join(SharedResult).where(active)) if possible else None
        if found is None:
            raise LinkGone("The person who made it has withdrawn it, or it has expired.")
        return found

    def revoke_links(self, draft_id: int, now: datetime) -> None:
        active = (SharedResult.draft_id == draft_id) & SharedResult.revoked_at.is_(None)
        self._session.execute(update(SharedResult).where(active).values(revoked_at=now))


def _living(now: datetime) -> Select[Draft]:
    return select(Draft).where(Draft.expires_at > now)
