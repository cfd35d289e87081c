"""One visit, as the API tells it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from backend.analytics.metrics.funnel.visits import Visit, VisitId
from backend.routes.schemas.answer import Out


class VisitPath(BaseModel):
    """`visit` of the list behind a bar."""

    model_config = ConfigDict(frozen=True)

    visit: Annotated[
        str,
        Field(
            max_length=31,
            description="The `visit` of one behind a bar, such as 00c0ffee00c0ffee-6437a1b2c3d4e.",
        ),
    ]

    @property
    def id(self) -> VisitId:
        return VisitId.parse(self.visit)


class VisitEventOut(Out):
    """An event: its name, with `:n` where it has a step, its label, and those of its properties that Mingus knows."""

    timestamp: datetime
    event: str
    label: str
    properties: dict[str, str | int | float]


class VisitMeta(Out):
    """`facts` are those of the session, by dimension. `total`: its events, also those beyond the first 500."""

    visit: str
    started_at: datetime
    ended_at: datetime
    total: int
    facts: dict[str, str]
    as_of: datetime


class VisitResponse(Out):
    data: list[VisitEventOut]
    meta: VisitMeta

    @classmethod
    def of(cls, visit: Visit) -> Self:
        return cls(
            data=[
                VisitEventOut(
                    timestamp=event.timestamp, event=event.name, label=event.label, properties=dict(event.properties)
                )
                for event in visit.events
            ],
            meta=VisitMeta(
                visit=str(visit.id),
                started_at=visit.started_at,
                ended_at=visit.ended_at,
                total=visit.total,
                facts=dict(visit.facts),
                as_of=visit.as_of,
            ),
        )
