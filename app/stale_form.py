"""What somebody gets whose form was left open: the page again, with what they typed but secrets, and why."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask import current_app, flash, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from backend.errors import BadRequest, MingusError
from backend.routes.access import Rate, access_here, access_of, caller, wants_page

NOTHING_SENT = "This form came from an older version of the page. Nothing was changed. Open the page again."


class StaleForm(BadRequest):
    """A form of our pages was sent without its token. Programs never meet this one."""

    code = "stale_form"
    title = "We couldn’t accept this form"


def show_again(_error: Exception) -> ResponseReturnValue:
    """What the page itself refuses, such as a link that is gone, is answered as ever."""
    page = _page() if wants_page() else None
    try:
        if page is None:
            raise StaleForm(NOTHING_SENT)
        flash(_why())
        answer = page()
    except MingusError as refusal:
        return current_app.handle_user_exception(refusal)
    return (answer, StaleForm.status) if isinstance(answer, str) else answer


def _page() -> Callable[[], ResponseReturnValue] | None:
    """What shows the form at this address, if it demands no more than sending it did."""
    try:
        endpoint, arguments = current_app.create_url_adapter(request).match(method="GET")  # type: ignore[union-attr]
    except (NotFound, MethodNotAllowed, RequestRedirect):
        return None
    view = current_app.view_functions[endpoint]
    shown, sent = access_of(view), access_here()
    if shown is None or sent is None or shown.fresh or shown.scope not in {None, sent.scope}:
        return None
    return partial(current_app.ensure_sync(view), **arguments)


def _why() -> str:
    sent = access_here()
    if caller() and sent and sent.scope is None and sent.rate is Rate.SIGN_IN:
        return "You signed in meanwhile, so this form was not sent."
    if current_app.config["SESSION_COOKIE_NAME"] in request.cookies:
        return "This page was open for too long, or you signed in or out meanwhile. Check the form and send it again."
    return "This page was open for too long, or your browser blocks cookies for this site. Send the form again."
