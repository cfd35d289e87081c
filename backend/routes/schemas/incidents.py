"""Incidents as requests bring them, and as they are answered to operators."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from backend.analytics.monitoring.incidents.incident import (
    Component,
    Impact,
    IncidentState,
    NewIncident,
    NewUpdate,
    PublicIncident,
)
from backend.analytics.monitoring.incidents.models import LONGEST_TEXT, LONGEST_TITLE
from backend.analytics.monitoring.incidents.service import faults_of_text
from backend.errors import FieldError, InvalidRequest
from backend.routes.schemas.alerts import number_of
from backend.routes.schemas.answer import Out
from backend.routes.schemas.instants import Instant, local_instant
from backend.routes.schemas.said_rules import line
from backend.routes.schemas.silences import NOT_A_TIME

SOME_PART, FROM_LIST = "Choose at least one part of the site.", "Choose one from the list."
SOME: dict[str, Any] = {"minItems": 1, "maxItems": len(Component), "uniqueItems": True}


class IncidentBody(BaseModel):
    """An incident that visitors are told of on `/status`. Without `started_at` it began now."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(json_schema_extra=line(LONGEST_TITLE), examples=["Emails arrive late"])
    components: tuple[Component, ...] = Field(json_schema_extra=SOME)
    impact: Impact
    text: str = Field(json_schema_extra=line(LONGEST_TEXT), examples=["We are looking into it."])
    started_at: Instant | None = None

    def incident(self) -> NewIncident:
        return NewIncident(self.title.strip(), self.components, self.impact, self.text.strip(), self.started_at)


class IncidentUpdateBody(BaseModel):
    """What visitors are told next. `resolved` ends the incident; without an impact it stays as it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: IncidentState
    text: str = Field(json_schema_extra=line(LONGEST_TEXT), examples=["Emails arrive in time again."])
    impact: Impact | None = None

    def update(self) -> NewUpdate:
        return NewUpdate(self.state, self.text.strip(), self.impact)


class IncidentPath(BaseModel):
    incident_id: str = Field(description="The ID of an incident.")

    @property
    def id(self) -> int:
        return number_of(self.incident_id, "There is no incident with that ID.")


class IncidentUpdateOut(Out):
    """`by`: as the audit log names whoever wrote it; null: nobody left. Visitors never see it."""

    at: datetime
    state: IncidentState
    text: str
    by: str | None


class IncidentOut(Out):
    """`resolved_at` is null while it lasts. The newest update comes first."""

    id: int
    title: str
    components: list[Component]
    impact: Impact
    state: IncidentState
    started_at: datetime
    resolved_at: datetime | None
    updates: list[IncidentUpdateOut]


class IncidentsResponse(Out):
    data: list[IncidentOut]

    @classmethod
    def of(cls, incidents: Iterable[PublicIncident]) -> Self:
        return cls(data=[IncidentOut.model_validate(incident) for incident in incidents])


class IncidentResponse(Out):
    data: IncidentOut

    @classmethod
    def of(cls, incident: PublicIncident) -> Self:
        return cls(data=IncidentOut.model_validate(incident))


def incident_of_form(form: Mapping[str, str], components: Sequence[str], zone: str) -> NewIncident:
    """Raises InvalidRequest with every bad field. A start without a zone is by the reader's clocks."""
    begun, title, text = (form.get(name, "").strip() for name in ("started_at", "title", "text"))
    started_at = local_instant(begun, zone)
    bad = [*faults_of_text("title", title, LONGEST_TITLE), *faults_of_text("text", text, LONGEST_TEXT)]
    bad += [*_unless(components and set(components) <= {*Component}, "components", SOME_PART)]
    bad += [*_unless(form.get("impact") in {*Impact}, "impact", FROM_LIST)]
    bad += [*_unless(not begun or started_at, "started_at", NOT_A_TIME)]
    if bad:
        raise InvalidRequest(bad)
    chosen = tuple(component for component in Component if component in components)
    return NewIncident(title, chosen, Impact(form["impact"]), text, started_at)


def update_of_form(form: Mapping[str, str]) -> NewUpdate:
    """Raises InvalidRequest with every bad field."""
    text, state, impact = (form.get(name, "").strip() for name in ("text", "state", "impact"))
    bad = [*faults_of_text("text", text, LONGEST_TEXT)]
    bad += [*_unless(state in {*IncidentState}, "state", FROM_LIST)]
    bad += [*_unless(not impact or impact in {*Impact}, "impact", FROM_LIST)]
    if bad:
        raise InvalidRequest(bad)
    return NewUpdate(IncidentState(state), text, Impact(impact) if impact else None)


def _unless(holds: object, field: str, message: str) -> Iterator[FieldError]:
    if not holds:
        yield FieldError(field, message)
