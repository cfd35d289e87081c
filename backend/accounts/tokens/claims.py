"""What a JSON Web Token of ours says, once its signature is known to be good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

ACCESS_LIFETIME = timedelta(minutes=15)
REFRESH_LIFETIME = timedelta(days=14)


class Use(StrEnum):
    """What a token is for: to ask with, or to get the next pair."""

    ACCESS = "access"
    REFRESH = "refresh"


@dataclass(frozen=True, slots=True)
class Claims:
    """Nothing here tells who a person is. `family` joins all tokens that one sign-in led to."""

    use: Use
    jti: str
    public_id: UUID
    family: UUID
    epoch: int


class Signing(Protocol):
    """Writes tokens and reads them back."""

    def sign(self, claims: Claims, lifetime: timedelta) -> str: ...

    def read(self, text: str, use: Use) -> Claims:
        """Raises Unauthenticated, in the same words for every way in which a token is not good."""


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What signing in or refreshing gives. The refresh token is good once, and until `refresh_until`."""

    access: str
    refresh: str
    refresh_until: datetime
