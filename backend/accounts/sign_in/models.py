from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.extensions import Model


class SignIn(Model):
    """A browser that an account signed in with. Its cookie holds the token; the row holds only the token's digest.

    `proven_at` is when the second factor was checked; without it an operator's sign-in gives no access.
    `confirmed_at` is when the password was last typed: dangerous changes ask for it again.
    `first_look` is the digest of the link of `make run`, where that began it: such a link begins one sign-in.
    `wrong_codes` counts wrong codes for the second factor: after a few the sign-in ends.
    """

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    epoch: Mapped[int]
    device: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime] = mapped_column(index=True)
    seen_at: Mapped[datetime]
    confirmed_at: Mapped[datetime]
    proven_at: Mapped[datetime | None]
    first_look: Mapped[str | None] = mapped_column(String(64), index=True, unique=True)
    wrong_codes: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]


class RecoveryCode(Model):
    """A code that replaces the second factor, once."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    used_at: Mapped[datetime | None]
