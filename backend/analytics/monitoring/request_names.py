"""Requests by their templates, never by their paths, which may hold a visitor's token."""

from __future__ import annotations

import re
from functools import lru_cache

UNKNOWN_ADDRESS = "unknown address"  # one name for whatever somebody tries out
CONVERTER = re.compile(r"<[^<>:]+:")


@lru_cache(maxsize=2000)
def request_name(method: str, rule: str | None) -> str:
    """A request by the rule that it matched, as in `GET /jobs/<slug>`; None: it matched none."""
    return UNKNOWN_ADDRESS if rule is None else f"{method} {CONVERTER.sub('<', rule)}"
