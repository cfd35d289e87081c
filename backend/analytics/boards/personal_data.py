from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.analytics.boards.models import StoredBoard
from backend.database import leaving_no_trace
from backend.personal_data import DataClass, ExportedRow, Subject, delete_where, owned_by, plain

SHOWN = (
    StoredBoard.public_id, StoredBoard.name, StoredBoard.layout, StoredBoard.shared, StoredBoard.created_at,
    StoredBoard.changed_at,
)  # fmt: skip


def board_data(session: Callable[[], Session]) -> DataClass:
    """The boards of an account."""

    def export(subject: Subject) -> Iterator[ExportedRow]:
        own = select(*SHOWN).where(owned_by(subject, StoredBoard.account_id)).order_by(StoredBoard.id)
        yield from map(plain, session().execute(own).mappings())

    def erase(subject: Subject) -> None:
        with leaving_no_trace(session()):
            delete_where(session(), StoredBoard, owned_by(subject, StoredBoard.account_id))
            session().commit()

    return DataClass(
        "boards",
        "To show you the numbers you chose on one page, and your colleagues if you share it.",
        "Until you delete it or your account, including what you shared.",
        erase=erase,
        export=export,
        tables=frozenset({"boards"}),
    )
