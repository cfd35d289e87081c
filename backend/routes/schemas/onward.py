"""Where to go on to after a form; never to another site."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit


def safe_next(target: str, otherwise: str = "/") -> str:
    """A path of this site; anything that a browser might take to another site becomes `otherwise`."""
    plain = unquote(target)
    if not target.startswith("/") or plain[1:2] in {"/", "\\"} or not plain.isprintable():
        return otherwise
    parts = urlsplit(target)
    return otherwise if parts.scheme or parts.netloc else target
