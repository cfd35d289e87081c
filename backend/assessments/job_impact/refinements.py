"""Later answers about a result, as events in the visit of whoever gave them."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import msgspec

from backend.analytics.events.event import AssessmentSubmitted, Event, as_json
from backend.analytics.events.ids import new_event_id
from backend.analytics.events.intake import EnvelopeFields, EventIntake
from backend.analytics.events.names import EventName
from backend.analytics.events.senders.facts import RequestFacts
from backend.clock import Clock
from backend.errors import Unavailable

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RefiningVisit:
    """The visit in which answers were changed, and what its request tells of the visitor."""

    session_id: str
    member: str | None
    facts: RequestFacts


class Refinements:
    """Records what a refined result says. The answers are stored already: a lost event must not refuse them."""

    def __init__(self, intake: EventIntake, now: Clock) -> None:
        self._intake = intake
        self._now = now

    def record(self, visit: RefiningVisit, result: AssessmentSubmitted) -> None:
        event = Event(
            event_id=new_event_id(),
            event_type=EventName.ASSESSMENT_REFINED,
            session_id=visit.session_id,
            user_id=visit.member,
            timestamp=self._now(),
            event_data=as_json(msgspec.to_builtins(result)),
        )
        try:
            self._intake.take([event], EnvelopeFields(), visit.facts)
        except Unavailable:
            logger.warning("The event of a refined result was not stored")
