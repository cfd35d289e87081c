from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from backend.audit.chain import ChainEntry
from backend.audit.listing import AuditFilter
from backend.audit.models import AuditEntry, AuditHead
from backend.audit.verdict import Head, Link

HEAD = 1
PAGE_SIZE = 1024


class AuditStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def take_turn(self) -> tuple[int, str]:
        """The number of the next entry and the digest of the last, locked until the transaction ends.

        An UPDATE locks its row on PostgreSQL and the file on SQLite, and waits for whoever holds it.
        """
        head = update(AuditHead).where(AuditHead.id == HEAD).values(number=AuditHead.number + 1)
        turn = head.returning(AuditHead.number, AuditHead.digest).execution_options(synchronize_session=False)
        number, before = self._session.execute(turn).one()
        return number, before

    def append(self, entry: ChainEntry, digest: str) -> None:
        values = {name: getattr(entry, name) for name in ("number", "at", "actor", "action", "object")}
        self._session.execute(insert(AuditEntry).values(**values, details=dict(entry.details), digest=digest))
        head = update(AuditHead).where(AuditHead.id == HEAD).values(digest=digest)
        self._session.execute(head.execution_options(synchronize_session=False))

    def head(self) -> Head | None:
        row = self._session.execute(select(AuditHead.number, AuditHead.digest).where(AuditHead.id == HEAD)).first()
        return None if row is None else Head(*row)

    def newest_number(self) -> int:
        return self._session.scalars(select(func.coalesce(func.max(AuditEntry.number), 0))).one()

    def digest_of(self, number: int) -> str | None:
        return self._session.scalar(select(AuditEntry.digest).where(AuditEntry.number == number))

    def links(self, until: int) -> Iterator[Link]:
        """Every entry up to a number, in order. Ends at the first that cannot be read."""
        after = 0
        while page := self._page(after, until, PAGE_SIZE):
            yield from page
            if page[-1].entry is None:
                return
            after = page[-1].entry.number

    def list(self, wanted: AuditFilter, before: int | None, most: int) -> Sequence[AuditEntry]:
        """The newest first; `before` is the number of the last entry on the page before."""
        entries = select(AuditEntry).order_by(AuditEntry.number.desc()).limit(most)
        for column in (AuditEntry.actor, AuditEntry.action, AuditEntry.object):
            if value := getattr(wanted, column.key):
                entries = entries.where(column == value)
        if wanted.since:
            entries = entries.where(AuditEntry.at >= wanted.since)
        if before:
            entries = entries.where(AuditEntry.number < before)
        return self._session.scalars(entries).all()

    def _page(self, after: int, until: int, most: int) -> Sequence[Link]:
        """A page of entries, halved while it holds an entry that cannot be read, until that entry is alone."""
        columns = [getattr(AuditEntry, name) for name in (*ChainEntry.__slots__, "digest")]
        entries = select(*columns).where(AuditEntry.number > after, AuditEntry.number <= until)
        try:
            rows = self._session.execute(entries.order_by(AuditEntry.number).limit(most)).all()
        except (ValueError, OperationalError) as error:
            if isinstance(error, OperationalError) and not isinstance(error.orig, sqlite3.OperationalError):
                raise
            return [Link(None)] if most == 1 else self._page(after, until, most // 2)
        return [Link(ChainEntry(*row[:-1]), row[-1]) for row in rows]
