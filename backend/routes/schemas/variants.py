"""Which variant a unit gets, as programs ask and are answered."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BaseModel, Field

from backend.analytics.events.event import Sender
from backend.analytics.events.senders.devices import Device
from backend.analytics.experiments.assignment import Assignment
from backend.analytics.experiments.placing import AssignmentReason
from backend.analytics.experiments.units import UnitIds, Viewer
from backend.errors import FieldError, InvalidRequest, NotFound, Unavailable
from backend.routes.schemas.answer import Out
from backend.routes.schemas.parameters import Parameters

LONGEST_TEST_ID = 40
STREAM_ID = r"^[A-Za-z0-9._:-]{1,100}$"
VISITOR_ID = r"^[A-Za-z0-9_-]{16,64}$"
Text = Annotated[str, Field(min_length=1, max_length=200)]


class VariantPath(BaseModel):
    test_id: str = Field(description="The ID of an experiment.")

    @property
    def id(self) -> str:
        if not self.test_id.isprintable() or len(self.test_id) > LONGEST_TEST_ID:
            raise NotFound("There is no experiment with that ID.")
        return self.test_id


class VariantQuery(Parameters):
    """The id of the unit, as the events of the same unit carry it, and what targeting may look at."""

    user_id: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]+$")] | None = None
    visitor_id: Annotated[str, Field(pattern=VISITOR_ID)] | None = None
    session_id: Annotated[str, Field(pattern=STREAM_ID)] | None = None
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = Field(None, description="ISO 3166-1, such as US.")
    region: Annotated[str, Field(pattern=r"^[A-Z]{2}-[A-Z0-9]{1,3}$")] | None = Field(
        None, description="ISO 3166-2, such as US-CA."
    )
    device: Device | None = None
    is_member: bool | None = None
    path: Text | None = None
    source: Text | None = None
    peek: bool = Field(False, description="Only say which variant it would be: nobody is shown it, and nothing counts.")

    def viewer(self) -> Viewer:
        """Whoever the program speaks for. Raises InvalidRequest."""
        if not (self.user_id or self.visitor_id or self.session_id):
            message = "Send the id that the experiment's unit has: user_id, visitor_id, or session_id."
            raise InvalidRequest([FieldError("user_id", message, "missing")])
        ids = UnitIds(self.user_id, self.visitor_id, self.session_id, "session_id")
        return Viewer(ids, Sender(self.visitor_id, self.country, self.region, self.device))

    def attributes(self) -> dict[str, Any]:
        names = ("country", "region", "device", "is_member", "path", "source")
        return {name: value for name in names if (value := getattr(self, name)) is not None}


class VariantResponse(Out):
    """The variant of the unit; null: it is in no experiment, for the reason."""

    test_id: str
    variant: str | None
    payload: dict[str, Any] | None
    reason: AssignmentReason
    exposed: bool = Field(description="Whether the exposure is on record, so that the unit counts.")

    @classmethod
    def of(cls, assignment: Assignment, *, peek: bool = False) -> Self:
        """Raises Unavailable where an exposure could not be stored: the program is to ask again."""
        if assignment.reason is AssignmentReason.ASSIGNED and not assignment.is_exposed and not peek:
            raise Unavailable("The exposure may not have been stored. Ask again.")
        variant = assignment.variant
        return cls(
            test_id=assignment.test_id,
            variant=None if variant is None else variant.key,
            payload=None if variant is None else dict(variant.payload),
            reason=assignment.reason,
            exposed=assignment.is_exposed,
        )
