"""Alerts and silences as requests bring them, and as they are answered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from backend.analytics.monitoring.alerts.alert import OPEN, Alert, AlertList, AlertState, AlertStep, Silence
from backend.analytics.monitoring.alerts.models import LONGEST_NOTE
from backend.analytics.monitoring.alerts.notifier import Severity
from backend.analytics.monitoring.alerts.service import MOST_LISTED, NewSilence
from backend.errors import NotFound
from backend.routes.schemas.answer import Out
from backend.routes.schemas.instants import Instant
from backend.routes.schemas.parameters import SingleParameters
from backend.routes.schemas.said_rules import line

LONGEST_NUMBER = 9


def number_of(text: str, otherwise: str) -> int:
    """What cannot be an id is not there either."""
    if text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER:
        return int(text)
    raise NotFound(otherwise)


class AlertsQuery(SingleParameters):
    """?state=firing; without a state, the open ones."""

    state: AlertState | None = Field(None, description="Only alerts in this state. Empty: firing and acknowledged.")
    limit: int = Field(100, ge=1, le=MOST_LISTED)

    @property
    def states(self) -> frozenset[AlertState]:
        return OPEN if self.state is None else frozenset({self.state})


class AlertPath(BaseModel):
    alert_id: str = Field(description="The ID of an alert.")

    @property
    def id(self) -> int:
        return number_of(self.alert_id, "There is no alert with that ID.")


class AlertStepOut(Out):
    """One change of an alert. `by`: as the audit log names whoever made it; null: Mingus, or nobody left."""

    at: datetime
    state: AlertState
    note: str
    by: str | None

    @classmethod
    def of(cls, step: AlertStep) -> Self:
        return cls(at=step.at, state=step.state, note=step.note, by=step.by)


class AlertOut(Out):
    """`affected`: the route, query, or host; empty: the whole site. `since`: when the limit was first passed."""

    id: int
    rule_id: str
    title: str
    affected: str
    severity: Severity
    state: AlertState
    since: datetime
    measured: str
    limit: str
    runbook: str
    fired_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    resolved_at: datetime | None
    is_silenced: bool

    @classmethod
    def of(cls, alert: Alert) -> Self:
        return cls(**_fields(alert))


class AlertWithSteps(AlertOut):
    steps: list[AlertStepOut]

    @classmethod
    def of(cls, alert: Alert) -> Self:
        return cls(**_fields(alert), steps=[AlertStepOut.of(step) for step in alert.steps])


def _fields(alert: Alert) -> dict[str, Any]:
    names = {*AlertOut.model_fields} - {"affected"}
    return {name: getattr(alert, name) for name in names} | {"affected": alert.thing}


class AlertsResponse(Out):
    """Not `is_evaluated`: monitoring is off, and alerts stay as they were at `as_of`."""

    data: list[AlertOut]
    as_of: datetime | None
    is_evaluated: bool

    @classmethod
    def of(cls, listed: AlertList) -> Self:
        alerts = [AlertOut.of(alert) for alert in listed.alerts]
        return cls(data=alerts, as_of=listed.as_of, is_evaluated=listed.is_evaluated)


class AlertResponse(Out):
    data: AlertWithSteps

    @classmethod
    def of(cls, alert: Alert) -> Self:
        return cls(data=AlertWithSteps.of(alert))


class SilenceBody(BaseModel):
    """A time in which nobody is told. Without a rule it is a maintenance window: it holds for every rule."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule_id: str | None = Field(None, max_length=60, examples=["cpu-high"])
    starts_at: Instant | None = None
    ends_at: Instant
    reason: str = Field(examples=["Upgrade of the database"], json_schema_extra=line(LONGEST_NOTE))

    def silence(self) -> NewSilence:
        return NewSilence(self.rule_id, self.starts_at, self.ends_at, self.reason.strip())


class SilencePath(BaseModel):
    silence_id: str = Field(description="The ID of a silence.")

    @property
    def id(self) -> int:
        return number_of(self.silence_id, "There is no silence with that ID.")


class SilenceOut(Out):
    id: int
    rule_id: str | None
    starts_at: datetime
    ends_at: datetime
    reason: str
    by: str | None

    @classmethod
    def of(cls, silence: Silence) -> Self:
        return cls(**{name: getattr(silence, name) for name in cls.model_fields})


class SilencesResponse(Out):
    data: list[SilenceOut]

    @classmethod
    def of(cls, silences: Iterable[Silence]) -> Self:
        return cls(data=[SilenceOut.of(silence) for silence in silences])


class SilenceResponse(Out):
    data: SilenceOut

    @classmethod
    def of(cls, silence: Silence) -> Self:
        return cls(data=SilenceOut.of(silence))
