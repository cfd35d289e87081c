"""Whether somebody may be recognised when they come back: asked for each request, with the answer there is."""

from __future__ import annotations

from flask import Response, after_this_request, current_app, request

from backend.accounts.privacy.consent import Consents
from backend.accounts.privacy.models import ConsentChoice
from backend.database import reading
from backend.plugins import get
from backend.routes.access import whose_browser
from backend.routes.schemas.privacy import COOKIE, ConsentAnswer

VISITOR_COOKIE = "mingus_visitor"


def asks_not_to_be_tracked() -> bool:
    """Global Privacy Control or Do Not Track: it counts for more than any answer."""
    return request.headers.get("Sec-GPC") == "1" or request.headers.get("DNT") == "1"


def said() -> ConsentAnswer | None:
    """The answer this browser keeps."""
    return ConsentAnswer.of_cookie(request.cookies.get(COOKIE, ""))


def may_recognise() -> bool:
    answer = said()
    return answer is not None and answer.choice is ConsentChoice.ACCEPTED and not asks_not_to_be_tracked()


def must_ask() -> bool:
    """Whether this page shows the question: nobody is asked twice, or who has said it by their browser."""
    return bool(current_app.config["RECOGNISE_VISITORS"]) and said() is None and not asks_not_to_be_tracked()


def recognised_member() -> str | None:
    """The public id of whoever is signed in, if both this browser and their account say yes."""
    who = whose_browser() if may_recognise() else None
    if who is None or who.account_id is None:
        return None
    with reading():
        agreed = get(Consents).has_consented(who.account_id)
    return who.name.removeprefix("account:") if agreed else None


def forget_visitor() -> None:
    """Take the id back from a browser that may not be recognized any more."""
    if VISITOR_COOKIE not in request.cookies:
        return

    @after_this_request
    def drop(response: Response) -> Response:
        response.delete_cookie(
            VISITOR_COOKIE, secure=current_app.config["SESSION_COOKIE_SECURE"], httponly=True, samesite="Lax"
        )
        return response
