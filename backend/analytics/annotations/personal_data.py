from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend.analytics.annotations.models import StoredAnnotation
from backend.database import leaving_no_trace
from backend.personal_data import DataClass, ExportedRow, Subject, owned_by, plain

SHOWN = (
    StoredAnnotation.public_id, StoredAnnotation.day, StoredAnnotation.instant, StoredAnnotation.text,
    StoredAnnotation.created_at,
)  # fmt: skip


def annotation_data(session: Callable[[], Session]) -> DataClass:
    """The author of each annotation; its text is the team's."""

    def export(subject: Subject) -> Iterator[ExportedRow]:
        own = select(*SHOWN).where(owned_by(subject, StoredAnnotation.account_id)).order_by(StoredAnnotation.id)
        yield from map(plain, session().execute(own).mappings())

    def erase(subject: Subject) -> None:
        own = update(StoredAnnotation).where(owned_by(subject, StoredAnnotation.account_id))
        with leaving_no_trace(session()):
            session().execute(own.values(account_id=None).execution_options(synchronize_session=False))
            session().commit()

    return DataClass(
        "annotations",
        "To show everyone with dashboard access what happened when.",
        "Until you delete it. If you delete your account, the note stays, but nothing says it was yours.",
        erase=erase,
        export=export,
        tables=frozenset({"annotations"}),
    )
