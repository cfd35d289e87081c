from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.accounts.keys.models import StoredKey
from backend.database import leaving_no_trace
from backend.personal_data import DataClass, ExportedRow, Subject, delete_where, owned_by, plain

SHOWN = (
    StoredKey.key_id, StoredKey.name, StoredKey.scopes, StoredKey.hourly_limit, StoredKey.created_at,
    StoredKey.expires_at, StoredKey.last_used_at, StoredKey.revoked_at,
)  # fmt: skip


def key_data(session: Callable[[], Session]) -> DataClass:
    """The API keys of an account; keys made in the shell belong to nobody."""

    def export(subject: Subject) -> Iterator[ExportedRow]:
        own = select(*SHOWN).where(owned_by(subject, StoredKey.account_id)).order_by(StoredKey.id)
        yield from map(plain, session().execute(own).mappings())

    def erase(subject: Subject) -> None:
        with leaving_no_trace(session()):
            delete_where(session(), StoredKey, owned_by(subject, StoredKey.account_id))
            session().commit()

    return DataClass(
        "api_keys",
        "To let your programs use Mingus on your behalf. The secret itself is not kept.",
        "Until you delete your account.",
        erase=erase,
        export=export,
        tables=frozenset({"api_keys"}),
        called="API keys",
    )
