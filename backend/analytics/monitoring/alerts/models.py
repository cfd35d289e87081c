from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.extensions import Model

LONGEST_ID, LONGEST_THING, LONGEST_SENTENCE, LONGEST_NAME, LONGEST_NOTE = 60, 300, 400, 100, 200
LIVE = text("state <> 'resolved'")


class StoredAlert(Model):
    """An alert that is pending or open, or was. Of a rule there is one at a time about each thing."""

    __tablename__ = "alerts"
    __table_args__ = (
        Index("uq_alerts_live", "rule_id", "thing", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[str] = mapped_column(String(LONGEST_ID), index=True)
    thing: Mapped[str] = mapped_column(String(LONGEST_THING))
    title: Mapped[str] = mapped_column(String(LONGEST_SENTENCE))
    severity: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(12))
    measured: Mapped[str] = mapped_column(String(LONGEST_SENTENCE))
    limit_words: Mapped[str] = mapped_column(String(LONGEST_SENTENCE))
    runbook: Mapped[str] = mapped_column(String(LONGEST_ID))
    was_told: Mapped[bool] = mapped_column(default=False)
    since: Mapped[datetime]
    kept_since: Mapped[datetime | None]
    unknown_since: Mapped[datetime | None]
    fired_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    resolved_at: Mapped[datetime | None] = mapped_column(index=True)


class StoredStep(Model):
    """One change in the history of an alert."""

    __tablename__ = "alert_steps"

    id: Mapped[int] = mapped_column(primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(String(LONGEST_NOTE))
    who: Mapped[str | None] = mapped_column(String(LONGEST_NAME))


class StoredGroup(Model):
    """What was said of the alerts of a rule. `sent`: when the latest messages went out."""

    __tablename__ = "alert_groups"

    rule_id: Mapped[str] = mapped_column(String(LONGEST_ID), primary_key=True)
    number: Mapped[int]
    opened_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    sent: Mapped[dict[str, Any]]


class StoredEvaluation(Model):
    """When the rules were judged last: the only row."""

    __tablename__ = "alert_evaluations"
    __table_args__ = (CheckConstraint("id = 1", name="only_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    evaluated_at: Mapped[datetime]


class StoredRule(Model):
    """What operators changed about a shipped rule, or a rule of their own."""

    __tablename__ = "alert_rules"

    id: Mapped[str] = mapped_column(String(LONGEST_ID), primary_key=True)
    is_shipped: Mapped[bool]
    definition: Mapped[dict[str, Any]]
    changed_by: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    changed_at: Mapped[datetime]


class StoredSilence(Model):
    """A silence; without a rule it holds for all of them."""

    __tablename__ = "alert_silences"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="begins_before_it_ends"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rule_id: Mapped[str | None] = mapped_column(String(LONGEST_ID))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    reason: Mapped[str] = mapped_column(String(LONGEST_NOTE))
    who: Mapped[str | None] = mapped_column(String(LONGEST_NAME))


class StoredRota(Model):
    """When the person on call changes: the only row. `starts_on`: an instant in the first week of the first person."""

    __tablename__ = "on_call_rota"
    __table_args__ = (CheckConstraint("id = 1", name="only_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    weekday: Mapped[int]
    hour: Mapped[int]
    zone: Mapped[str] = mapped_column(String(64))
    starts_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class StoredTurn(Model):
    """The person on call in a week of the rota, by its place; without an account nobody is."""

    __tablename__ = "on_call_turns"

    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="SET NULL"), index=True)


class StoredStandIn(Model):
    """Who is on call for a time instead of whoever's week it is."""

    __tablename__ = "on_call_stand_ins"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="begins_before_it_ends"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
