"""Signed links by which a person looks at a variant before anybody else does."""

from __future__ import annotations

import binascii
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from backend.clock import Clock
from backend.errors import FieldError, InvalidRequest

LONGEST = timedelta(hours=24)
LONGEST_TOKEN = 400
PURPOSE = b"links that force a variant"


class QaLinks:
    """A token holds a test, a variant, and when it ends, with their HMAC-SHA256."""

    def __init__(self, secret: str, now: Clock) -> None:
        self._key = hmac.digest(secret.encode(), PURPOSE, sha256)
        self._now = now

    def token(self, test_id: str, variant: str, lifetime: timedelta = LONGEST) -> str:
        """Raises InvalidRequest for a lifetime that is none, or over a day."""
        if not timedelta(0) < lifetime <= LONGEST:
            raise InvalidRequest([FieldError("lifetime", "A link is good for up to 24 hours.")])
        ends_at = int((self._now() + lifetime).timestamp())
        content = urlsafe_b64encode(json.dumps([test_id, variant, ends_at], separators=(",", ":")).encode())
        return f"{content.decode()}.{self._signature(content).decode()}"

    def forced(self, tokens: Iterable[str]) -> dict[str, str]:
        """Variants by test id; whatever is not ours, or has ended, forces nothing."""
        return dict(read for token in tokens if (read := self._read(token)))

    def _read(self, token: str) -> tuple[str, str] | None:
        content, _, signature = token.partition(".")
        if len(token) > LONGEST_TOKEN or not token.isascii():
            return None
        if not hmac.compare_digest(signature.encode(), self._signature(content.encode())):
            return None
        try:
            test_id, variant, ends_at = json.loads(urlsafe_b64decode(content))
        except (binascii.Error, ValueError):
            return None
        return (test_id, variant) if self._now() < datetime.fromtimestamp(ends_at, UTC) else None

    def _signature(self, content: bytes) -> bytes:
        return urlsafe_b64encode(hmac.digest(self._key, content, sha256))
