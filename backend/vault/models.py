from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.extensions import Model


class DataKey(Model):
    """The key one person's fields are sealed with, itself wrapped by the master key named here.

    Without this row nothing sealed for that person can be read again, in no backup of the other tables either.
    """

    __tablename__ = "data_keys"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary(100))
    master_key: Mapped[str] = mapped_column(String(16), index=True)
    created_at: Mapped[datetime]
