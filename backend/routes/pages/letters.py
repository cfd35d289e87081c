"""`/letters/…`: a letter that is a file, for whoever caused it on their own machine."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from flask import Blueprint, Response, make_response, render_template
from flask.typing import ResponseReturnValue

from backend.mail.outbox import Outbox
from backend.plugins import get
from backend.routes.access import public
from backend.routes.caused_letters import age_of_letter
from backend.routes.client_address import demand_local

bp = Blueprint("letters", __name__)
bp.before_request(demand_local)
PATIENCE_SECONDS = 90  # another job may be at work before it


@bp.get("/letters/<token>")
@public("whoever caused an email reads it, where emails are files on their own machine")
def letter(token: str) -> ResponseReturnValue:
    """The letter; while background work has yet to write it, a page that looks again."""
    age, written = age_of_letter(token), get(Outbox).letter(token)
    late = age > PATIENCE_SECONDS
    sent_at = parsedate_to_datetime(written["sent_at"]) if written else None
    page = render_template("accounts/letter.html", letter=written, sent_at=sent_at, late=late)
    response: Response = make_response(page)
    if written is None and not late:
        response.headers["Refresh"] = "1"
    return response
