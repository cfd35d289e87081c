"""Whether monitoring is to be on: one row that all processes of all hosts obey, and the spans in which it was off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import BigInteger, CheckConstraint, String, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from backend.extensions import Model
from backend.jobs.store import inserting

ONLY = 1


class Desired(StrEnum):
    """What an operator wants of monitoring."""

    ON = "on"
    OFF = "off"


class Order(NamedTuple):
    """What every process obeys. `generation` grows with each change, so that a process can say which one it obeys."""

    desired: Desired
    generation: int


FIRST = Order(Desired.ON, 0)  # without a row: monitoring runs from the first start until somebody stops it


class MonitoringState(Model):
    """The only row. `changed_by` is a public name, as the audit log has it."""

    __tablename__ = "monitoring_state"
    __table_args__ = (CheckConstraint("id = 1", name="only_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    desired: Mapped[str] = mapped_column(String(3))
    generation: Mapped[int] = mapped_column(BigInteger())
    changed_by: Mapped[str | None] = mapped_column(String(100))
    changed_at: Mapped[datetime | None]

    @property
    def order(self) -> Order:
        return Order(Desired(self.desired), self.generation)


class OffSpan(Model):
    """A time without monitoring; it lasts while `ended_at` is empty."""

    __tablename__ = "monitoring_off_spans"

    id: Mapped[int] = mapped_column(primary_key=True)
    began_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]


class StateStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def order(self) -> Order:
        row = self._session.execute(select(MonitoringState.desired, MonitoringState.generation)).one_or_none()
        return FIRST if row is None else Order(Desired(row.desired), row.generation)

    def find(self) -> MonitoringState | None:
        return self._session.scalar(select(MonitoringState))

    def lock(self) -> MonitoringState:
        """The row, made if there is none, which nobody else changes until the transaction ends."""
        made = inserting(self._session, MonitoringState).on_conflict_do_nothing()
        self._session.execute(made.values(id=ONLY, desired=FIRST.desired, generation=FIRST.generation))
        row = select(MonitoringState).with_for_update().execution_options(populate_existing=True)
        return self._session.scalars(row).one()

    def begin_span(self, at: datetime) -> None:
        self._session.add(OffSpan(began_at=at))

    def end_spans(self, at: datetime) -> None:
        """End what lasts; a clock that was set back meanwhile makes no span that ends before it began."""
        for span in self._session.scalars(select(OffSpan).where(OffSpan.ended_at.is_(None))):
            span.ended_at = max(at, span.began_at)

    def spans(self, since: datetime, until: datetime) -> Sequence[OffSpan]:
        """The spans that reach into a period, the earliest first."""
        inside = (OffSpan.began_at < until) & or_(OffSpan.ended_at.is_(None), OffSpan.ended_at > since)
        return self._session.scalars(select(OffSpan).where(inside).order_by(OffSpan.began_at, OffSpan.id)).all()
