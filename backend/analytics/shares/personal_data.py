from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.analytics.shares.models import StoredShare
from backend.database import leaving_no_trace
from backend.personal_data import DataClass, ExportedRow, Subject, delete_where, owned_by, plain

SHOWN = (
    StoredShare.public_id, StoredShare.page, StoredShare.parameters, StoredShare.chart, StoredShare.last_day,
    StoredShare.created_at,
)  # fmt: skip


def share_data(session: Callable[[], Session]) -> DataClass:
    """The shared links of an account."""

    def export(subject: Subject) -> Iterator[ExportedRow]:
        own = select(*SHOWN).where(owned_by(subject, StoredShare.account_id)).order_by(StoredShare.id)
        yield from map(plain, session().execute(own).mappings())

    def erase(subject: Subject) -> None:
        with leaving_no_trace(session()):
            delete_where(session(), StoredShare, owned_by(subject, StoredShare.account_id))
            session().commit()

    return DataClass(
        "shared_links",
        "To show a dashboard page to people without an account. Anyone with the link sees it.",
        "Until you withdraw it or delete your account. Then the link stops working.",
        erase=erase,
        export=export,
        tables=frozenset({"dashboard_shares"}),
    )
