"""The same visitor within a day, without a cookie: a keyed hash whose key is thrown away."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import date, datetime, timedelta
from hashlib import blake2b
from ipaddress import IPv6Address
from threading import Lock

from sqlalchemy.orm import Session

from backend.analytics.events.senders.store import SaltStore
from backend.client_address import Address
from backend.database import leaving_no_trace

KEPT = timedelta(hours=48)
SALT_BYTES = 32


class VisitorSalts:
    """The random salt of each UTC day: the same in every process, forgotten 48 hours after the day began."""

    def __init__(self, session: Callable[[], Session]) -> None:
        self._session = session
        self._lock = Lock()
        self._today: tuple[date, bytes] | None = None

    def of(self, day: date) -> bytes:
        today = self._today
        if today is None or today[0] != day:
            with self._lock:
                today = self._today
                if today is None or today[0] != day:
                    today = self._today = (day, self._agree_on(day))
        return today[1]

    def forget(self, now: datetime) -> int:
        """Delete the salts whose 48 hours are over; how many there were."""
        with self._session() as session, leaving_no_trace(session):
            deleted = SaltStore(session).delete_until((now - KEPT).date())
            session.commit()
        return deleted

    def _agree_on(self, day: date) -> bytes:
        """The salt that the first process made. In a transaction of its own: the request's may come to nothing."""
        with self._session() as session:
            salt = SaltStore(session).get_or_add(day, secrets.token_bytes(SALT_BYTES))
            session.commit()
            return salt


def cookieless_id(salt: bytes, address: Address | None, user_agent: str, host: str) -> str:
    """22 characters. An IPv6 address counts by its /64, which one household or host is given."""
    network = int(address) >> 64 if isinstance(address, IPv6Address) else address
    traits = f"{network}\0{host}\0{user_agent}".encode()
    return urlsafe_b64encode(blake2b(traits, key=salt, digest_size=16).digest()).decode().rstrip("=")
