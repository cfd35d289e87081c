"""The ids by which a browser is a unit of experiments, and its lasting one, which a cookie repeats by consent."""

from __future__ import annotations

import re

from flask import Response, after_this_request, current_app, request

from backend.analytics.events.event import Sender
from backend.analytics.events.senders.facts import RequestFacts
from backend.analytics.events.senders.service import SenderIdentifier
from backend.analytics.experiments.units import UnitIds, Viewer
from backend.plugins import get
from backend.routes.client_address import client_address
from backend.routes.consent import VISITOR_COOKIE, asks_not_to_be_tracked, may_recognise, recognised_member
from backend.routes.schemas.privacy import REMEMBERED

WRITTEN = re.compile(r"[A-Za-z0-9_-]{16,64}")


def lasting_visitor() -> str | None:
    """The tracker's lasting id, as far as this browser may be recognized."""
    known = request.cookies.get(VISITOR_COOKIE, "")
    return known if WRITTEN.fullmatch(known) and may_recognise() else None


def remember_visitor(visitor_id: str | None) -> None:
    """Let the server know the id that a consenting browser's events carry: pages come before their events."""
    if visitor_id is None or not WRITTEN.fullmatch(visitor_id) or request.cookies.get(VISITOR_COOKIE) == visitor_id:
        return

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(
            VISITOR_COOKIE,
            visitor_id,
            max_age=REMEMBERED,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        return response


def viewer_here() -> Viewer:
    """Whoever is sent this page. Of those who ask not to be tracked nothing is found out."""
    if asks_not_to_be_tracked():
        return Viewer(UnitIds(), is_tracked=False, is_shown=False)
    lasting = lasting_visitor()
    facts = RequestFacts(request.host, request.headers, client_address())
    sender: Sender = get(SenderIdentifier).identify(facts, lasting)
    return Viewer(UnitIds(recognised_member(), lasting, sender.visitor_id), sender, is_shown=_is_shown())


def _is_shown() -> bool:
    """Whether somebody looks at the answer now, as far as the request tells."""
    purposes = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz"))
    return request.method not in ("HEAD", "OPTIONS") and not any("prefetch" in purpose for purpose in purposes)
