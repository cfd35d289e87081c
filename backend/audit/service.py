from __future__ import annotations

import re

from sqlalchemy.orm import Session

from backend.audit.actions import Action
from backend.audit.chain import Detail, Entry, digest
from backend.audit.store import AuditStore
from backend.clock import Clock

PUBLIC_NAME = re.compile(r"cli|schedule|nobody|[a-z_]{1,20}:[A-Za-z0-9_-]{1,60}")
SHORT_WORD = re.compile(r"[a-z][a-z0-9_:.-]{0,39}")
TELLING = re.compile(r"e?mail|name|address|phone|passw|secret|token|salary|birth")
LARGEST = 10**9


class TooTelling(ValueError):
    """What was to be remembered could say who somebody is; its words are not repeated here."""


class AuditLog:
    """Remembers who did what, in a chain that shows every change made to it."""

    def __init__(self, store: AuditStore, session: Session, key: bytes, now: Clock) -> None:
        self._store = store
        self._session = session
        self._key = key
        self._now = now

    def record(self, actor: str, action: Action, object: str, **details: Detail) -> None:  # noqa: A002
        """Append an entry in the caller's transaction; commits nothing. Raises TooTelling.

        Until that transaction ends no other can append: record as the last thing before the commit.
        """
        _check(actor, object, details)
        number, before = self._store.take_turn()
        entry = Entry(number, self._now(), actor, Action(action), object, details)
        self._store.append(entry, digest(self._key, before, entry))

    def record_reading(self, actor: str, action: Action, object: str, **details: Detail) -> None:  # noqa: A002
        """Remember that somebody is about to be shown something, and commit: for pages that only read."""
        self._session.rollback()  # on SQLite what has begun to read cannot go on to write
        self.record(actor, action, object, **details)
        self._session.commit()


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
    return isinstance(value, str) and bool(SHORT_WORD.fullmatch(value))
