from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.accounts.privacy.models import Consent, ErasureRequest
from backend.database import leaving_no_trace
from backend.personal_data import DataClass, ExportedRow, Subject, delete_some, delete_where, owned_by, plain

ERASURE_RETENTION = timedelta(days=90)


def consent_data(session: Callable[[], Session]) -> DataClass:
    """The answers of an account to the question of consent."""

    def export(subject: Subject) -> Iterator[ExportedRow]:
        own = select(Consent.version, Consent.choice, Consent.created_at).where(owned_by(subject, Consent.account_id))
        yield from map(plain, session().execute(own.order_by(Consent.id)).mappings())

    def erase(subject: Subject) -> None:
        with leaving_no_trace(session()):
            delete_where(session(), Consent, owned_by(subject, Consent.account_id))
            session().commit()

    return DataClass(
        "consents",
        "To respect your choice, and to show that you made it.",
        "Until you delete your account.",
        called="Your choice",
        erase=erase,
        export=export,
        tables=frozenset({"consents"}),
    )


def erasure_data(session: Callable[[], Session]) -> DataClass:
    """Finished erasures, which name nobody: without the public id the hash cannot be told apart."""

    def prune(now: datetime) -> int:
        pruned = delete_some(session(), ErasureRequest, ErasureRequest.finished_at < now - ERASURE_RETENTION)
        session().commit()
        return pruned

    return DataClass(
        "erasures",
        "To finish deleting your data, and to delete it again if a backup is restored.",
        f"{ERASURE_RETENTION.days} days after the deletion; in the ledger, permanently, as a number that names no one.",
        erase=lambda _subject: None,
        prune=prune,
        tables=frozenset({"erasure_requests"}),
        called="Deletions",
    )
