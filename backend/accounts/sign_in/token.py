"""The token of a sign-in: in the browser's cookie as it is, in the database as its digest."""

from __future__ import annotations

import secrets
from hashlib import sha256


def new_token() -> str:
    return secrets.token_urlsafe(32)


def digest_of(token: str) -> str:
    """The token has 256 bits of entropy, so that a plain hash is enough."""
    return sha256(token.encode(errors="surrogatepass")).hexdigest()
