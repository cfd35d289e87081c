from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.analytics.views.models import StoredView
from backend.errors import NotFound
from backend.personal_data import delete_where


class ViewStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, view: StoredView) -> None:
        self._session.add(view)
        self._session.flush()

    def seen_by(self, account_id: int | None) -> Sequence[StoredView]:
        """The views of an account, and those that others share."""
        visible = (StoredView.account_id == account_id) | StoredView.shared
        return self._session.scalars(select(StoredView).where(visible).order_by(StoredView.id)).all()

    def count(self, account_id: int) -> int:
        own = select(func.count()).select_from(StoredView).where(StoredView.account_id == account_id)
        return self._session.scalar(own) or 0

    def has(self, account_id: int, name: str) -> bool:
        same = select(StoredView.id).where(StoredView.account_id == account_id, StoredView.name == name)
        return self._session.scalar(same) is not None

    def own(self, account_id: int, public_id: UUID) -> StoredView:
        """Raises NotFound, also for what is somebody else's."""
        own = (StoredView.account_id == account_id) & (StoredView.public_id == public_id)
        view = self._session.scalar(select(StoredView).where(own).with_for_update())
        if view is None:
            raise _no_view()
        return view

    def flush(self) -> None:
        self._session.flush()

    def delete(self, account_id: int, public_id: UUID) -> None:
        """Raises NotFound, also for what is somebody else's."""
        own = (StoredView.account_id == account_id) & (StoredView.public_id == public_id)
        if not delete_where(self._session, StoredView, own):
            raise _no_view()


def _no_view() -> NotFound:
    return NotFound("You have no saved view with that ID.")
