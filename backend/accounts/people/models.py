from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, true
from sqlalchemy.orm import Mapped, mapped_column

from backend.extensions import Model


class AccountState(StrEnum):
    """Only an active account signs in. An account that is being erased never does again."""

    INVITED = "invited"
    UNVERIFIED = "unverified"
    ACTIVE = "active"
    DISABLED = "disabled"
    ERASING = "erasing"


CLOSED = frozenset({AccountState.DISABLED, AccountState.ERASING})


class Account(Model):
    """A person who may sign in. Identifying fields are sealed under the person's data key (`backend/vault`).

    `public_id` names them in events, audit and API. A raised `epoch` ends every sign-in and token given before.
    """

    __tablename__ = "accounts"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012  (an id is never used again)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[UUID] = mapped_column(unique=True)
    email: Mapped[bytes] = mapped_column(LargeBinary)
    email_index: Mapped[str] = mapped_column(String(64), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(12))
    epoch: Mapped[int] = mapped_column(default=1)
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_confirmed_at: Mapped[datetime | None]
    totp_last_step: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(index=True)
    invited_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]
    password_changed_at: Mapped[datetime | None]
    time_zone: Mapped[str | None] = mapped_column(String(64))
    shortcuts: Mapped[bool] = mapped_column(default=True, server_default=true())


class LinkPurpose(StrEnum):
    """The one change that a mailed link allows."""

    VERIFY = "verify"
    RESET = "reset"
    CHANGE_EMAIL = "change_email"
    INVITE = "invite"


class AccountLink(Model):
    """A mailed link. The row holds only its token's digest; `new_email` is sealed.

    `password_hash` is of the password chosen at sign-up: it becomes the account's when the address is confirmed.
    """

    __tablename__ = "account_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(12))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    new_email: Mapped[bytes | None] = mapped_column(LargeBinary)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
