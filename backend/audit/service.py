from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from backend.audit.actions import Action
from backend.audit.anchor import Anchor, AnchorFile
from backend.audit.chain import START, ChainEntry, Detail, digest
from backend.audit.listing import AuditFilter
from backend.audit.models import AuditEntry
from backend.audit.store import AuditStore
from backend.audit.verdict import Head, Judge, Verdict
from backend.clock import Clock
from backend.database import reading

logger = logging.getLogger(__name__)
PUBLIC_NAME = re.compile(r"cli|schedule|nobody|[a-z_]{1,20}:[A-Za-z0-9_-]{1,60}")
SHORT_WORD = re.compile(r"[a-z][a-z0-9_:.-]{0,79}")
TELLING = re.compile(r"e?mail|name|address|phone|passw|secret|token|salary|birth")
LARGEST = 10**9
BATCH_SIZE = 1000


class TooTelling(ValueError):
    """An entry could say who somebody is; the message does not repeat its words."""


class ChainBroken(Exception):
    """An entry of the audit log was changed, added or removed."""


class AuditLog:
    """Records who did what, in a chain that shows every change made to it."""

    def __init__(self, store: AuditStore, session: Session, key: bytes, anchors: AnchorFile, now: Clock) -> None:
        self._store = store
        self._session = session
        self._key = key
        self._anchors = anchors
        self._now = now

    def record(self, actor: str, action: Action, object: str, **details: Detail) -> None:  # noqa: A002
        """Append an entry in the caller's transaction; commits nothing. Raises TooTelling.

        Until that transaction ends no other can append, so record last before the commit.
        """
        _check(actor, object, details)
        self._session.flush()  # rows first, the head last: two transactions cannot wait for each other
        number, before = self._store.take_turn()
        entry = ChainEntry(number, self._now(), actor, Action(action), object, details)
        self._store.append(entry, digest(self._key, before, entry))

    def record_reading(self, actor: str, action: Action, object: str, **details: Detail) -> None:  # noqa: A002
        """Record and commit that somebody is about to be shown something, for pages that only read."""
        self._session.rollback()  # on SQLite a transaction that began as a read cannot write
        self.record(actor, action, object, **details)
        self._session.commit()

    def list(self, wanted: AuditFilter, before: int | None = None, most: int = 100) -> Sequence[AuditEntry]:
        """The newest entries first; `before` is the number of the last entry on the page before."""
        return self._store.list(wanted, before, most)

    def all(self, wanted: AuditFilter) -> Iterator[AuditEntry]:
        """Every entry, the newest first, read in batches."""
        before = None
        while page := self._store.list(wanted, before, BATCH_SIZE):
            yield from page
            before = page[-1].number

    def verify(self) -> Verdict:
        """Read the whole chain up to the first entry that is missing or was changed."""
        with reading():
            head = self._store.head() or Head(0, START)
            newest = self._store.newest_number()
            if newest <= (self._store.head() or head).number:  # others may append meanwhile, and move the head with it
                newest = head.number
            return Judge(self._key, head, self._anchors.all()).judge(self._store.links(head.number), newest)

    def demand_whole(self) -> None:
        """Raise ChainBroken unless the chain is whole."""
        verdict = self.verify()
        if not verdict.ok:
            raise ChainBroken(str(verdict))

    def anchor(self) -> Anchor:
        """Append the head to the file of anchors and to the log. Raises ChainBroken, AnchorsUnreadable."""
        last = max(self._anchors.all(), key=lambda anchor: anchor.number, default=None)
        with reading():
            head = self._store.head() or Head(0, START)
            stored = self._store.digest_of(last.number) if last and last.number else START
        if last and (last.number > head.number or stored != last.digest):
            raise ChainBroken(f"entry {last.number}, anchored at {last.at:%Y-%m-%d %H:%M}, is not what it was")
        anchor = Anchor(head.number, head.digest, self._now())
        self._anchors.append(anchor)
        logger.info("audit log anchored at entry %d, digest %s", anchor.number, anchor.digest)
        return anchor


def _check(actor: str, object_: str, details: dict[str, Detail]) -> None:
    for name in (actor, object_):
        if not PUBLIC_NAME.fullmatch(name):
            raise TooTelling("an actor or object is named as account:PUBLIC_ID, key:ID, cli, schedule or nobody")
    for name, value in details.items():
        if TELLING.search(name) or not _is_harmless(value):
            raise TooTelling(f"the detail {name} is no number, flag or short word")


def _is_harmless(value: object) -> bool:
    if isinstance(value, int):
        return abs(value) < LARGEST
    return isinstance(value, str) and bool(SHORT_WORD.fullmatch(value) or PUBLIC_NAME.fullmatch(value))
