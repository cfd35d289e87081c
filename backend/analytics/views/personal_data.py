from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.analytics.views.models import StoredView
from backend.database import leaving_no_trace
from backend.personal_data import DataClass, ExportedRow, Subject, delete_where, owned_by, plain

SHOWN = (
    StoredView.public_id, StoredView.name, StoredView.kind, StoredView.page, StoredView.parameters, StoredView.shared,
    StoredView.created_at,
)  # fmt: skip


def view_data(session: Callable[[], Session]) -> DataClass:
    """The saved views of an account."""

    def export(subject: Subject) -> Iterator[ExportedRow]:
        own = select(*SHOWN).where(owned_by(subject, StoredView.account_id)).order_by(StoredView.id)
        yield from map(plain, session().execute(own).mappings())

    def erase(subject: Subject) -> None:
        with leaving_no_trace(session()):
            delete_where(session(), StoredView, owned_by(subject, StoredView.account_id))
            session().commit()

    return DataClass(
        "saved_views",
        "To let you return to a dashboard page, and to show it to your colleagues if you share it.",
        "Until you delete it or your account, including what you shared.",
        erase=erase,
        export=export,
        tables=frozenset({"saved_views"}),
    )
