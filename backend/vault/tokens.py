"""Tokens that open something by themselves: in addresses and cookies as they are, in the database as their digests."""

from __future__ import annotations

import secrets
from hashlib import sha256


def new_token(entropy_bytes: int = 32) -> str:
    return secrets.token_urlsafe(entropy_bytes)


def digest_of(token: str) -> str:
    """A token has at least 128 bits of entropy, so that a plain hash is enough."""
    return sha256(token.encode(errors="surrogatepass")).hexdigest()
