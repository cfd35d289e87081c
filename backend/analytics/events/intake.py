"""The intake of a request's events: sender, corrected time, then the landing table or quarantine."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from backend.analytics.events.clocks import Receipt
from backend.analytics.events.event import Event, Sender
from backend.analytics.events.quarantine.misplaced import Misplaced, sift
from backend.analytics.events.quarantine.service import Quarantine
from backend.analytics.events.senders.devices import Device
from backend.analytics.events.senders.facts import RequestFacts
from backend.analytics.events.senders.places import place
from backend.analytics.events.senders.service import SenderIdentifier
from backend.analytics.events.service import EventTracker, Recorded
from backend.clock import Clock

PlaceCode = Annotated[str, Meta(max_length=100)]  # `place` knows which there are; any other is unknown


class EnvelopeFields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The envelope but for its events. From `country` on only a sender with a key is believed."""

    sent_at: Annotated[datetime, Meta(tz=True)] | None = None
    visitor_id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{16,64}(?!\n)$")] | None = None
    webdriver: bool = False
    country: PlaceCode | None = None
    region: PlaceCode | None = None
    device: Device | None = None
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class IntakeResult:
    """The outcome of the events of a request: all of it is durable."""

    recorded: Recorded
    quarantined: Sequence[Misplaced]


class EventIntake:
    def __init__(self, senders: SenderIdentifier, quarantine: Quarantine, tracker: EventTracker, now: Clock) -> None:
        self._senders = senders
        self._quarantine = quarantine
        self._tracker = tracker
        self._now = now

    def take(
        self,
        events: Sequence[Event],
        envelope: EnvelopeFields,
        facts: RequestFacts | None,
        rejected: Container[int] = (),
    ) -> IntakeResult:
        """`facts` come with a browser's request; a server with an API key tells its visitors' facts in the envelope.

        `rejected` holds the places in the request that gave no event.
        """
        sender = self._sender(envelope, facts)
        receipt = Receipt(self._now(), envelope.sent_at, from_browser=facts is not None)
        timely, misplaced = sift(events, receipt, rejected)
        self._quarantine.keep(misplaced, sender, envelope.sent_at)
        return IntakeResult(self._tracker.record(timely, sender), misplaced)

    def _sender(self, envelope: EnvelopeFields, facts: RequestFacts | None) -> Sender:
        if facts is None:
            origin = place(envelope.country, envelope.region)
            return Sender(
                envelope.visitor_id,
                origin.country,
                origin.region,
                envelope.device,
                envelope.is_bot or envelope.webdriver,
            )
        return self._senders.identify(facts, envelope.visitor_id, webdriver=envelope.webdriver)
