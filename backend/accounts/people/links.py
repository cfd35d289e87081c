"""Mailed links: each allows its holder one change to one account, once, until it expires."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.accounts.people.models import AccountLink, LinkPurpose
from backend.clock import Clock
from backend.errors import NotFound
from backend.row_security import act_for, serving
from backend.vault.tokens import digest_of, new_token

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
LIVES: Mapping[LinkPurpose, timedelta] = MappingProxyType(
    {
        LinkPurpose.VERIFY: timedelta(hours=24),
        LinkPurpose.RESET: timedelta(hours=1),
        LinkPurpose.CHANGE_EMAIL: timedelta(hours=24),
        LinkPurpose.INVITE: timedelta(days=7),
    }
)


class AccountLinkGone(NotFound):
    """The link was used, has expired, was replaced by a newer one, or never was."""

    code = "link_gone"
    title = "This link no longer works"


class AccountLinks:
    """Commits nothing."""

    def __init__(self, session: Session, now: Clock) -> None:
        self._session = session
        self._now = now

    def issue(
        self,
        account_id: int,
        purpose: LinkPurpose,
        new_email: bytes | None = None,
        password_hash: str | None = None,
    ) -> str:
        """The token of a new link.

        It replaces an earlier change of address. Earlier links of other purposes keep working, since anybody can
        request them and a request must not spoil a link that its owner is about to open.
        """
        if purpose is LinkPurpose.CHANGE_EMAIL:
            self.withdraw(account_id, purpose)
        token, now = new_token(), self._now()
        link = AccountLink(
            account_id=account_id,
            purpose=purpose,
            digest=digest_of(token),
            new_email=new_email,
            password_hash=password_hash,
            created_at=now,
            expires_at=now + LIVES[purpose],
        )
        self._session.add(link)
        return token

    def find(self, purpose: LinkPurpose, token: str) -> AccountLink:
        """A link that still works. Raises AccountLinkGone."""
        return self._link(purpose, token, lock=False)

    def take(self, purpose: LinkPurpose, token: str) -> AccountLink:
        """Use a link up; of two requests at once the second fails. Raises AccountLinkGone."""
        link = self._link(purpose, token, lock=True)
        link.used_at, link.password_hash = self._now(), None
        return link

    def withdraw(self, account_id: int, *purposes: LinkPurpose) -> None:
        """Disable the account's links of these purposes, or of all."""
        links = update(AccountLink).where(AccountLink.account_id == account_id, AccountLink.used_at.is_(None))
        chosen = links.where(AccountLink.purpose.in_(purposes)) if purposes else links
        self._session.execute(chosen.values(used_at=self._now(), password_hash=None))

    def _link(self, purpose: LinkPurpose, token: str, *, lock: bool) -> AccountLink:
        links = select(AccountLink).where(
            AccountLink.digest == digest_of(token),
            AccountLink.purpose == purpose,
            AccountLink.used_at.is_(None),
            AccountLink.expires_at > self._now(),
        )
        if lock:
            links = links.with_for_update().execution_options(populate_existing=True)
        with serving(self._session, "a link says whose it is"):
            link = self._session.scalar(links) if TOKEN.fullmatch(token) else None
        if link is None:
            raise AccountLinkGone("It has been used, it has expired, or a newer one was sent. Ask for a new one.")
        act_for(self._session, link.account_id)
        return link
