"""Drafts and links as personal data: only the assessment made from a draft says which account it belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from backend.assessments.visit.models import Draft, SharedResult
from backend.personal_data import ExportedRow, delete_where, plain


def exported_drafts(session: Session, assessments: Select[UUID]) -> Iterator[ExportedRow]:
    """The answers and links behind these assessments, without the tokens that open them."""
    behind = Draft.assessment_id.in_(assessments)
    for draft in session.scalars(select(Draft).where(behind).order_by(Draft.id)):
        stored = {"created_at": draft.created_at, "expires_at": draft.expires_at, **draft.answers}
        yield {"kind": "answers", "assessment_id": str(draft.assessment_id), **plain(stored)}
    links = select(Draft.assessment_id, SharedResult.created_at, SharedResult.revoked_at).join(SharedResult)
    for link in session.execute(links.where(behind).order_by(SharedResult.id)).mappings():
        yield {"kind": "link", **plain(link)}


def delete_drafts(session: Session, assessments: Select[UUID]) -> None:
    """Delete the answers behind these assessments; links go with them."""
    delete_where(session, Draft, Draft.assessment_id.in_(assessments))
