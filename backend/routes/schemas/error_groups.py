"""Error groups as they are answered, and what somebody decides about one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from backend.analytics.monitoring.errors.group import LONGEST_REASON, ErrorGroup, ErrorSource, ErrorState
from backend.errors import FieldError, InvalidRequest, NotFound
from backend.one_line import must_fit
from backend.routes.schemas.answer import Out
from backend.routes.schemas.parameters import SingleParameters
from backend.routes.schemas.said_rules import line


class ErrorsQuery(SingleParameters):
    state: ErrorState | None = Field(None, description="Without it: new, known, and back again.")


class ErrorGroupPath(BaseModel):
    group_id: str = Field(description="The ID of an error group.")

    @property
    def id(self) -> int:
        if not (self.group_id.isascii() and self.group_id.isdigit()) or len(self.group_id) > 10:
            raise NotFound("There is no error group with that ID.")
        return int(self.group_id)


class ErrorGroupBody(BaseModel):
    """The new state of the group. Only an ignored one has a reason, and it needs one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    state: Literal[ErrorState.KNOWN, ErrorState.IGNORED, ErrorState.RESOLVED]
    reason: str = Field(
        "",
        description=f"Why it is ignored, in up to {LONGEST_REASON} characters on one line.",
        json_schema_extra=line(LONGEST_REASON) | {"minLength": 0},
    )

    def checked_reason(self) -> str:
        """Raises InvalidRequest."""
        reason = self.reason.strip()
        wrong = _wrong_reason(reason) if self.state is ErrorState.IGNORED else ""
        if self.state is not ErrorState.IGNORED and reason:
            wrong = "Only an ignored error has a reason."
        if wrong:
            raise InvalidRequest([FieldError("reason", wrong)])
        return reason


class FrameOut(Out):
    """One call of the stack, the outermost first."""

    module: str
    function: str
    line: int
    is_own: bool


class SampleOut(Out):
    """One error of the group, with every value masked as `…`."""

    message: str
    frames: list[FrameOut]


class RouteCountOut(Out):
    route: str
    count: int


class SeenRequestOut(Out):
    request_id: str
    trace_id: str
    route: str
    at: datetime


class ErrorGroupOut(Out):
    """`by_hour`: errors in each hour since `hours_from`, the last day in a list, the last week of one group."""

    id: int
    source: ErrorSource
    type: str
    place: str
    state: ErrorState
    reason: str
    count: int
    first_seen: datetime
    last_seen: datetime
    first_release: str
    last_release: str
    routes: list[RouteCountOut]
    requests: list[SeenRequestOut]
    sample: SampleOut
    hours_from: datetime
    by_hour: list[int]


class ErrorGroupsResponse(Out):
    data: list[ErrorGroupOut]

    @classmethod
    def of(cls, groups: Sequence[ErrorGroup]) -> Self:
        return cls(data=[ErrorGroupOut.model_validate(group) for group in groups])


class ErrorGroupResponse(Out):
    data: ErrorGroupOut

    @classmethod
    def of(cls, group: ErrorGroup) -> Self:
        return cls(data=ErrorGroupOut.model_validate(group))


def _wrong_reason(reason: str) -> str:
    if not 1 <= len(reason) <= LONGEST_REASON:
        return f"Say why it is ignored, in up to {LONGEST_REASON} characters."
    return "" if reason.isprintable() else must_fit("reason")
