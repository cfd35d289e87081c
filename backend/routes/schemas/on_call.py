"""Who is on call, as a request brings it, and as it is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from backend.analytics.monitoring.alerts.on_call import MOST_STAND_INS, MOST_TURNS, Absence, NewRota, OnCallView
from backend.routes.schemas.answer import Out
from backend.routes.schemas.instants import Instant
from backend.routes.schemas.json_bodies import whole


def _public_id(value: object) -> UUID:
    if not isinstance(value, str):
        raise ValueError("must be the ID of an account")  # noqa: TRY004  (pydantic reports a ValueError)
    return UUID(value)


AccountId = Annotated[UUID, BeforeValidator(_public_id), WithJsonSchema({"type": "string", "format": "uuid"})]


class StandInBody(BaseModel):
    """Who is on call for a time instead of whoever's week it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    account: AccountId
    starts_at: Instant
    ends_at: Instant

    def absence(self) -> Absence:
        return Absence(self.account, self.starts_at, self.ends_at)


class OnCallBody(BaseModel):
    """Accounts in the order of their weeks, the first for the week that holds now; weeks begin at the hand-over."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    turns: list[AccountId] = Field(min_length=1, max_length=MOST_TURNS)
    weekday: Annotated[int, BeforeValidator(whole)] = Field(
        0, strict=True, ge=0, le=6, description="Day of the hand-over: 0 is Monday, 6 is Sunday."
    )
    hour: Annotated[int, BeforeValidator(whole)] = Field(
        9, strict=True, ge=0, le=23, description="Hour of the hand-over, by the clocks of `zone`."
    )
    zone: str = Field(examples=["America/New_York"], max_length=64)
    stand_ins: list[StandInBody] = Field(default_factory=list, max_length=MOST_STAND_INS)

    def rota(self) -> NewRota:
        absences = tuple(stand_in.absence() for stand_in in self.stand_ins)
        return NewRota(tuple(self.turns), self.weekday, self.hour, self.zone, absences)


class StandInOut(Out):
    account: UUID
    starts_at: datetime
    ends_at: datetime


class OnCallOut(Out):
    """`now` and `next`: who is told first, and then. `gap_seconds`: the time without anyone in the next 7 days."""

    turns: list[UUID | None]
    weekday: int
    hour: int
    zone: str
    stand_ins: list[StandInOut]
    now: UUID | None
    next: UUID | None
    hands_over_at: datetime | None
    gap_seconds: float

    @classmethod
    def of(cls, view: OnCallView) -> Self:
        return cls(
            turns=list(view.turns),
            weekday=view.weekday,
            hour=view.hour,
            zone=view.zone,
            stand_ins=[StandInOut.model_validate(absence) for absence in view.stand_ins],
            now=view.now,
            next=view.next,
            hands_over_at=view.until,
            gap_seconds=view.gap.total_seconds(),
        )


class OnCallResponse(Out):
    """Without a rota every account that can view operations is told."""

    data: OnCallOut | None

    @classmethod
    def of(cls, view: OnCallView | None) -> Self:
        return cls(data=None if view is None else OnCallOut.of(view))
