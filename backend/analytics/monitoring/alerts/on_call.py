"""Who is on call, as it is kept and changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from backend.analytics.monitoring.alerts.models import StoredRota, StoredStandIn, StoredTurn
from backend.analytics.monitoring.alerts.rota import Rota, StandIn
from backend.analytics.monitoring.rules.judging import Observed
from backend.audit.actions import Action
from backend.audit.service import AuditLog
from backend.clock import Clock
from backend.database import reading
from backend.errors import FieldError, InvalidRequest
from backend.row_security import serving

AHEAD = timedelta(days=7)
MOST_TURNS, MOST_STAND_INS = 30, 50
NOT_ABLE = "There is no active account with that ID that can view operations."
FOR_ALERTS = "alerts go to whoever is on call"


class Operators(Protocol):
    """The active accounts that can view operations."""

    def all(self) -> Mapping[UUID, int]:
        """Their ids by their public ids."""


@dataclass(frozen=True, slots=True)
class Absence:
    """A time for which somebody stands in, by the public id of their account."""

    account: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class NewRota:
    """A rota as an operator wants it. Its first turn has the week in which it is saved."""

    turns: tuple[UUID, ...]
    weekday: int
    hour: int
    zone: str
    stand_ins: tuple[Absence, ...] = ()


@dataclass(frozen=True, slots=True)
class OnCallView:
    """The rota with people by their public ids; None where nobody is left. `until`: the next hand-over."""

    turns: tuple[UUID | None, ...]
    weekday: int
    hour: int
    zone: str
    stand_ins: tuple[Absence, ...]
    now: UUID | None
    next: UUID | None
    until: datetime | None
    gap: timedelta


class OnCall:
    def __init__(self, session: Session, operators: Operators, audit: AuditLog, now: Clock) -> None:
        self._session = session
        self._operators = operators
        self._audit = audit
        self._now = now

    def now(self, at: datetime) -> tuple[int, ...]:
        """The account on call; all operators while there is no rota, so that an alert reaches somebody."""
        rota = self._rota()
        if rota is None:
            return self._everyone()
        account = rota.on_call(at)
        return (account,) if account is not None else self._next(rota, at)

    def next(self, at: datetime) -> tuple[int, ...]:
        """Who is told after whoever is on call; all operators where there is no other."""
        rota = self._rota()
        return self._everyone() if rota is None else self._next(rota, at)

    def observe(self, at: datetime) -> Sequence[Observed]:
        """How long nobody is on call in the days ahead; nothing while there is no rota."""
        rota = self._rota()
        if rota is None:
            return ()
        return [Observed(rota.gap(at, at + AHEAD).total_seconds())]

    def operators(self) -> Sequence[UUID]:
        """Who can be on call, by the public ids of their accounts."""
        with serving(self._session, FOR_ALERTS), reading():
            return sorted(self._operators.all())

    def view(self) -> OnCallView | None:
        """The rota as it is shown; None while there is none."""
        now = self._now()
        with serving(self._session, FOR_ALERTS), reading():
            rota = self._rota()
            names = {number: public_id for public_id, number in self._operators.all().items()}
        return None if rota is None else _view(rota, names, now)

    def change(self, who: str, wanted: NewRota) -> OnCallView | None:
        """Replace the rota. Raises InvalidRequest with every fault."""
        with serving(self._session, FOR_ALERTS):
            able, now = self._operators.all(), self._now()
            if faults := [*_faults(wanted, able)]:
                raise InvalidRequest(faults)
            self._replace(wanted, able, now)
            self._audit.record(who, Action.ON_CALL_CHANGED, "on_call:rota", turns=len(wanted.turns))
            self._session.commit()
        return self.view()

    def _next(self, rota: Rota, at: datetime) -> tuple[int, ...]:
        account = rota.next(at)
        return self._everyone() if account is None else (account,)

    def _everyone(self) -> tuple[int, ...]:
        return tuple(sorted(self._operators.all().values()))

    def _rota(self) -> Rota | None:
        row = self._session.scalar(select(StoredRota))
        if row is None:
            return None
        turns = self._session.scalars(select(StoredTurn.account_id).order_by(StoredTurn.place))
        stand_ins = self._session.scalars(select(StoredStandIn).order_by(StoredStandIn.id))
        return Rota(
            tuple(turns),
            row.weekday,
            row.hour,
            row.zone,
            row.starts_at,
            tuple(StandIn(one.account_id, one.starts_at, one.ends_at) for one in stand_ins),
        )

    def _replace(self, wanted: NewRota, able: Mapping[UUID, int], now: datetime) -> None:
        for kind in (StoredTurn, StoredStandIn, StoredRota):
            self._session.execute(delete(kind))
        self._session.add(
            StoredRota(id=1, weekday=wanted.weekday, hour=wanted.hour, zone=wanted.zone, starts_at=now, changed_at=now)
        )
        for place, account in enumerate(wanted.turns):
            self._session.add(StoredTurn(place=place, account_id=able[account]))
        for absence in wanted.stand_ins:
            account_id = able[absence.account]
            self._session.add(
                StoredStandIn(account_id=account_id, starts_at=absence.starts_at, ends_at=absence.ends_at)
            )


def _faults(wanted: NewRota, able: Mapping[UUID, int]) -> list[FieldError]:
    """Everything that is wrong with a rota."""
    faults = []
    if not 1 <= len(wanted.turns) <= MOST_TURNS:
        faults.append(FieldError("turns", f"Name 1 to {MOST_TURNS} accounts."))
    if len(wanted.stand_ins) > MOST_STAND_INS:
        faults.append(FieldError("stand_ins", f"Name at most {MOST_STAND_INS} stand-ins."))
    if not 0 <= wanted.weekday <= 6:
        faults.append(FieldError("weekday", "Enter a number from 0 (Monday) to 6 (Sunday)."))
    if not 0 <= wanted.hour <= 23:
        faults.append(FieldError("hour", "Enter an hour from 0 to 23."))
    if not _is_zone(wanted.zone):
        faults.append(FieldError("zone", "Enter a time zone such as America/New_York."))
    faults += [
        FieldError(f"turns.{place}", NOT_ABLE, "unknown")
        for place, account in enumerate(wanted.turns)
        if account not in able
    ]
    for place, absence in enumerate(wanted.stand_ins):
        if absence.account not in able:
            faults.append(FieldError(f"stand_ins.{place}.account", NOT_ABLE, "unknown"))
        if absence.starts_at >= absence.ends_at:
            faults.append(FieldError(f"stand_ins.{place}.ends_at", "The end must be after the start."))
    return faults


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return False
    return True


def _view(rota: Rota, names: Mapping[int, UUID], now: datetime) -> OnCallView:
    def name(account: int | None) -> UUID | None:
        return None if account is None else names.get(account)

    absences = ((name(one.account_id), one.starts_at, one.ends_at) for one in rota.stand_ins)
    return OnCallView(
        turns=tuple(name(account) for account in rota.turns),
        weekday=rota.weekday,
        hour=rota.hour,
        zone=rota.zone,
        stand_ins=tuple(Absence(account, start, end) for account, start, end in absences if account),
        now=name(rota.on_call(now)),
        next=name(rota.next(now)),
        until=next(rota.hand_overs(now, now + timedelta(days=8)), None),
        gap=rota.gap(now, now + AHEAD),
    )
