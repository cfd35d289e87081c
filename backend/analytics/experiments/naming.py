from __future__ import annotations

import re
import secrets

LONGEST_SLUG = 31
NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")


def new_test_id(name: str) -> str:
    """Says what the experiment is, and is never given twice."""
    slug = NOT_IN_SLUG.sub("-", name.lower())[:LONGEST_SLUG].strip("-") or "experiment"
    return f"{slug}-{secrets.token_hex(4)}"


def new_seed() -> str:
    """Random, so that no two experiments share their buckets, not even a copy."""
    return secrets.token_hex(8)
