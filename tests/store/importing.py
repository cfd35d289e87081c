"""Files of events, and what `flask events import` says of them."""

from __future__ import annotations

import json
from uuid import UUID

NUMBERS = ("accepted", "duplicates", "rejected")


def event(number, **given):
    return {
        "event_id": str(UUID(int=number)),
        "event_type": "calculator_step_completed",
        "session_id": f"s-{number}",
        "timestamp": f"2026-10-25T12:00:{number % 60:02}.500Z",
        "event_data": {"step": number % 9 + 1, "seconds": 1.5},
    } | given


def ndjson(path, events, end="\n"):
    path.write_bytes("".join((e if isinstance(e, str) else json.dumps(e)) + end for e in events).encode())
    return path


def numbers(result):
    """Accepted, duplicates and rejected, as the summary says them."""
    assert "accepted" in result.stdout, result
    words = result.stdout.replace(",", "").replace("duplicate ", "duplicates ").split()
    return tuple(int(words[words.index(name) - 1]) for name in NUMBERS)
