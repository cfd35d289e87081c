from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from backend.audit.models import AuditEntry
from backend.personal_data import DataClass, ExportedRow, Subject, plain

SHOWN = (AuditEntry.number, AuditEntry.at, AuditEntry.actor, AuditEntry.action, AuditEntry.object, AuditEntry.details)


def audit_data(session: Callable[[], Session]) -> DataClass:
    """Audit entries outlive an erasure: they name a person only by a public id, which then belongs to nobody."""

    def export(subject: Subject) -> Iterator[ExportedRow]:
        name = f"account:{subject.public_id}"
        about = select(*SHOWN).where(or_(AuditEntry.actor == name, AuditEntry.object == name))
        yield from map(plain, session().execute(about.order_by(AuditEntry.number)).mappings())

    return DataClass(
        "audit_log",
        "To show who viewed or changed what. It names you only by a number.",
        "Permanently. After you delete your account, the number leads to no one.",
        erase=lambda _subject: None,
        export=export,
        tables=frozenset({"audit_entries", "audit_head"}),
    )
