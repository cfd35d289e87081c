"""Stores of answers that several processes share: files, Redis, or none.

A library's cache of files (cachelib, diskcache) would bring pickles, no turns across processes, and limits by number
alone; what is needed of one is less than what would have to be changed.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from time import time
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

from backend.analytics.lake.locks import Lock

if TYPE_CHECKING:
    from redis import Redis
    from redis.lock import Lock as RedisLock

LEASE = 20.0  # seconds that whoever works out an answer may keep others waiting for it
MOST_ANSWERS, MOST_VERSIONS = 400, 4
TURNS = 256  # files that are locked; questions that share one wait for each other
PATIENCE = 0.2  # seconds for Redis to answer in
UNFINISHED = ".part"
VERSIONS = "mingus:answer-versions"
T = TypeVar("T")


class StoreFailed(Exception):
    """The store cannot be read, written or waited for; answers are worked out without it."""


class AnswerKey(NamedTuple):
    """Digests: of the version of lake and code, and of the question with its values."""

    version: str
    question: str


class AnswerStore(Protocol):
    """Each method raises StoreFailed."""

    def get(self, key: AnswerKey) -> bytes | None: ...

    def put(self, key: AnswerKey, answer: bytes) -> None: ...

    def take_turn(self, key: AnswerKey) -> Callable[[], None]:
        """Wait for whoever works out this answer, no longer than a lease; to be called when one's own turn is over."""

    def forget(self, but: frozenset[str]) -> None:
        """Drop all answers but those of these versions: the lake has changed, and people may have left it."""


class NoStore:
    """Each process keeps its own answers."""

    def get(self, _key: AnswerKey) -> bytes | None:
        return None

    def put(self, _key: AnswerKey, _answer: bytes) -> None: ...

    def take_turn(self, _key: AnswerKey) -> Callable[[], None]:
        return lambda: None

    def forget(self, _but: frozenset[str]) -> None: ...


class FileStore:
    """A folder for each version, a file for each answer, good for so many seconds.

    The number of both is bounded. A turn ends with its process, however that ends.
    """

    def __init__(self, folder: Path, seconds: int, lease: float = LEASE) -> None:
        self._folder = folder
        self._seconds = seconds
        self._lease = lease

    def get(self, key: AnswerKey) -> bytes | None:
        path = self._path(key)
        try:
            # A clock that was set since, either way, makes an answer too old.
            is_fresh = 0 <= time() - path.stat().st_mtime < self._seconds
            return path.read_bytes() if is_fresh else None
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreFailed(str(error)) from error

    def put(self, key: AnswerKey, answer: bytes) -> None:
        path = self._path(key)
        try:
            self._make_room(path.parent)
            with NamedTemporaryFile(dir=path.parent, suffix=UNFINISHED, delete=False) as file:
                try:
                    file.write(answer)
                    file.flush()
                    Path(file.name).replace(path)
                except OSError:
                    Path(file.name).unlink(missing_ok=True)
                    raise
        except FileNotFoundError:
            return  # the lake changed meanwhile, and its earlier answers were dropped
        except OSError as error:
            raise StoreFailed(str(error)) from error

    def take_turn(self, key: AnswerKey) -> Callable[[], None]:
        turns = self._folder / "turns"
        try:
            turns.mkdir(parents=True, exist_ok=True, mode=0o700)
            return Lock(turns / str(int(key.question, 16) % TURNS)).taken_within(self._lease)
        except OSError as error:
            raise StoreFailed(str(error)) from error

    def forget(self, but: frozenset[str]) -> None:
        try:
            for version in self._answers.iterdir():
                if version.name not in but:
                    shutil.rmtree(version)
        except FileNotFoundError:
            return  # nothing was shared yet, or another process is at it
        except OSError as error:
            raise StoreFailed(str(error)) from error

    @property
    def _answers(self) -> Path:
        return self._folder / "by-version"

    def _path(self, key: AnswerKey) -> Path:
        return self._answers / key.version / key.question

    def _make_room(self, version: Path) -> None:
        if not version.is_dir():
            version.mkdir(parents=True, exist_ok=True, mode=0o700)
            for old in _oldest(self._answers, MOST_VERSIONS):
                shutil.rmtree(old, ignore_errors=True)
        for old in _oldest(version, MOST_ANSWERS - 1):
            old.unlink(missing_ok=True)


class RedisStore:
    """Keys that end by themselves, and lists of them by which they can be dropped sooner."""

    def __init__(self, url: str, seconds: int, lease: float = LEASE) -> None:
        self._url = url
        self._seconds = seconds
        self._lease = lease
        self._client: Redis | None = None

    def get(self, key: AnswerKey) -> bytes | None:
        found = self._ask(lambda redis: redis.get(_name(key)))
        return found if isinstance(found, bytes) else None

    def put(self, key: AnswerKey, answer: bytes) -> None:
        def put(redis: Redis) -> None:
            listed = f"{VERSIONS}:{key.version}"
            with redis.pipeline() as together:
                together.sadd(VERSIONS, key.version)
                together.sadd(listed, _name(key))
                together.set(_name(key), answer, ex=self._seconds)
                for name in (VERSIONS, listed):
                    together.expire(name, 2 * self._seconds)
                together.execute()

        self._ask(put)

    def take_turn(self, key: AnswerKey) -> Callable[[], None]:
        turn = self._ask(
            lambda redis: redis.lock(f"{_name(key)}:turn", timeout=self._lease, sleep=0.05, thread_local=False)
        )
        taken = self._ask(lambda _: turn.acquire(blocking_timeout=self._lease))
        return partial(self._end, turn) if taken else lambda: None

    def forget(self, but: frozenset[str]) -> None:
        def forget(redis: Redis) -> None:
            versions = {version.decode() for version in redis.smembers(VERSIONS) if isinstance(version, bytes)}
            for version in versions - but:
                listed = f"{VERSIONS}:{version}"
                redis.unlink(listed, *redis.smembers(listed))
                redis.srem(VERSIONS, version)

        self._ask(forget)

    def _end(self, turn: RedisLock) -> None:
        with suppress(StoreFailed):  # it has ended by itself
            self._ask(lambda _: turn.release())

    def _ask(self, question: Callable[[Redis], T]) -> T:
        from redis import Redis
        from redis.exceptions import RedisError

        if self._client is None:
            self._client = Redis.from_url(self._url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE)
        try:
            return question(self._client)
        except (RedisError, OSError) as error:
            raise StoreFailed(str(error)) from error


def _name(key: AnswerKey) -> str:
    return f"mingus:answers:{key.version}:{key.question}"


def _oldest(folder: Path, most: int) -> list[Path]:
    """What is beyond the newest so many entries of a folder."""
    entries = list(folder.iterdir())
    if len(entries) <= most:
        return []
    return sorted(entries, key=_changed_at)[: len(entries) - most]


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0
