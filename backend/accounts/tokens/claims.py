"""The claims of our JSON Web Tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

ACCESS_LIFETIME = timedelta(minutes=15)
REFRESH_LIFETIME = timedelta(days=14)


class Use(StrEnum):
    """The purpose of a token: for requests, or for the next pair."""

    ACCESS = "access"
    REFRESH = "refresh"


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of a token, which identify nobody. `family` joins all tokens that come from one login."""

    use: Use
    jti: str
    public_id: UUID
    family: UUID
    epoch: int


class Signing(Protocol):
    """Writes tokens and reads them back."""

    def sign(self, claims: Claims, lifetime: timedelta) -> str: ...

    def read(self, text: str, use: Use) -> Claims:
        """Raises Unauthenticated, with the same message for every way in which a token is invalid."""


@dataclass(frozen=True, slots=True)
class TokenPair:
    """The tokens of a login or a refresh. The refresh token works once, and until `refresh_until`."""

    access: str
    refresh: str
    refresh_until: datetime
