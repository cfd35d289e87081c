"""A URL that a person typed, parsed once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

PORT = 443


class OutboundRefused(ValueError):
    """The URL must never be called. The message does not repeat it, since it may hold a secret."""


@dataclass(frozen=True, slots=True, repr=False)
class OutboundTarget:
    """`host` is for the certificate, SNI and the Host header; `path` includes the query."""

    host: str
    path: str

    @classmethod
    def parse(cls, url: str) -> Self:
        if not re.fullmatch(r"[!-~]+", url) or "\\" in url:
            raise OutboundRefused("an address holds printable ASCII only, and no backslash")
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            raise OutboundRefused("the address cannot be read") from None
        if parts.scheme != "https" or port not in (None, PORT):
            raise OutboundRefused(f"only https on port {PORT} is called")
        if parts.username is not None or parts.password is not None:
            raise OutboundRefused("an address holds no user and no password")
        if not host:
            raise OutboundRefused("the address names no host")
        return cls(host, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
