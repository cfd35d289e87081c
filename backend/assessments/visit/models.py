from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.extensions import Model


class Draft(Model):
    """A visitor's answers, which their result is worked out from. Holds no pay and no email; deleted after a while.

    Its token is the only key to changing it and is kept by the browser that made it; `digest` is the token's.
    `sealed_token` is there when the result is kept with an account, and for that account alone. `calculator` names
    whose questions it answers.
    """

    __tablename__ = "assessment_drafts"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    sealed_token: Mapped[bytes | None] = mapped_column(LargeBinary(100))
    calculator: Mapped[str] = mapped_column(String(20))
    assessment_id: Mapped[UUID] = mapped_column(unique=True)
    session_id: Mapped[str] = mapped_column(String(100))
    answers: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SharedResult(Model):
    """The address of a result, for reading; its maker may withdraw it for another. Gone when the draft is.

    `digest` is that of its token; `sealed_token` is the token for who holds that of the draft.
    """

    __tablename__ = "shared_results"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    sealed_token: Mapped[bytes] = mapped_column(LargeBinary(100))
    draft_id: Mapped[int] = mapped_column(ForeignKey("assessment_drafts.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
