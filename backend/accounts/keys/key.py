"""API keys: `mgs_live_<id, 8>_<secret, 43><checksum, 6>`, all base 62.

The checksum refuses typing errors without asking the database; the secret has 256 bits of entropy, so a
keyed hash (HMAC-SHA-256 under a pepper) is enough to store it.
"""

from __future__ import annotations

import hmac
import re
import secrets
import string
from dataclasses import dataclass
from zlib import crc32

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
PREFIX = "mgs_"
PATTERN = re.compile(r"mgs_live_([0-9A-Za-z]{8})_([0-9A-Za-z]{43})([0-9A-Za-z]{6})")


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A whole key in clear, which exists at creation and inside one request, never in the database."""

    id: str
    secret: str

    @classmethod
    def new(cls) -> ApiKey:
        return cls(_random(8), _random(43))

    @classmethod
    def parse(cls, text: str) -> ApiKey | None:
        """The key in `text`; None when it is no key or was mistyped."""
        match = PATTERN.fullmatch(text)
        if match is None or _checksum(match[1] + match[2]) != match[3]:
            return None
        return cls(match[1], match[2])

    def __str__(self) -> str:
        return f"mgs_live_{self.id}_{self.secret}{_checksum(self.id + self.secret)}"

    def __repr__(self) -> str:
        return f"ApiKey({self.id})"

    def digest(self, pepper: bytes) -> str:
        return hmac.digest(pepper, f"{self.id}.{self.secret}".encode(), "sha256").hex()


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _checksum(text: str) -> str:
    value, digits = crc32(text.encode()), ""
    for _ in range(6):
        value, rest = divmod(value, len(ALPHABET))
        digits = ALPHABET[rest] + digits
    return digits
