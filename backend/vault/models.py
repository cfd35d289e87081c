from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.extensions import Model


class DataKey(Model):
    """The key that seals one person's fields, itself wrapped by the master key named here.

    Without this row nothing that was sealed for the person can be read again, not even in a backup of other tables.
    """

    __tablename__ = "data_keys"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary(100))
    master_key: Mapped[str] = mapped_column(String(16), index=True)
    created_at: Mapped[datetime]


class InstallationKey(Model):
    """The key that seals secrets of the installation, which are no person's, such as the addresses of channels."""

    __tablename__ = "installation_keys"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary(100))
    master_key: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]


class KeyCheck(Model):
    """A keyed hash that proves which secret, by the name of its setting, this database was used with."""

    __tablename__ = "key_checks"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    digest: Mapped[str] = mapped_column(String(32))
