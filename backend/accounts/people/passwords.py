"""Passwords, hashed with Argon2id; checking takes as long for an unknown address as for a known one."""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore
from unicodedata import normalize

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from backend.errors import Unavailable
from backend.observing import Observe, observed, unobserved

SHORTEST, LONGEST = 8, 128
FREQUENT = Path(__file__).with_name("frequent_passwords.txt")
OURS = "mingus"
CONCURRENT_HASHES = 2  # each takes 64 MiB
PATIENCE = 10.0


class Passwords:
    """Hashes and verifies a few passwords at a time. One per process."""

    def __init__(
        self,
        hasher: PasswordHasher | None = None,
        concurrent_hashes: int = CONCURRENT_HASHES,
        observe: Observe = unobserved,
    ) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobodys = _hash_of_nothing(self._hasher)
        self._slots = BoundedSemaphore(concurrent_hashes)
        self._observe = observe

    def hash(self, text: str) -> str:
        with observed(self._observe, "hash"), self._slot():
            return self._hasher.hash(_bytes(text))

    def verify(self, hashed: str | None, text: str) -> bool:
        """Whether `text` is the password. Without a hash the answer is no, and takes as long."""
        with observed(self._observe, "verify"), self._slot():
            try:
                return self._hasher.verify(hashed or self._nobodys, _bytes(text))
            except (VerifyMismatchError, InvalidHashError):
                return False

    def is_outdated(self, hashed: str) -> bool:
        """Whether the hash has other cost parameters than today's."""
        return self._hasher.check_needs_rehash(hashed)

    def problem(self, text: str, email: str = "") -> str | None:
        """The reason why this password is refused for this address, by its length and the guesses tried first."""
        plain = normalize("NFKC", text)
        if len(plain) < SHORTEST:
            return f"Use at least {SHORTEST} characters. A few words in a row make a good password."
        if len(plain) > LONGEST:
            return f"Use at most {LONGEST} characters."
        if not plain.strip():
            return "Use more than spaces. A few words in a row, with spaces between them, make a good password."
        if plain.casefold() in frequent():
            return "This is one of the most common passwords. Choose another."
        if len(_beyond_the_obvious(plain.casefold(), email)) < SHORTEST:
            return "This is too close to your email address or to our name. Choose another."
        return None

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self._slots.acquire(timeout=PATIENCE):
            raise Unavailable("Too many people are signing in right now. Try again in a moment.")
        try:
            yield
        finally:
            self._slots.release()


@cache
def frequent() -> frozenset[str]:
    """The most frequent passwords, in lower case."""
    lines = FREQUENT.read_text().splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def _beyond_the_obvious(text: str, email: str) -> str:
    """The password without the parts of the address and our name, which a guesser knows."""
    name, _, domain = email.casefold().partition("@")
    for word in (email.casefold(), name, domain.partition(".")[0], OURS):
        text = text.replace(word, "") if len(word) >= 4 else text
    return text


def _bytes(text: str) -> bytes:
    """The bytes of a password, the same for every way in which a keyboard composes its letters."""
    return normalize("NFKC", text).encode(errors="surrogatepass")


def _hash_of_nothing(hasher: PasswordHasher) -> str:
    """A hash that no password has, with the hasher's costs, so that verifying against it takes as long as any."""
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    salt, digest = (b64encode(secrets.token_bytes(n)).decode().rstrip("=") for n in (hasher.salt_len, hasher.hash_len))
    return f"$argon2id$v=19${costs}${salt}${digest}"
