"""Views, funnels and segments that people keep, for themselves or for everyone with dashboard access."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.analytics.views.models import StoredView
from backend.analytics.views.store import ViewStore
from backend.analytics.views.view import NewView, SavedView, ViewChange, ViewKind
from backend.clock import Clock
from backend.database import reading
from backend.errors import FieldError, InvalidRequest
from backend.row_security import serving

MOST_OF_AN_ACCOUNT = 200
WITHOUT_ACCOUNT = "a key without an account sees what is shared"


class SavedViews:
    def __init__(self, store: ViewStore, session: Session, now: Clock) -> None:
        self._store = store
        self._session = session
        self._now = now

    def seen_by(self, account_id: int | None) -> tuple[SavedView, ...]:
        """The views of an account and those that others share, by name; without an account the shared ones."""
        if account_id is None:
            with serving(self._session, WITHOUT_ACCOUNT):
                return self._seen_by(None)
        return self._seen_by(account_id)

    def save(self, account_id: int, new: NewView) -> SavedView:
        """Raises InvalidRequest if the name is taken, or there are as many as one may have."""
        if self._store.count(account_id) >= MOST_OF_AN_ACCOUNT:
            raise _bad_name(f"You already have {MOST_OF_AN_ACCOUNT} saved views. Delete one first.", "too_many")
        if self._store.has(account_id, new.name):
            raise _name_taken()
        view = StoredView(
            public_id=uuid4(),
            account_id=account_id,
            name=new.name,
            kind=new.kind,
            page=new.page,
            parameters={name: list(values) for name, values in new.parameters.items()},
            shared=new.shared,
            created_at=self._now(),
        )
        try:
            self._store.add(view)
        except IntegrityError:  # the form was sent twice in the same moment
            self._session.rollback()
            raise _name_taken() from None
        saved = _shown(view, account_id)
        self._session.commit()
        return saved

    def own(self, account_id: int, public_id: UUID) -> SavedView:
        """Raises NotFound, also for what somebody else shares."""
        with reading():
            return _shown(self._store.own(account_id, public_id), account_id)

    def change(self, account_id: int, public_id: UUID, change: ViewChange) -> SavedView:
        """Renames or shares a view, or keeps it to oneself. Raises NotFound, InvalidRequest if the name is taken."""
        view = self._store.own(account_id, public_id)
        if change.name not in (None, view.name) and self._store.has(account_id, change.name or ""):
            raise _name_taken()
        view.name = view.name if change.name is None else change.name
        view.shared = view.shared if change.shared is None else change.shared
        try:
            self._store.flush()
        except IntegrityError:  # another view got the name in the same moment
            self._session.rollback()
            raise _name_taken() from None
        changed = _shown(view, account_id)
        self._session.commit()
        return changed

    def delete(self, account_id: int, public_id: UUID) -> None:
        """Raises NotFound, also for what somebody else shares."""
        self._store.delete(account_id, public_id)
        self._session.commit()

    def _seen_by(self, account_id: int | None) -> tuple[SavedView, ...]:
        with reading():
            views = [_shown(view, account_id) for view in self._store.seen_by(account_id)]
        return tuple(sorted(views, key=lambda view: view.name.casefold()))


def _shown(view: StoredView, account_id: int | None) -> SavedView:
    return SavedView(
        public_id=view.public_id,
        name=view.name,
        kind=ViewKind(view.kind),
        page=view.page,
        parameters={name: tuple(values) for name, values in view.parameters.items()},
        shared=view.shared,
        mine=view.account_id == account_id,
        created_at=view.created_at,
    )


def _name_taken() -> InvalidRequest:
    message = "You already have a saved view with this name. Choose another name, or delete that one first."
    return _bad_name(message, "taken")


def _bad_name(message: str, code: str) -> InvalidRequest:
    return InvalidRequest([FieldError("name", message, code)])
