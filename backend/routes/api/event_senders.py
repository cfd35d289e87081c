"""Who sends events: a browser reports its own visit, a program with a key the visits to another site.

What differs between the two stands here, so that the route treats both alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from flask import request

from backend.accounts.permissions import Scope
from backend.analytics.events.senders.facts import RequestFacts
from backend.analytics.events.wire.bodies import ParsedBatch
from backend.analytics.events.wire.event import BROWSER, WITH_KEY, Limits
from backend.errors import Forbidden
from backend.routes.access import caller, demand
from backend.routes.client_address import client_address
from backend.routes.consent import asks_not_to_be_tracked, forget_visitor, may_recognise, recognised_member
from backend.routes.units import remember_visitor


class NotTracked(Exception):
    """The browser asks not to be tracked: nothing that it sends is read."""


class EventSender(Protocol):
    @property
    def limits(self) -> Limits: ...

    def admit(self) -> None:
        """Refuse a sender who may report nothing, before the body is read. Raises MingusError, NotTracked."""

    def vouch(self, batch: ParsedBatch) -> ParsedBatch:
        """The batch without what this sender cannot know, and with what the server knows instead. Raises Forbidden."""

    def facts(self) -> RequestFacts | None:
        """What the request tells of the visitor; None where the sender is not the visitor."""


@dataclass(frozen=True, slots=True)
class BrowserSender:
    """A visitor's browser, on one of our own pages."""

    limits: Limits = BROWSER

    def admit(self) -> None:
        refuse_other_sites("Send events from our own pages, or with an API key.")
        if asks_not_to_be_tracked():
            forget_visitor()
            raise NotTracked

    def vouch(self, batch: ParsedBatch) -> ParsedBatch:
        if batch.holds_demo:
            raise Forbidden("Sessions with this name are demo visits, which need an API key.")
        vouched = batch.as_from(recognised_member(), lasting=may_recognise())
        remember_visitor(vouched.envelope.visitor_id)
        return vouched

    def facts(self) -> RequestFacts:
        return RequestFacts(request.host, request.headers, client_address())


@dataclass(frozen=True, slots=True)
class KeySender:
    """A program with an API key or token: it is believed whatever it says of the visitors it speaks for."""

    limits: Limits = WITH_KEY

    def admit(self) -> None:
        demand(Scope.EVENTS_WRITE)

    def vouch(self, batch: ParsedBatch) -> ParsedBatch:
        return batch

    def facts(self) -> None:
        return None


OWN_PAGE, KEY_HOLDER = BrowserSender(), KeySender()


def sender_here() -> EventSender:
    """The sender of this request: without a key or token, a browser."""
    return OWN_PAGE if caller() is None else KEY_HOLDER


def refuse_other_sites(why: str) -> None:
    """Raise Forbidden for what no page of ours sent.

    Browsers say where a request comes from; older ones at least name the origin of the page.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    own = site == "same-origin" or (site is None and origin == request.host_url.rstrip("/"))
    if not own:
        raise Forbidden(why)
