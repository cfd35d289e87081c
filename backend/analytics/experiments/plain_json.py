"""Whether JSON from outside can be kept and read again by every database, evaluator, and page: pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import isfinite
from typing import Any

DEEPEST = 20
LARGEST_WHOLE = 2**53


def json_fault(value: Any, largest: int) -> str:
    """What is wrong with it, in words; empty: nothing. `largest`: in bytes."""
    for part, depth in _parts(value):
        if depth > DEEPEST:
            return f"must not be nested more than {DEEPEST} deep"
        if isinstance(part, str) and ("\x00" in part or any("\ud800" <= c <= "\udfff" for c in part)):
            return "must not hold NUL or half a character"
        if isinstance(part, float) and not isfinite(part):
            return "must hold finite numbers"
        if isinstance(part, int) and abs(part) > LARGEST_WHOLE:
            return "must not hold whole numbers beyond 2^53, which browsers round"
    size = len(json.dumps(value, ensure_ascii=False).encode())
    return f"must be JSON of at most {largest} bytes" if size > largest else ""


def _parts(value: Any) -> Iterator[tuple[Any, int]]:
    """Every value and name in it with its depth, without recursion."""
    waiting = [(value, 0)]
    while waiting:
        part, depth = waiting.pop()
        yield part, depth
        if depth > DEEPEST:
            return
        if isinstance(part, dict):
            waiting += [(inner, depth + 1) for pair in part.items() for inner in pair]
        elif isinstance(part, list):
            waiting += [(inner, depth + 1) for inner in part]
