from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from backend.client_address import Address


class Headers(Protocol):
    """Headers of a request, by name in any case."""

    def get(self, name: str, /) -> str | None: ...


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """Facts of a request about its sender. The address stays here: it is neither shown, stored nor logged."""

    host: str
    headers: Headers = field(repr=False)
    address: Address | None = field(repr=False)
