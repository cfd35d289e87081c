"""The rules in force: the shipped ones as operators changed them, and those that operators added."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from sqlalchemy.orm import Session

from backend.analytics.monitoring.alerts.models import StoredRule
from backend.analytics.monitoring.rules.definition import CHANGEABLE, changed, custom, faults, plain
from backend.analytics.monitoring.rules.rule import Rule
from backend.analytics.monitoring.rules.shipped import SHIPPED
from backend.analytics.monitoring.rules.store import RuleStore
from backend.audit.actions import Action
from backend.audit.service import AuditLog
from backend.clock import Clock
from backend.database import reading
from backend.errors import FieldError, InvalidRequest, NotFound

MOST_CUSTOM = 100


class Rules:
    """`channels`: the IDs of the channels that there are."""

    def __init__(
        self,
        store: RuleStore,
        session: Session,
        audit: AuditLog,
        channels: Callable[[], Collection[str]],
        now: Clock,
    ) -> None:
        self._store = store
        self._session = session
        self._audit = audit
        self._channels = channels
        self._now = now

    def all(self) -> Sequence[Rule]:
        """The shipped rules by severity, then the others by name."""
        with reading():
            return self.in_force()

    def in_force(self) -> Sequence[Rule]:
        """The same within the caller's transaction."""
        stored = self._store.all()
        shipped = [
            changed(rule, stored[rule.id].definition) if rule.id in stored else rule for rule in SHIPPED.values()
        ]
        own = [custom(row.id, row.definition) for row in stored.values() if not row.is_shipped]
        return [*shipped, *own]

    def get(self, rule_id: str) -> Rule:
        """Raises NotFound."""
        rule = next((rule for rule in self.all() if rule.id == rule_id), None)
        if rule is None:
            raise NotFound("There is no rule with that ID.")
        return rule

    def knows(self, rule_id: str) -> bool:
        return any(rule.id == rule_id for rule in self.in_force())

    def change(self, who: str, rule: Rule) -> Rule:
        """Put a changed rule in force; of a shipped one only its limits, times, severity, and channels can change.

        Raises NotFound, and InvalidRequest with every fault.
        """
        before = self.get(rule.id)
        _demand(rule, *self._unknown_channels(rule))
        if before == rule:
            return before
        names = CHANGEABLE if before.is_shipped else None
        self._store.keep(self._row(rule, who, plain(rule, names)))
        self._audit.record(who, Action.ALERT_RULE_CHANGED, f"rule:{rule.id}", enabled=rule.is_enabled)
        self._session.commit()
        return self.get(rule.id)

    def add(self, who: str, rule: Rule) -> Rule:
        """Raises InvalidRequest with every fault."""
        _demand(rule, *self._taken(rule), *self._unknown_channels(rule))
        self._store.keep(self._row(rule, who, plain(rule)))
        self._audit.record(who, Action.ALERT_RULE_ADDED, f"rule:{rule.id}")
        self._session.commit()
        return self.get(rule.id)

    def delete(self, who: str, rule_id: str) -> None:
        """Delete a rule of operators, or put a shipped one back as it was. Raises NotFound."""
        rule = self.get(rule_id)
        self._store.drop(rule_id)
        action = Action.ALERT_RULE_RESET if rule.is_shipped else Action.ALERT_RULE_DELETED
        self._audit.record(who, action, f"rule:{rule_id}")
        self._session.commit()

    def _taken(self, rule: Rule) -> list[FieldError]:
        stored = self._store.all()
        errors = []
        if rule.id in stored or rule.id in SHIPPED:
            errors.append(FieldError("id", "There is already a rule with that ID.", "taken"))
        if sum(not row.is_shipped for row in stored.values()) >= MOST_CUSTOM:
            errors.append(FieldError("id", f"There are already {MOST_CUSTOM} rules of your own.", "too_many"))
        return errors

    def _unknown_channels(self, rule: Rule) -> list[FieldError]:
        known = self._channels() if rule.channels else ()
        return [
            FieldError(f"channels.{place}", "There is no channel with that ID.", "unknown")
            for place, channel in enumerate(rule.channels)
            if channel not in known
        ]

    def _row(self, rule: Rule, who: str, definition: dict[str, Any]) -> StoredRule:
        return StoredRule(
            id=rule.id, is_shipped=rule.is_shipped, definition=definition, changed_by=who, changed_at=self._now()
        )


def _demand(rule: Rule, *more: FieldError) -> None:
    if errors := [*more, *faults(rule)]:
        raise InvalidRequest(errors)
