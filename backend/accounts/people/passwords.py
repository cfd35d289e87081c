"""Passwords, hashed with Argon2id; as slow for an address nobody has as for one somebody has."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from backend.errors import Unavailable

AT_ONCE = 2  # a hash takes 64 MiB: what a process may spend on them has an end
PATIENCE = 10.0


class Passwords:
    """Hash and verify, a few at a time. One per process."""

    def __init__(self, hasher: PasswordHasher | None = None, at_once: int = AT_ONCE) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobodys = _hash_of_nothing(self._hasher)
        self._slots = BoundedSemaphore(at_once)

    def hash(self, text: str) -> str:
        with self._slot():
            return self._hasher.hash(_bytes(text))

    def verify(self, hashed: str | None, text: str) -> bool:
        """Whether `text` is the password. Without a hash it is not, and finding out takes as long."""
        with self._slot():
            try:
                return self._hasher.verify(hashed or self._nobodys, _bytes(text))
            except (VerifyMismatchError, InvalidHashError):
                return False

    def is_outdated(self, hashed: str) -> bool:
        """Whether it was hashed with other costs than those of today."""
        return self._hasher.check_needs_rehash(hashed)

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self._slots.acquire(timeout=PATIENCE):
            raise Unavailable("Too many people sign in just now. Please try again in a moment.")
        try:
            yield
        finally:
            self._slots.release()


def _bytes(text: str) -> bytes:
    """The same for one password, however a keyboard composes its letters."""
    return normalize("NFKC", text).encode(errors="surrogatepass")


def _hash_of_nothing(hasher: PasswordHasher) -> str:
    """A hash that no password has, of the hasher's own costs: verifying against it takes what any verifying takes."""
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    salt, digest = (b64encode(secrets.token_bytes(n)).decode().rstrip("=") for n in (hasher.salt_len, hasher.hash_len))
    return f"$argon2id$v=19${costs}${salt}${digest}"
