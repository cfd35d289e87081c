"""The period a dashboard is asked about, and what its answer covers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Protocol
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, WithJsonSchema

from backend.analytics.metrics.period import Period
from backend.errors import FieldError, InvalidRequest
from backend.routes.schemas.answer import Out
from backend.routes.schemas.parameters import Parameters
from backend.routes.schemas.said_rules import MOMENT_OR_NONE

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
    BeforeValidator(_moment, json_schema_input_type=Annotated[str, WithJsonSchema(MOMENT_OR_NONE)]),
    Field(json_schema_extra={"description": EXAMPLE}),
]
Zone = Annotated[str | None, BeforeValidator(_zone, json_schema_input_type=str | None)]


class DaysQuery(Parameters):
    """?start=2026-11-01&end=2026-11-21&tz=America/New_York; days count whole, both included."""

    start: Moment = None
    end: Moment = None
    tz: Zone = None

    def period(self, default_zone: str, now: datetime) -> Period:
        try:
            return Period.between(self.start, self.end, self.tz or default_zone, now)
        except ValueError as error:
            raise InvalidRequest([FieldError("start", str(error))]) from None


BOTS = "Whether visits by bots count too."


class PeriodQuery(DaysQuery):
    """The same, of visits."""

    bots: bool = Field(False, description=BOTS)


class DatedAnswer(Protocol):
    @property
    def as_of(self) -> datetime: ...
    @property
    def engine(self) -> str: ...
    @property
    def demo(self) -> bool: ...


class Covered(Out):
    """What an answer covers: all events accepted before `as_of`."""

    start: datetime
    end: datetime
    timezone: str
    as_of: datetime
    engine: str
    demo: bool


def covered(period: Period, answer: DatedAnswer) -> dict[str, Any]:
    """The fields of `Covered`, in the zone of the question."""
    zone = ZoneInfo(period.timezone)
    return {
        "start": period.start.astimezone(zone),
        "end": period.end.astimezone(zone),
        "timezone": period.timezone,
        "as_of": answer.as_of.astimezone(zone),
        "engine": answer.engine,
        "demo": answer.demo,
    }
