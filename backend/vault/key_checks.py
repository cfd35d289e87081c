"""Checks of the secrets a database was used with, so that another one is noticed before anybody wonders."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from backend.vault.models import KeyCheck

CHANGED = {
    "SECRET_KEY": (
        "SECRET_KEY is not the one this database was used with: no one can sign in, and no API key is accepted. Put the"
        " former one back (INSTANCE_DIR/secret_key in development), or run `flask privacy reindex` if it was changed"
        " on purpose."
    ),
    "AUDIT_KEY": (
        "AUDIT_KEY is not the one this database was used with: the audit log and the ledger of erasures cannot be"
        " verified. Put the old one back (INSTANCE_DIR/audit_key in development)."
    ),
}


class KeyChecks:
    """A keyed hash of each secret's name, kept in the database: it proves the secret and tells nothing about it.

    MASTER_KEY needs none: each data key names the master key that wraps it.
    """

    def __init__(self, session: Session, secrets: Mapping[str, str]) -> None:
        self._session = session
        self._checks = {name: _check_of(name, secret) for name, secret in secrets.items()}

    def changed(self) -> list[str]:
        """A sentence for each secret that is another one than before."""
        kept = self._kept()
        return [CHANGED[name] for name, check in self._checks.items() if kept.get(name, check) != check]

    def keep(self) -> None:
        """Keep the checks of secrets that have none yet. Commits."""
        kept = self._kept()
        self._session.rollback()
        for name, check in self._checks.items():
            if name not in kept:
                self._add(name, check)

    def renew(self, name: str) -> None:
        """Take a secret that was changed on purpose for the right one from now on. Commits nothing."""
        check = self._checks[name]
        if name in self._kept():
            self._session.execute(update(KeyCheck).where(KeyCheck.name == name).values(digest=check))
        else:
            self._session.execute(insert(KeyCheck).values(name=name, digest=check))

    def _kept(self) -> dict[str, str]:
        return {row.name: row.digest for row in self._session.scalars(select(KeyCheck))}

    def _add(self, name: str, check: str) -> None:
        """Processes that start together may all try; the first one's check stays."""
        try:
            self._session.execute(insert(KeyCheck).values(name=name, digest=check))
            self._session.commit()
        except IntegrityError:
            self._session.rollback()


def _check_of(name: str, secret: str) -> str:
    return hmac.digest(secret.encode(), b"key check " + name.encode(), "sha256").hex()[:32]
