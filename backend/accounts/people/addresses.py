"""Email addresses: which are deliverable, which are equal, and how a sealed one is looked up."""

from __future__ import annotations

import hmac
import re

import idna

LONGEST = 254
LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def deliverable(text: str) -> str | None:
    """The address for mail, its domain in ASCII as DNS knows it; None when `text` is no address.

    Stricter than RFC 5321: no quotes, no comments, no IP addresses, and only ASCII before the @, since few servers take
    other letters and an address that looks like another could replace it.
    """
    local, at, domain = text.strip().rpartition("@")
    ascii_domain = _ascii(domain)
    if not at or ascii_domain is None or len(local) > 64 or not LOCAL.fullmatch(local):
        return None
    address = f"{local}@{ascii_domain}"
    return address if len(address) <= LONGEST else None


def why_not(text: str) -> str:
    """The reason why a text is not `deliverable`, in words for the person who typed it."""
    local, at, domain = text.strip().rpartition("@")
    foreign = sorted({letter for letter in local if not letter.isascii() and letter.isprintable()})
    if not at or not local or not domain:
        return "Enter an email address, like name@example.com."
    if _ascii(domain) is None:
        return "Enter a domain after the @, like example.com. Check the spelling."
    if foreign:
        return f"We cannot email this address: before the @, use only the letters a to z, not {foreign[0]}."
    if len(local) > 64 or len(text.strip()) > LONGEST:
        return "We cannot email this address: it is too long."
    return "We cannot email this address: before the @, it has spaces, quotes, two dots in a row, or the like."


def normal(email: str) -> str:
    """The normal form of an address, equal for all its spellings."""
    local, _, domain = email.strip().rpartition("@")
    return f"{local.casefold()}@{_ascii(domain) or domain.lower()}"


class EmailIndex:
    """The keyed hash of an address in its normal form, by which accounts are looked up without reading addresses."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, email: str) -> str:
        return hmac.digest(self._key, normal(email).encode(errors="surrogatepass"), "sha256").hex()


def _ascii(domain: str) -> str | None:
    """By IDNA 2008 as browsers write it (UTS 46): by that of 2003 ß became ss, which is somebody else's domain."""
    try:
        labels = idna.encode(domain, uts46=True, transitional=False).decode().lower().split(".")
    except (idna.IDNAError, UnicodeError):
        return None
    sound = len(labels) > 1 and all(map(LABEL.fullmatch, labels)) and not labels[-1].isdigit()
    return ".".join(labels) if sound else None
