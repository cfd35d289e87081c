"""A goal as a request brings it, and as it is answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from backend.analytics.goals.drafts import DRAFTS, Draft
from backend.analytics.goals.goal import GREATEST, Direction, Goal, GoalPeriod, GoalVersion, Target
from backend.analytics.goals.judgement import Reason, Status
from backend.analytics.goals.standing import ClosedPeriod, GoalStanding
from backend.analytics.metrics.catalogue.query import DEFAULT_CURRENCY
from backend.analytics.metrics.catalogue.stored_filters import simplified
from backend.errors import FieldError, InvalidRequest
from backend.routes.schemas.answer import Out
from backend.routes.schemas.boards import MEASURE, FilterOut
from backend.routes.schemas.metrics import FilterIn
from backend.routes.schemas.said_rules import DAY, MONEY, SOME_FILTERS
from backend.routes.schemas.views import id_of

VALUE = Annotated[
    float,
    Field(
        strict=True,
        allow_inf_nan=False,
        examples=[0.1],
        description="In the unit of the measure: a fraction of a rate, cents of money, seconds of time.",
        json_schema_extra={"minimum": 0, "maximum": GREATEST},
    ),
]
DAY_FIELD = Annotated[
    str,
    WithJsonSchema(DAY | {"description": "A day of the first period that counts. Today, unless it is named."}),
]


class GoalBody(BaseModel):
    """A target over a measure for each week, month or quarter. Everyone with dashboard access sees it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    measure: str = Field(examples=["conversion_rate"], json_schema_extra=MEASURE)
    value: VALUE
    period: GoalPeriod = GoalPeriod.MONTH
    direction: Direction = Direction.AT_LEAST
    starts_on: DAY_FIELD | None = None
    filters: list[FilterIn] = Field(default_factory=list, json_schema_extra=SOME_FILTERS)
    currency: str = Field(DEFAULT_CURRENCY, json_schema_extra=MONEY)

    def target(self, today: date) -> Target:
        filters = tuple(simplified(condition.filter()) for condition in self.filters)
        starts_on = day_in(self.starts_on, today)
        return Target(self.measure, self.value, self.period, self.direction, starts_on, filters, self.currency)


class GoalPatch(BaseModel):
    """What is to change; the rest stays. The new version counts from today's period on, unless it says from when."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    value: VALUE | None = None
    period: GoalPeriod | None = None
    direction: Direction | None = None
    starts_on: DAY_FIELD | None = None

    def changed(self, target: Target, today: date) -> Target:
        sent = {name: value for name in ("value", "period", "direction") if (value := getattr(self, name)) is not None}
        return replace(target, starts_on=day_in(self.starts_on, today), **sent)


class GoalPath(BaseModel):
    public_id: str = Field(description="The ID of a goal.")

    @property
    def id(self) -> UUID:
        return id_of(self.public_id, "There is no goal with that ID.")


class TargetOut(Out):
    measure: str
    value: float
    period: GoalPeriod
    direction: Direction
    starts_on: date
    filters: list[FilterOut]
    currency: str

    @classmethod
    def of(cls, target: Target) -> Self:
        return cls(**_target(target))


class GoalVersionOut(TargetOut):
    """What the goal asked from a moment on. `mine`: you changed it so; null: somebody whose account is gone."""

    number: int
    mine: bool | None
    created_at: datetime

    @classmethod
    def of_version(cls, version: GoalVersion) -> Self:
        fields = {name: getattr(version, name) for name in ("number", "mine", "created_at")}
        return cls(**_target(version.target), **fields)


class StandingOut(Out):
    """The current period as of now. `pace`: of what only grows, the target times `share_over`, the share of the period
    that is over. `interval`: of a rate, 95% (Wilson). Under `n` of ten, or within noise, the status is not yet known.
    """

    start: datetime
    end: datetime
    as_of: datetime
    share_over: float
    value: float | None
    n: int
    status: Status
    reason: Reason
    pace: float | None
    interval: tuple[float, float] | None
    demo: bool

    @classmethod
    def of(cls, standing: GoalStanding) -> Self:
        counted, judgement, period = standing.counted, standing.judgement, standing.period
        return cls(
            start=period.start,
            end=period.end,
            as_of=standing.as_of,
            share_over=round(counted.share_over, 6),
            value=counted.value,
            n=counted.n,
            status=judgement.status,
            reason=judgement.reason,
            pace=judgement.pace,
            interval=judgement.interval,
            demo=standing.demo,
        )


class ClosedPeriodOut(Out):
    """A period that is over. Not yet `recorded`, its value may still change."""

    first_day: date
    target: float
    value: float | None
    n: int
    status: Status
    recorded: bool

    @classmethod
    def of(cls, closed: ClosedPeriod) -> Self:
        fields = {name: getattr(closed, name) for name in ("first_day", "value", "n", "status", "recorded")}
        return cls(target=closed.target.value, **fields)


class GoalOut(TargetOut):
    """`mine` may be changed; admins change all. `now` is null once the goal has ended."""

    id: UUID
    mine: bool
    created_at: datetime
    ended_at: datetime | None
    now: StandingOut | None

    @classmethod
    def of_goal(cls, goal: Goal, standing: GoalStanding | None) -> Self:
        fields = {name: getattr(goal, name) for name in ("id", "mine", "created_at", "ended_at")}
        return cls(**_target(goal.target), **fields, now=StandingOut.of(standing) if standing else None)


class GoalDetailOut(GoalOut):
    """A goal with what was counted in the periods that are over, and how it was changed, the latest first."""

    history: list[ClosedPeriodOut]
    versions: list[GoalVersionOut]


class DraftOut(Out):
    """A target of the founding documents. Not `measured`: the catalogue does not have its measure yet."""

    id: str
    label: str
    stated: str
    measure: str
    value: float
    period: GoalPeriod
    direction: Direction
    measured: bool

    @classmethod
    def of(cls, draft: Draft) -> Self:
        fields = {name: getattr(draft, name) for name in cls.model_fields if name not in ("id", "measured")}
        return cls(id=draft.word, measured=draft.is_measured, **fields)


class GoalsOut(Out):
    goals: list[GoalOut]
    drafts: list[DraftOut]


class GoalsResponse(Out):
    data: GoalsOut

    @classmethod
    def of(cls, goals: Iterable[tuple[Goal, GoalStanding | None]]) -> Self:
        shown = [GoalOut.of_goal(goal, standing) for goal, standing in goals]
        return cls(data=GoalsOut(goals=shown, drafts=[DraftOut.of(draft) for draft in DRAFTS.values()]))


class GoalResponse(Out):
    data: GoalDetailOut

    @classmethod
    def of(cls, goal: Goal, standing: GoalStanding | None, history: Iterable[ClosedPeriod]) -> Self:
        whole = GoalOut.of_goal(goal, standing)
        versions = [GoalVersionOut.of_version(version) for version in reversed(goal.versions)]
        closed = [ClosedPeriodOut.of(period) for period in history]
        return cls(data=GoalDetailOut(**dict(whole), history=closed, versions=versions))


def day_in(text: str | None, today: date, field: str = "starts_on") -> date:
    """The day that was sent, or today. Raises InvalidRequest."""
    if text is None or not text.strip():
        return today
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").date()  # noqa: DTZ007
    except ValueError:
        wrong = "Enter the day as year, month and day, like 2026-11-21."
        raise InvalidRequest([FieldError(field, wrong)]) from None


def _target(target: Target) -> dict[str, Any]:
    filters = [FilterOut(field=f.field, op=f.op.value, value=list(f.values)) for f in target.filters]
    names = ("measure", "value", "period", "direction", "starts_on", "currency")
    return {name: getattr(target, name) for name in names} | {"filters": filters}
