from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from backend.analytics.monitoring.alerts.alert import AlertState
from backend.analytics.monitoring.alerts.groups import GroupStanding
from backend.analytics.monitoring.alerts.models import (
    StoredAlert,
    StoredEvaluation,
    StoredGroup,
    StoredSilence,
    StoredStep,
)
from backend.errors import NotFound
from backend.jobs.store import inserting

SENT, TOLD = "at", "told"


class AlertStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def live(self) -> Sequence[StoredAlert]:
        """The alerts that are pending or open, the oldest first, locked until the transaction ends."""
        alive = select(StoredAlert).where(StoredAlert.state != AlertState.RESOLVED).order_by(StoredAlert.id)
        return self._session.scalars(alive.with_for_update().execution_options(populate_existing=True)).all()

    def list(self, states: Collection[AlertState], most: int, rule_id: str | None = None) -> Sequence[StoredAlert]:
        """The newest first."""
        wanted = select(StoredAlert).where(StoredAlert.state.in_(states))
        if rule_id is not None:
            wanted = wanted.where(StoredAlert.rule_id == rule_id)
        return self._session.scalars(wanted.order_by(StoredAlert.id.desc()).limit(most)).all()

    def get(self, alert_id: int) -> StoredAlert:
        alert = self._session.get(StoredAlert, alert_id)
        if alert is None:
            raise NotFound("There is no alert with that ID.")
        return alert

    def latest(self, rule_id: str) -> StoredAlert | None:
        """The alert of a rule that was opened last."""
        return next(iter(self.list([AlertState.RESOLVED], 1, rule_id)), None)

    def open_of(self, rule_id: str) -> Sequence[StoredAlert]:
        """The firing alerts of a rule, locked."""
        firing = (StoredAlert.rule_id == rule_id) & (StoredAlert.state == AlertState.FIRING)
        return self._session.scalars(select(StoredAlert).where(firing).order_by(StoredAlert.id).with_for_update()).all()

    def add(self, row: StoredAlert | StoredSilence) -> None:
        self._session.add(row)
        self._session.flush()

    def forget(self, alert: StoredAlert) -> None:
        self._session.delete(alert)

    def note(self, alert: StoredAlert, at: datetime, note: str, by: str | None = None) -> None:
        self._session.add(StoredStep(alert_id=alert.id, at=at, state=alert.state, note=note, who=by))

    def steps(self, alert_id: int) -> Sequence[StoredStep]:
        own = select(StoredStep).where(StoredStep.alert_id == alert_id).order_by(StoredStep.id)
        return self._session.scalars(own).all()

    def drop_resolved(self, before: datetime) -> None:
        old = delete(StoredAlert).where(StoredAlert.resolved_at < before)
        self._session.execute(old.execution_options(synchronize_session=False))

    def mark_told(self, ids: Collection[int]) -> None:
        told = update(StoredAlert).where(StoredAlert.id.in_(ids)).values(was_told=True)
        self._session.execute(told)

    def groups(self) -> dict[str, GroupStanding]:
        return {row.rule_id: _standing(row) for row in self._session.scalars(select(StoredGroup))}

    def keep_group(self, rule_id: str, group: GroupStanding) -> None:
        values = {
            "number": group.number,
            "opened_at": group.opened_at,
            "acknowledged_at": group.acknowledged_at,
            "escalated_at": group.escalated_at,
            "sent": {SENT: [at.isoformat() for at in group.sent], TOLD: list(group.told)},
        }
        kept = inserting(self._session, StoredGroup).values(rule_id=rule_id, **values)
        self._session.execute(kept.on_conflict_do_update(index_elements=["rule_id"], set_=values))

    def evaluated_at(self) -> datetime | None:
        return self._session.scalar(select(StoredEvaluation.evaluated_at))

    def keep_evaluation(self, at: datetime) -> None:
        kept = inserting(self._session, StoredEvaluation).values(id=1, evaluated_at=at)
        self._session.execute(kept.on_conflict_do_update(index_elements=["id"], set_={"evaluated_at": at}))

    def silences(self, at: datetime) -> Sequence[StoredSilence]:
        """The silences that are not over, the earliest first."""
        lasting = select(StoredSilence).where(StoredSilence.ends_at > at)
        return self._session.scalars(lasting.order_by(StoredSilence.starts_at, StoredSilence.id)).all()

    def silence(self, silence_id: int) -> StoredSilence:
        silence = self._session.get(StoredSilence, silence_id)
        if silence is None:
            raise NotFound("There is no silence with that ID.")
        return silence

    def end(self, silence: StoredSilence) -> None:
        self._session.delete(silence)

    def count_silences(self, at: datetime) -> int:
        lasting = select(func.count()).select_from(StoredSilence).where(StoredSilence.ends_at > at)
        return self._session.scalar(lasting) or 0


def _standing(row: StoredGroup) -> GroupStanding:
    sent = tuple(datetime.fromisoformat(at) for at in row.sent[SENT])
    told = tuple(row.sent.get(TOLD, ()))
    return GroupStanding(row.number, row.opened_at, row.acknowledged_at, row.escalated_at, sent, told)
