"""The chain of the audit log: the digest of each entry is keyed, and covers the digest of the entry before it."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

START = "0" * 64
Detail = str | int | bool


@dataclass(frozen=True, slots=True)
class ChainEntry:
    """An entry of the audit log without its digest. `number` counts from 1 without a gap."""

    number: int
    at: datetime
    actor: str
    action: str
    object: str
    details: Mapping[str, Detail]


def canonical(entry: ChainEntry) -> bytes:
    """The one way to write an entry as bytes, whatever database it was read from."""
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    fields = [entry.number, at, entry.actor, entry.action, entry.object, entry.details]
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()


def digest(key: bytes, before: str, entry: ChainEntry) -> str:
    """HMAC-SHA256 over the digest before and the entry: `h(i) = HMAC(key, h(i-1) || canonical(entry(i)))`."""
    return hmac.digest(key, before.encode() + canonical(entry), "sha256").hex()
