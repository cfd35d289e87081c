"""Alerts and silences as operators see and change them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from backend.analytics.monitoring.alerts.alert import OPEN, Alert, AlertList, AlertState, AlertStep, Silence
from backend.analytics.monitoring.alerts.models import LONGEST_NOTE, StoredAlert, StoredSilence, StoredStep
from backend.analytics.monitoring.alerts.notifier import Severity
from backend.analytics.monitoring.alerts.store import AlertStore
from backend.audit.actions import Action
from backend.audit.service import AuditLog
from backend.clock import Clock
from backend.database import reading
from backend.errors import FieldError, InvalidRequest
from backend.one_line import must_fit

LONGEST_SILENCE = timedelta(days=30)
KEPT = timedelta(days=400)
MOST_LISTED, MOST_SILENCES = 500, 200
ACKNOWLEDGED = "Acknowledged"
EVERY_STATE = frozenset(AlertState) - {AlertState.OK}


@dataclass(frozen=True, slots=True)
class NewSilence:
    """A silence to be. `rule_id` None: every rule."""

    rule_id: str | None
    starts_at: datetime | None
    ends_at: datetime
    reason: str


class AlertService:
    """`is_on`: whether monitoring is. `knows`: whether there is a rule of an id."""

    def __init__(
        self,
        store: AlertStore,
        session: Session,
        audit: AuditLog,
        is_on: Callable[[], bool],
        knows: Callable[[str], bool],
        now: Clock,
    ) -> None:
        self._store = store
        self._session = session
        self._audit = audit
        self._is_on = is_on
        self._knows = knows
        self._now = now

    def all(self, states: Collection[AlertState] = EVERY_STATE, most: int = MOST_LISTED) -> AlertList:
        """The newest first."""
        with reading():
            silences = self._store.silences(self._now())
            alerts = [self._shown(row, silences) for row in self._store.list(states, most)]
            return AlertList(tuple(alerts), self._store.evaluated_at(), self._is_on())

    def get(self, alert_id: int) -> Alert:
        """One alert with its history. Raises NotFound."""
        with reading():
            silences = self._store.silences(self._now())
            return self._shown(self._store.get(alert_id), silences, self._store.steps(alert_id))

    def acknowledge(self, who: str, alert_id: int) -> Alert:
        """Take charge of an alert and of all others of its rule that are firing. Raises NotFound.

        One that is over, or that somebody took charge of before, stays as it is.
        """
        alert, now = self._store.get(alert_id), self._now()
        if alert.state in OPEN:
            firing = self._store.open_of(alert.rule_id)
            for one in firing:
                one.state, one.acknowledged_at, one.acknowledged_by = AlertState.ACKNOWLEDGED, now, who
                self._store.note(one, now, ACKNOWLEDGED, who)
            if firing:
                self._audit.record(who, Action.ALERT_ACKNOWLEDGED, f"alert:{alert_id}", alerts=len(firing))
        self._session.commit()
        return self.get(alert_id)

    def silences(self) -> Sequence[Silence]:
        """Those that last or are to come."""
        with reading():
            return [_silence(row) for row in self._store.silences(self._now())]

    def silence(self, who: str, wanted: NewSilence) -> Silence:
        """Raises InvalidRequest with every fault."""
        now = self._now()
        starts_at = max(wanted.starts_at or now, now)
        if faults := self._faults(wanted, starts_at, now):
            raise InvalidRequest(faults)
        row = StoredSilence(
            rule_id=wanted.rule_id, starts_at=starts_at, ends_at=wanted.ends_at, reason=wanted.reason, who=who
        )
        self._store.add(row)
        self._audit.record(who, Action.SILENCE_ADDED, f"silence:{row.id}", rule=wanted.rule_id or "all")
        added = _silence(row)
        self._session.commit()
        return added

    def end_silence(self, who: str, silence_id: int) -> None:
        """Raises NotFound."""
        self._store.end(self._store.silence(silence_id))
        self._audit.record(who, Action.SILENCE_ENDED, f"silence:{silence_id}")
        self._session.commit()

    def prune(self) -> None:
        """Forget alerts that resolved long ago. Commits."""
        self._store.drop_resolved(self._now() - KEPT)
        self._session.commit()

    def _faults(self, wanted: NewSilence, starts_at: datetime, now: datetime) -> list[FieldError]:
        faults = []
        if wanted.rule_id is not None and not self._knows(wanted.rule_id):
            faults.append(FieldError("rule_id", "There is no rule with that ID.", "unknown"))
        if wanted.ends_at <= starts_at:
            faults.append(FieldError("ends_at", "The end must be in the future and after the start."))
        elif wanted.ends_at - starts_at > LONGEST_SILENCE:
            faults.append(FieldError("ends_at", f"A silence lasts at most {LONGEST_SILENCE.days} days."))
        if not 1 <= len(wanted.reason) <= LONGEST_NOTE:
            faults.append(FieldError("reason", f"Enter a reason of 1 to {LONGEST_NOTE} characters."))
        elif not wanted.reason.isprintable():
            faults.append(FieldError("reason", must_fit("reason")))
        if self._store.count_silences(now) >= MOST_SILENCES:
            faults.append(FieldError("rule_id", f"There are already {MOST_SILENCES} silences.", "too_many"))
        return faults

    def _shown(self, row: StoredAlert, silences: Iterable[StoredSilence], steps: Sequence[StoredStep] = ()) -> Alert:
        now = self._now()
        return Alert(
            id=row.id,
            rule_id=row.rule_id,
            title=row.title,
            thing=row.thing,
            severity=Severity(row.severity),
            state=AlertState(row.state),
            since=row.since,
            measured=row.measured,
            limit=row.limit_words,
            runbook=row.runbook,
            fired_at=row.fired_at,
            acknowledged_at=row.acknowledged_at,
            acknowledged_by=row.acknowledged_by,
            resolved_at=row.resolved_at,
            is_silenced=any(_silence(silence).holds(row.rule_id, now) for silence in silences),
            steps=tuple(AlertStep(step.at, AlertState(step.state), step.note, step.who) for step in steps),
        )


def _silence(row: StoredSilence) -> Silence:
    return Silence(row.id, row.rule_id, row.starts_at, row.ends_at, row.reason, row.who)
