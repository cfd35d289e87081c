"""Answers that are remembered: by a process, and by the store that several share."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from hashlib import blake2b
from importlib.metadata import version
from math import isfinite
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, TypeVar

import msgspec

from backend.analytics.warehouse.engine import AnswerRow, Snapshot
from backend.analytics.warehouse.question import Question
from backend.analytics.warehouse.stores import AnswerKey, AnswerStore, NoStore, StoreFailed
from backend.observing import Observe, unobserved

REMEMBERED = 256  # by a process
LARGEST = 128 * 1024  # bytes of an answer that is shared
REST = 10.0  # seconds in which a store that failed is left alone
DIGEST = 16
NAME = "answers"  # where hits and misses are measured
HIT, FOUND, FAILED = "answers.shared", "answers.found", "answers.store_failed"
FOUND_BY = ("duckdb", "ibis-framework")
ANALYTICS = Path(__file__).parents[1]
logger = logging.getLogger(__name__)
Rows = Sequence[AnswerRow]
T = TypeVar("T")


def answer_key(engine: str, question: Question, values: Mapping[str, int], snapshot: Snapshot) -> AnswerKey:
    asked = (question.name, question.texts, sorted(values.items()))
    return AnswerKey(_version(engine, snapshot.seen_by(question, values)), _digest(asked))


def versions(engine: str, snapshot: Snapshot) -> frozenset[str]:
    """The versions under which answers of this snapshot are stored: of all of it, and of its closed days."""
    return frozenset(_version(engine, key) for key in (snapshot.key, snapshot.closed_key))


def _version(engine: str, seen: tuple[str | int, ...]) -> str:
    return _digest((code_version(), engine, seen))


@lru_cache(1)
def code_version() -> str:
    """A digest of everything that an answer is made by: an update of Mingus forgets what it would count otherwise."""
    digest = blake2b(digest_size=DIGEST)
    for folder in (ANALYTICS / "metrics", ANALYTICS / "warehouse", ANALYTICS / "lake"):
        for file in sorted([*folder.rglob("*.py"), *folder.rglob("*.sql")]):
            digest.update(file.read_bytes())
    digest.update(" ".join(map(version, FOUND_BY)).encode())
    return digest.hexdigest()


class AnswerCache:
    """The latest answers; a question that is being answered, here or in another process, waits for that answer.

    Whatever is wrong with the store, there is an answer: it is then worked out here. One that `renews` stores what it
    finds in the store once more, so that it is good for as long again.
    """

    def __init__(
        self,
        store: AnswerStore | None = None,
        count: Callable[[str], None] = lambda _: None,
        observe: Observe = unobserved,
        *,
        renews: bool = False,
    ) -> None:
        self._store = store or NoStore()
        self._count = count
        self._observe = observe
        self._renews = renews
        self._known: OrderedDict[AnswerKey, Rows] = OrderedDict()
        self._finding: dict[AnswerKey, Lock] = {}
        self._lock = Lock()
        self._rests_until = 0.0

    def known(self, key: AnswerKey) -> Rows | None:
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                self._observe(NAME, 0.0, "hit")
                return self._known[key]
        rows = self._shared(key)
        return None if rows is None else self._remember(key, rows)

    def get(self, key: AnswerKey, find: Callable[[], Rows]) -> Rows:
        with self._lock:
            finding = self._finding.setdefault(key, Lock())
        with finding:
            try:
                with self._turn(key):
                    rows = self.known(key)
                    return self._remember(key, self._found(key, find)) if rows is None else rows
            finally:
                with self._lock:
                    self._finding.pop(key, None)

    def forget(self, but: frozenset[str]) -> None:
        """Drop what is shared under other versions; what a process itself remembers ends with it."""
        self._rests_until = 0.0  # what was erased must not wait
        self._attempt(lambda: self._store.forget(but))

    def _found(self, key: AnswerKey, find: Callable[[], Rows]) -> Rows:
        rows = find()
        self._count(FOUND)
        self._observe(NAME, 0.0, "miss")
        answer = packed(rows)
        if answer is not None:
            self._attempt(lambda: self._store.put(key, answer))
        return rows

    def _shared(self, key: AnswerKey) -> Rows | None:
        answer = self._attempt(lambda: self._store.get(key))
        rows = None if answer is None else unpacked(answer)
        if rows is not None:
            self._count(HIT)
            self._observe(NAME, 0.0, "hit")
            if self._renews and answer is not None:
                self._attempt(lambda: self._store.put(key, answer))
        return rows

    def _remember(self, key: AnswerKey, rows: Rows) -> Rows:
        with self._lock:
            self._known[key] = rows
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return rows

    @contextmanager
    def _turn(self, key: AnswerKey) -> Iterator[None]:
        end = self._attempt(lambda: self._store.take_turn(key))
        try:
            yield
        finally:
            if end is not None:
                end()

    def _attempt(self, action: Callable[[], T]) -> T | None:
        """None where the store fails, or failed a moment ago."""
        if monotonic() < self._rests_until:
            return None
        try:
            return action()
        except StoreFailed as error:
            self._rests_until = monotonic() + REST
            self._count(FAILED)
            logger.warning("The store of answers is left alone for %d s: %s", REST, error)
            return None


def packed(rows: Rows) -> bytes | None:
    """The rows as JSON behind its digest; None if they would not come back as they are, or are too many to share."""
    if not all(map(_is_plain, rows)):
        return None
    text = msgspec.json.encode(rows)
    return _checksum(text) + text if len(text) <= LARGEST else None


def unpacked(answer: bytes) -> Rows | None:
    """None if it was spoilt."""
    checksum, text = answer[:DIGEST], answer[DIGEST:]
    if checksum != _checksum(text):
        return None
    rows: list[AnswerRow] = msgspec.json.decode(text, type=list[tuple[Any, ...]])
    return rows


def _is_plain(value: object) -> bool:
    if isinstance(value, float):
        return isfinite(value)
    if isinstance(value, tuple | list):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, str | int)


def _digest(content: object) -> str:
    return blake2b(msgspec.json.encode(content), digest_size=DIGEST).hexdigest()


def _checksum(text: bytes) -> bytes:
    return blake2b(text, digest_size=DIGEST).digest()
