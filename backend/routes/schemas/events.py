"""The body of an event request as the API describes it, and what became of the events in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from flask_openapi3.models import RawModel
from pydantic import BaseModel, ConfigDict, Field

from backend.analytics.events.clocks import Impossible
from backend.analytics.events.intake import IntakeResult
from backend.analytics.events.wire.event import MEDIA_TYPES, RefusedEvent


class EventBody(RawModel):
    """The route reads the body itself, since beacons call their JSON text/plain."""

    mimetypes = list(MEDIA_TYPES)  # noqa: RUF012  (the library's own declaration)


class Rejection(BaseModel):
    """An event that was refused: its place in the request, and why."""

    model_config = ConfigDict(frozen=True)

    index: int = Field(ge=0)
    error: str


class InQuarantine(BaseModel):
    """An event that cannot have happened when it says: kept, but counted nowhere until somebody looks at it."""

    model_config = ConfigDict(frozen=True)

    index: int = Field(ge=0)
    reason: Impossible


class EventsRecorded(BaseModel):
    """What became of the events. The four numbers add up to the events sent."""

    model_config = ConfigDict(frozen=True)

    accepted: int = Field(ge=0, description="Stored now.")
    duplicates: int = Field(ge=0, description="Stored before, by their event_id.")
    rejected: list[Rejection]
    quarantined: list[InQuarantine]

    @classmethod
    def of(cls, result: IntakeResult, refused: Sequence[RefusedEvent]) -> Self:
        return cls(
            accepted=result.recorded.accepted,
            duplicates=result.recorded.duplicates,
            rejected=[Rejection(index=event.index, error=event.error) for event in refused],
            quarantined=[
                InQuarantine(index=misplaced.index, reason=misplaced.reason) for misplaced in result.quarantined
            ],
        )
