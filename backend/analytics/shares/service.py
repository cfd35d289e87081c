"""Shared links: made and withdrawn by who reads the dashboards, opened by anybody who has one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Protocol
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from backend.analytics.shares.models import StoredShare
from backend.analytics.shares.share import NewShare, OpenedShare, Parameters, Share
from backend.analytics.shares.store import ShareStore
from backend.audit.actions import Action
from backend.audit.service import AuditLog
from backend.clock import Clock
from backend.database import reading
from backend.errors import FieldError, InvalidRequest, MingusError
from backend.row_security import serving
from backend.vault.cipher import Unreadable
from backend.vault.service import Vault
from backend.vault.tokens import digest_of, new_token

MOST_OF_AN_ACCOUNT = 100
PLACE = "dashboard_shares.sealed_token"


class ShareGone(MingusError):
    """A shared link that was withdrawn, has ended, or never was: which of these is not said."""

    status = 410
    code = "share_gone"
    title = "This link doesn’t work anymore"


class Hasher(Protocol):
    """Keeps passwords so that they can be verified and not read."""

    def hash(self, text: str) -> str: ...

    def verify(self, hashed: str | None, text: str) -> bool: ...


class Shares:
    """`may_read`: whether an account may read the dashboards, by its id."""

    def __init__(
        self,
        store: ShareStore,
        session: Session,
        vault: Vault,
        passwords: Hasher,
        may_read: Callable[[int], bool],
        audit: AuditLog,
        now: Clock,
        zone: str,
    ) -> None:
        self._store = store
        self._session = session
        self._vault = vault
        self._passwords = passwords
        self._may_read = may_read
        self._audit = audit
        self._now = now
        self._zone = ZoneInfo(zone)

    def make(self, by: str, account_id: int, new: NewShare) -> Share:
        """Makes a link. Raises InvalidRequest if there are as many as one may have."""
        if self._store.count(account_id) >= MOST_OF_AN_ACCOUNT:
            message = f"You already have {MOST_OF_AN_ACCOUNT} shared links. Withdraw one first."
            raise InvalidRequest([FieldError("page", message, "too_many")])
        password_hash = self._passwords.hash(new.password) if new.password else None
        token = new_token()
        stored = StoredShare(
            public_id=uuid4(),
            account_id=account_id,
            digest=digest_of(token),
            sealed_token=self._vault.seal(account_id, PLACE, token),
            page=new.page,
            parameters={name: list(values) for name, values in new.parameters.items()},
            chart=new.chart,
            password_hash=password_hash,
            last_day=new.last_day,
            created_at=self._now(),
        )
        self._store.add(stored)
        made = self._shown(stored)
        self._audit.record(by, Action.SHARE_MADE, f"share:{stored.public_id}", page=new.page)
        self._session.commit()
        return made

    def of(self, account_id: int) -> tuple[Share, ...]:
        """The links of an account, the newest first."""
        with reading():
            return tuple(self._shown(stored) for stored in self._store.of(account_id))

    def withdraw(self, by: str, account_id: int, public_id: UUID) -> None:
        """Raises NotFound, also for a link of somebody else."""
        self._store.delete(account_id, public_id)
        self._audit.record(by, Action.SHARE_WITHDRAWN, f"share:{public_id}")
        self._session.commit()

    def open(self, token: str) -> OpenedShare:
        """The page that a link opens. Raises ShareGone, also where its owner may not read the dashboards any more."""
        with serving(self._session, "a shared link is opened by whoever has it"), reading():
            stored = self._store.by_digest(digest_of(token))
            if stored is None or not self._is_open(stored):
                raise ShareGone("Ask whoever sent it to you for a new one.")
            return OpenedShare(
                stored.public_id,
                stored.account_id,
                stored.page,
                _parameters(stored),
                stored.chart,
                stored.password_hash,
            )

    def unlocks(self, share: OpenedShare, password: str) -> bool:
        return share.password_hash is None or self._passwords.verify(share.password_hash, password)

    def today(self) -> date:
        """The day by which links end, in the zone of the business."""
        return self._now().astimezone(self._zone).date()

    def _is_open(self, stored: StoredShare) -> bool:
        return (stored.last_day is None or self.today() <= stored.last_day) and self._may_read(stored.account_id)

    def _shown(self, stored: StoredShare) -> Share:
        return Share(
            stored.public_id,
            stored.page,
            _parameters(stored),
            stored.chart,
            stored.password_hash is not None,
            stored.last_day,
            stored.created_at,
            self._token(stored),
        )

    def _token(self, stored: StoredShare) -> str | None:
        try:
            return self._vault.open(stored.account_id, PLACE, stored.sealed_token)
        except Unreadable:
            return None


def _parameters(stored: StoredShare) -> Parameters:
    return {name: tuple(values) for name, values in stored.parameters.items()}
