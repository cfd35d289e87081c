"""What a dashboard may be asked, and what it answers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from backend.analytics.metrics.funnel import WINDOW, FunnelStep
from backend.analytics.metrics.period import Period
from backend.analytics.metrics.service import FunnelReport
from backend.errors import FieldError, InvalidRequest

EXAMPLE = "a day such as 2026-11-21 or an instant such as 2026-11-21T09:00:00Z"


def _moment(value: Any) -> date | datetime | None:
    """A day or an instant; an instant needs its zone, and both a year that arithmetic can reach."""
    if value is None or value == "":
        return None
    try:
        moment = date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    except (ValueError, TypeError):
        raise ValueError(f"must be {EXAMPLE}") from None
    if not 2000 <= moment.year <= 2200 or (isinstance(moment, datetime) and moment.tzinfo is None):
        raise ValueError(f"must be {EXAMPLE}, between 2000 and 2200")
    return moment


def _zone(value: Any) -> Any:
    if value is None or value == "":
        return None
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError, TypeError):
        raise ValueError("must be an IANA time zone such as America/New_York") from None
    return value


Moment = Annotated[
    date | datetime | None,
    BeforeValidator(_moment, json_schema_input_type=str),
    Field(json_schema_extra={"description": EXAMPLE}),
]
Zone = Annotated[str | None, BeforeValidator(_zone, json_schema_input_type=str)]


class PeriodQuery(BaseModel):
    """?start=2026-11-01&end=2026-11-21&tz=America/New_York; days count whole, both included."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: Moment = None
    end: Moment = None
    tz: Zone = None

    def period(self, default_zone: str, now: datetime) -> Period:
        try:
            return Period.between(self.start, self.end, self.tz or default_zone, now)
        except ValueError as error:
            raise InvalidRequest([FieldError("start", str(error))]) from None


class FunnelStepOut(BaseModel):
    """One step. Rates are fractions, null where they would rest on fewer than ten sessions."""

    model_config = ConfigDict(frozen=True)

    name: str
    label: str
    sessions: int
    from_previous: float | None
    from_first: float | None
    dropoff: int
    median_seconds: float | None
    p90_seconds: float | None

    @classmethod
    def of(cls, step: FunnelStep) -> Self:
        return cls(
            name=step.name,
            label=step.label,
            sessions=step.sessions,
            from_previous=_rounded(step.from_previous, 4),
            from_first=_rounded(step.from_first, 4),
            dropoff=step.dropoff,
            median_seconds=_rounded(step.median_seconds, 1),
            p90_seconds=_rounded(step.p90_seconds, 1),
        )


class FunnelData(BaseModel):
    model_config = ConfigDict(frozen=True)

    steps: list[FunnelStepOut]


class FunnelMeta(BaseModel):
    """What the numbers cover. `immature_sessions` are still inside the window and may yet go on."""

    model_config = ConfigDict(frozen=True)

    start: datetime
    end: datetime
    timezone: str
    as_of: datetime
    window_seconds: int
    immature_sessions: int


class FunnelResponse(BaseModel):
    model_config = ConfigDict(frozen=True)

    data: FunnelData
    meta: FunnelMeta

    @classmethod
    def of(cls, report: FunnelReport) -> Self:
        zone = ZoneInfo(report.period.timezone)
        return cls(
            data=FunnelData(steps=[FunnelStepOut.of(step) for step in report.funnel.steps]),
            meta=FunnelMeta(
                start=report.period.start.astimezone(zone),
                end=report.period.end.astimezone(zone),
                timezone=report.period.timezone,
                as_of=report.as_of.astimezone(zone),
                window_seconds=int(WINDOW.total_seconds()),
                immature_sessions=report.funnel.immature,
            ),
        )


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
