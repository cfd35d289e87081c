"""The tokens of drafts and links, which the database cannot tell: it holds their digests and sealed copies."""

from __future__ import annotations

import hmac
import re

from backend.vault.cipher import Unreadable, open_sealed, seal
from backend.vault.service import Vault
from backend.vault.tokens import new_token

LINK_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")
PLACE_OF_DRAFT, PLACE_OF_LINK = "assessment_drafts.sealed_token", "shared_results.sealed_token"


def new_draft_token() -> str:
    return new_token(32)


def new_link_token() -> str:
    return new_token(16)


def seal_link(link: str, draft_token: str) -> bytes:
    """Seal the token of a link for whoever holds the token of its draft, and so may show and withdraw it."""
    return seal(_key_of_links(draft_token), link.encode(), PLACE_OF_LINK)


def open_link(sealed: bytes, draft_token: str) -> str:
    return open_sealed(_key_of_links(draft_token), sealed, PLACE_OF_LINK).decode()


class AccountTokens:
    """Tokens of drafts that are kept with an account, sealed with its data key, for its own list of results."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def seal(self, account_id: int, draft_token: str) -> bytes | None:
        """None when the account's data key is lost: the result is kept, and its list shows no way to it."""
        try:
            return self._vault.seal(account_id, PLACE_OF_DRAFT, draft_token)
        except Unreadable:
            return None

    def open(self, account_id: int, sealed: bytes | None) -> str | None:
        """The token; None when there is none or it can no longer be read."""
        try:
            return None if sealed is None else self._vault.open(account_id, PLACE_OF_DRAFT, sealed)
        except Unreadable:
            return None


def _key_of_links(draft_token: str) -> bytes:
    return hmac.digest(draft_token.encode(), b"shared links", "sha256")
