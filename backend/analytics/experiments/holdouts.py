"""Holdouts: a share of all units to which no experiment of a list is shown, so that their sum can be told."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.analytics.experiments.conflict import ExperimentConflict
from backend.analytics.experiments.definition import ExperimentStatus
from backend.analytics.experiments.flag_store import FlagStore
from backend.analytics.experiments.models import AbTest, Holdout
from backend.analytics.experiments.service import Editor
from backend.analytics.experiments.store import HistoryEntry, HistoryStore
from backend.analytics.experiments.validation import KEY, why_problems
from backend.audit.actions import Action
from backend.audit.service import AuditLog
from backend.clock import Clock
from backend.errors import FieldError, InvalidRequest

MOST_HOLDOUTS, MOST_TESTS, LARGEST_SHARE = 20, 200, 0.5


@dataclass(frozen=True, slots=True)
class HoldoutDefinition:
    """Units in `share`, by the hash of the name, are shown the control of these experiments."""

    name: str
    share: float
    test_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeptHoldout:
    definition: HoldoutDefinition
    created_at: datetime


class HoldoutService:
    """The share never changes: another one would move units in or out, and their sum could not be told."""

    def __init__(self, session: Session, audit: AuditLog, now: Clock) -> None:
        self._session = session
        self._store = FlagStore(session)
        self._history = HistoryStore(session)
        self._audit = audit
        self._now = now

    def all(self) -> tuple[KeptHoldout, ...]:
        """By their names."""
        return tuple(KeptHoldout(_definition(row), row.created_at) for row in self._store.holdouts())

    def history(self, name: str) -> tuple[HistoryEntry, ...]:
        """The newest first."""
        return self._history.of(f"holdout:{name}")

    def add(self, definition: HoldoutDefinition, editor: Editor, why: str = "") -> KeptHoldout:
        """Raises InvalidRequest with every reason, ExperimentConflict if the name is taken."""
        self._demand(definition, why)
        self._store.take_turn()
        if self._store.find_holdout(definition.name) is not None or self._history.of(f"holdout:{definition.name}"):
            message = f"There is or was a holdout {definition.name}. Another name holds out other people."
            raise ExperimentConflict([FieldError("name", message, "taken")])
        if len(self._store.holdouts()) >= MOST_HOLDOUTS:
            raise InvalidRequest([FieldError("name", f"There are already {MOST_HOLDOUTS} holdouts.", "too_many")])
        now = self._now()
        tests = {"tests": list(definition.test_ids)}
        row = Holdout(name=definition.name, share=definition.share, test_ids=tests, created_at=now)
        self._store.add(row)
        self._commit(definition.name, Action.HOLDOUT_ADDED, editor, why, (None, _told(definition)))
        return KeptHoldout(definition, now)

    def change(self, name: str, test_ids: Sequence[str], editor: Editor, why: str = "") -> KeptHoldout:
        """Hold out of other experiments. Raises NotFound, InvalidRequest, ExperimentConflict if one has begun."""
        row = self._store.holdout(name)
        before = _definition(row)
        after = HoldoutDefinition(name, before.share, tuple(test_ids))
        self._demand(after, why)
        self._refuse_begun(set(before.test_ids) ^ set(after.test_ids))
        row.test_ids = {"tests": list(after.test_ids)}
        created_at = row.created_at
        self._commit(name, Action.HOLDOUT_CHANGED, editor, why, (_told(before), _told(after)))
        return KeptHoldout(after, created_at)

    def delete(self, name: str, editor: Editor, why: str = "") -> None:
        """Raises NotFound, InvalidRequest."""
        row = self._store.holdout(name)
        before = _definition(row)
        if problems := tuple(why_problems(why)):
            raise InvalidRequest(problems)
        self._store.delete(row)
        self._commit(name, Action.HOLDOUT_DELETED, editor, why, (_told(before), None))

    def _refuse_begun(self, test_ids: set[str]) -> None:
        """Whoever was shown a variant cannot be taken out of the experiment again."""
        begun = (ExperimentStatus.RUNNING.value, ExperimentStatus.PAUSED.value)
        wanted = select(AbTest.test_id).where(AbTest.test_id.in_(test_ids), AbTest.status.in_(begun))
        reasons = [
            FieldError("test_ids", f"{test_id} has begun: holding out now would move people.", "begun")
            for test_id in self._session.scalars(wanted)
        ]
        if reasons:
            raise ExperimentConflict(reasons)

    def _demand(self, definition: HoldoutDefinition, why: str) -> None:
        problems = [*why_problems(why)]
        if not re.fullmatch(KEY, definition.name):
            problems.append(FieldError("name", "must be up to 40 lowercase letters, digits, - and _"))
        if not (isfinite(definition.share) and 0 < definition.share <= LARGEST_SHARE):
            problems.append(FieldError("share", f"must be more than 0 and at most {LARGEST_SHARE}"))
        problems += self._list_problems(definition.test_ids)
        if problems:
            raise InvalidRequest(problems)

    def _list_problems(self, test_ids: Sequence[str]) -> list[FieldError]:
        if len(test_ids) > MOST_TESTS:
            return [FieldError("test_ids", f"must be at most {MOST_TESTS}")]
        there = set(self._session.scalars(select(AbTest.test_id).where(AbTest.test_id.in_(test_ids))))
        problems = []
        for index, test_id in enumerate(test_ids):
            if test_id not in there:
                problems.append(FieldError(f"test_ids.{index}", "There is no experiment with that ID."))
            if test_id in test_ids[:index]:
                problems.append(FieldError(f"test_ids.{index}", "is named twice", "duplicate"))
        return problems

    def _commit(
        self, name: str, action: Action, editor: Editor, why: str, change: tuple[Json | None, Json | None]
    ) -> None:
        self._session.flush()
        deed = action.value.partition(".")[2]
        self._history.add(f"holdout:{name}", HistoryEntry(deed, editor.name, why.strip(), *change, self._now()))
        self._audit.record(editor.name, action, f"holdout:{name}")
        self._session.commit()


Json = Mapping[str, Any]


def _definition(row: Holdout) -> HoldoutDefinition:
    return HoldoutDefinition(row.name, row.share, tuple(row.test_ids["tests"]))


def _told(definition: HoldoutDefinition) -> Json:
    return {"share": definition.share, "tests": list(definition.test_ids)}
