"""Flags and holdouts: added, changed, killed, revived, and deleted, each with its history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from backend.analytics.experiments.conflict import ExperimentConflict
from backend.analytics.experiments.flag import Flag, FlagDefinition, demand_flag, demand_reason
from backend.analytics.experiments.flag_store import FlagStore
from backend.analytics.experiments.kill_file import KillFile, switch_of_flag
from backend.analytics.experiments.models import FeatureFlag
from backend.analytics.experiments.service import Editor
from backend.analytics.experiments.store import HistoryEntry, HistoryStore
from backend.audit.actions import Action
from backend.audit.service import AuditLog
from backend.clock import Clock
from backend.errors import FieldError, InvalidRequest
from backend.faults import Faults

MOST_FLAGS = 500
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Deed:
    """A change as the history and the audit log name it."""

    name: str
    action: Action


class FlagService:
    """Each change is one transaction: the flag, its history, the version, and the audit log."""

    def __init__(self, session: Session, audit: AuditLog, kills: KillFile, faults: Faults, now: Clock) -> None:
        self._session = session
        self._kills = kills
        self._store = FlagStore(session)
        self._history = HistoryStore(session)
        self._audit = audit
        self._faults = faults
        self._now = now

    def all(self) -> tuple[Flag, ...]:
        """By their keys."""
        return tuple(map(_shown, self._store.all()))

    def get(self, key: str) -> Flag:
        """Raises NotFound."""
        return _shown(self._store.get(key))

    def history(self, key: str) -> tuple[HistoryEntry, ...]:
        """The newest first, also of a flag that is gone."""
        entries = self._history.of(f"flag:{key}")
        if not entries:
            self._store.get(key)
        return entries

    def add(self, key: str, definition: FlagDefinition, editor: Editor, why: str = "") -> Flag:
        """Raises InvalidRequest with every reason, ExperimentConflict if the key is taken."""
        demand_flag(key, definition, why)
        self._store.take_turn()
        if self._store.find(key) is not None:
            raise ExperimentConflict([FieldError("key", f"There is a flag {key} already.", "taken")])
        if len(self._store.all()) >= MOST_FLAGS:
            raise InvalidRequest([FieldError("key", f"There are already {MOST_FLAGS} flags.", "too_many")])
        now = self._now()
        row = FeatureFlag(key=key, is_killed=False, created_at=now, **_defined(definition, now))
        self._store.add(row)
        return self._commit(row, Deed("added", Action.FLAG_ADDED), editor, why, None)

    def change(self, key: str, definition: FlagDefinition, editor: Editor, why: str = "") -> Flag:
        """Raises NotFound, InvalidRequest with every reason."""
        demand_flag(key, definition, why)
        row = self._store.get(key, for_change=True)
        old = _told(row)
        for name, value in _defined(definition, self._now()).items():
            setattr(row, name, value)
        return self._commit(row, Deed("changed", Action.FLAG_CHANGED), editor, why, old)

    def kill(self, key: str, editor: Editor, why: str = "") -> Flag:
        """From here on the flag has its default value. Killed again, it stays so. Raises NotFound.

        On this host that holds at once, also in a process whose database goes away before its next look.
        """
        flag = self._switched(key, Deed("killed", Action.FLAG_KILLED), editor, why, is_killed=True)
        version = self._history.version()
        self._session.rollback()
        self._kills.kill_until(switch_of_flag(key), version)
        return flag

    def revive(self, key: str, editor: Editor, why: str = "") -> Flag:
        """The rules hold again. Raises NotFound."""
        flag = self._switched(key, Deed("revived", Action.FLAG_REVIVED), editor, why, is_killed=False)
        self._kills.forget(switch_of_flag(key))
        return flag

    def delete(self, key: str, editor: Editor, why: str = "") -> None:
        """Raises NotFound, and ExperimentConflict while another flag depends on it."""
        demand_reason(why)
        self._store.take_turn()
        row = self._store.get(key, for_change=True)
        dependent = [other.key for other in self._store.all() if key in _prerequisites(other.definition)]
        if dependent:
            message = f"It is a prerequisite of {', '.join(dependent[:5])}. Change that first."
            raise ExperimentConflict([FieldError("key", message, "needed")])
        old, now = _told(row), self._now()
        self._store.delete(row)
        self._record(key, Deed("deleted", Action.FLAG_DELETED), editor, HistoryChange(why, old, None, now))
        self._session.commit()

    def _switched(self, key: str, deed: Deed, editor: Editor, why: str, *, is_killed: bool) -> Flag:
        demand_reason(why)
        row = self._store.get(key, for_change=True)
        if row.is_killed is is_killed:
            return _shown(row)
        old = _told(row)
        row.is_killed, row.updated_at = is_killed, self._now()
        return self._commit(row, deed, editor, why, old)

    def _commit(self, row: FeatureFlag, deed: Deed, editor: Editor, why: str, before: Json | None) -> Flag:
        self._session.flush()
        shown = _shown(row)
        self._record(row.key, deed, editor, HistoryChange(why, before, _told(row), row.updated_at))
        self._session.commit()
        return shown

    def _record(self, key: str, deed: Deed, editor: Editor, change: HistoryChange) -> None:
        entry = HistoryEntry(deed.name, editor.name, change.why.strip(), change.before, change.after, change.at)
        self._history.add(f"flag:{key}", entry)
        self._faults.reach("flags.history")
        self._audit.record(editor.name, deed.action, f"flag:{key}")


@dataclass(frozen=True, slots=True)
class HistoryChange:
    """What something was, and what it became."""

    why: str
    before: Json | None
    after: Json | None
    at: datetime


def _shown(row: FeatureFlag) -> Flag:
    definition = FlagDefinition(row.description, dict(row.definition), row.is_public)
    return Flag(row.key, definition, row.is_killed, row.created_at, row.updated_at)


def _defined(definition: FlagDefinition, now: datetime) -> dict[str, Any]:
    return {
        "description": definition.description,
        "definition": dict(definition.document),
        "is_public": definition.is_public,
        "updated_at": now,
    }


def _told(row: FeatureFlag) -> Json:
    fields = ("description", "definition", "is_public", "is_killed")
    return {name: getattr(row, name) for name in fields}


def _prerequisites(document: Json) -> set[str]:
    rules = document.get("rules") or []
    return {one["id"] for rule in rules for one in rule.get("parentConditions") or ()}
