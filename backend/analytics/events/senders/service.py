"""Identifies the sender of a request's events, as far as may be known."""

from __future__ import annotations

from backend.analytics.events.event import Sender
from backend.analytics.events.senders.bots import BotList
from backend.analytics.events.senders.devices import device_of
from backend.analytics.events.senders.facts import RequestFacts
from backend.analytics.events.senders.places import Places
from backend.analytics.events.senders.visitors import VisitorSalts, cookieless_id
from backend.clock import Clock


class SenderIdentifier:
    def __init__(self, bots: BotList, places: Places, salts: VisitorSalts, now: Clock) -> None:
        self._bots = bots
        self._places = places
        self._salts = salts
        self._now = now

    def identify(self, facts: RequestFacts, visitor_id: str | None = None, *, webdriver: bool = False) -> Sender:
        """The browser as a sender. `visitor_id` is its lasting one, by consent; by default it gets that of the day."""
        header = facts.headers.get
        user_agent = header("User-Agent") or ""
        place = self._places.find(facts.address, facts.headers)
        return Sender(
            visitor_id or cookieless_id(self._salts.of(self._now().date()), facts.address, user_agent, facts.host),
            place.country,
            place.region,
            device_of(user_agent, header("Sec-CH-UA-Mobile") or ""),
            self._bots.is_bot(user_agent, header("Sec-CH-UA") or "", webdriver=webdriver),
        )
