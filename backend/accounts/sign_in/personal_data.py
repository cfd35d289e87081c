from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.accounts.sign_in.models import RecoveryCode, SignIn
from backend.accounts.tokens.models import RefreshToken
from backend.database import leaving_no_trace
from backend.personal_data import DataClass, ExportedRow, Subject, delete_some, delete_where, owned_by, plain


class SignInData:
    """A person's sign-ins with their browsers, recovery codes and refresh tokens."""

    def __init__(self, session: Callable[[], Session], retention: timedelta) -> None:
        self._session = session
        self._retention = retention

    def data_class(self) -> DataClass:
        return DataClass(
            "sign_ins",
            "To keep you signed in, to show you where, and to sign you out everywhere.",
            f"{self._retention.days} days after they end. Tokens: until they expire.",
            erase=self.erase,
            export=self.export,
            prune=self.prune,
            tables=frozenset({"sign_ins", "recovery_codes", "refresh_tokens"}),
            called="Sign-ins",
            settings=("SIGN_INS_RETENTION_DAYS",),
        )

    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        for kind, columns in (
            ("browser", (SignIn.device, SignIn.created_at, SignIn.seen_at, SignIn.proven_at, SignIn.ended_at)),
            ("token", (RefreshToken.created_at, RefreshToken.expires_at, RefreshToken.used_at)),
            ("recovery code", (RecoveryCode.used_at,)),
        ):
            model = columns[0].class_
            rows = self._session().execute(select(*columns).where(owned_by(subject, model.account_id)))
            yield from ({"kind": kind, **plain(row)} for row in rows.mappings())

    def erase(self, subject: Subject) -> None:
        session = self._session()
        with leaving_no_trace(session):
            for model in (SignIn, RecoveryCode, RefreshToken):
                delete_where(session, model, owned_by(subject, model.account_id))
            session.commit()

    def prune(self, now: datetime) -> int:
        """Delete old sign-ins, also those that nobody ended: unused for the retention, they have run out."""
        session, before = self._session(), now - self._retention
        pruned = delete_some(session, SignIn, (SignIn.ended_at < before) | (SignIn.seen_at < before))
        pruned += delete_some(session, RefreshToken, RefreshToken.expires_at < now)
        session.commit()
        return pruned
