"""What a delivery row holds, as plain values and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter

from backend.analytics.monitoring.alerts.notifier import AlertChange

CHANGES, PENDING = "changes", "pending"
_CHANGES = TypeAdapter(tuple[AlertChange, ...])


def content_of(changes: Iterable[AlertChange], pending: Sequence[int] | None = None) -> dict[str, Any]:
    plain: dict[str, Any] = {CHANGES: _CHANGES.dump_python(tuple(changes), mode="json")}
    return plain if pending is None else plain | {PENDING: list(pending)}


def changes_in(content: Mapping[str, Any]) -> Sequence[AlertChange]:
    return _CHANGES.validate_python(content[CHANGES])


def pending_in(content: Mapping[str, Any]) -> Sequence[int] | None:
    """The accounts that an email is still to go to; None before the first attempt."""
    return content.get(PENDING)


def groups_in(content: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(change["group"] for change in content[CHANGES])


def merged(earlier: Iterable[AlertChange], later: Iterable[AlertChange]) -> Sequence[AlertChange]:
    """All groups, each with its latest change: who reads the message need not know what held for five seconds."""
    return tuple({change.group: change for change in (*earlier, *later)}.values())
