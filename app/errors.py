"""Render every error in one shape: a problem document (RFC 9457) for programs, a page for people."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import quote, urlsplit

import pydantic
import sqlalchemy.exc
from flask import Flask, Response, current_app, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError

from app import limits, sentences, stale_form, unhandled
from backend.database import SAFE_METHODS
from backend.errors import FieldError, InvalidRequest, MingusError, NotFound, Unauthenticated, Unavailable, WayOn
from backend.routes.access import ProofTooOld, wants_page
from backend.routes.pages.forms import refused_form
from backend.routes.schemas.account import Confirmation
from backend.routes.schemas.onward import safe_next
from backend.vault.cipher import Unreadable

CODES = {error.status: error.code for error in MingusError.__subclasses__()} | {
    405: "method_not_allowed",
    429: "too_many_requests",
    500: "internal_error",
}
TITLES = {
    404: "Page not found",
    405: "This address does not support that method",
    413: "The request is too large",
    415: "This content type is not supported",
    429: "Too many requests",
    500: "Something went wrong on our side",
}
UNKNOWN_WAIT = 60  # seconds: what a refused caller is told while Redis cannot say

SEALED = (
    "Personal data on this site is encrypted and cannot be decrypted right now. Nothing was changed. The server's log"
    " says what to do. Try again later."
)


def init_app(app: Flask) -> None:
    app.register_error_handler(MingusError, render_domain)
    app.register_error_handler(ProofTooOld, render_old_proof)
    app.register_error_handler(HTTPException, render_http)
    app.register_error_handler(SecurityError, render_foreign_host)
    app.register_error_handler(CSRFError, stale_form.show_again)
    app.register_error_handler(Unreadable, render_unreadable)
    for unavailable in (sqlalchemy.exc.OperationalError, sqlalchemy.exc.InternalError, sqlalchemy.exc.TimeoutError):
        app.register_error_handler(unavailable, render_database)
    unhandled.init_app(app)


def refuse_invalid(error: pydantic.ValidationError) -> None:
    """Turn what pydantic found into our own error, with every bad field."""
    raise InvalidRequest(map(sentences.of_field, error.errors())) from None


def render_domain(error: MingusError) -> ResponseReturnValue:
    try:
        page = refused_form(error)
    except NotFound as gone:  # a form about what is not there, or is somebody else's, whatever else is wrong with it
        return problem_of(gone)
    return page or problem_of(error)


def problem_of(error: MingusError) -> ResponseReturnValue:
    if isinstance(error, Unauthenticated) and wants_page():
        onward = request.full_path.rstrip("?") if request.method in SAFE_METHODS else ""
        return redirect(f"/sign-in?next={quote(onward, safe='/')}" if onward else "/sign-in", 303)
    headers = {"WWW-Authenticate": "Bearer"} if isinstance(error, Unauthenticated) else {}
    if isinstance(error, Unavailable):
        headers["Retry-After"] = "5"
    detail = error.in_words if wants_page() else str(error)
    problem = render(error.status, error.code, error.title, detail, error.errors, error.ways_on)
    return problem, error.status, headers


def render_old_proof(error: ProofTooOld) -> ResponseReturnValue:
    """First the password, then on to where somebody wanted to go, with what they sent there."""
    if not wants_page():
        return render_domain(error)
    if request.method in SAFE_METHODS:
        return redirect(f"/account/confirm?next={quote(request.full_path.rstrip('?'), safe='/')}", 303)
    confirmation = Confirmation.carrying(request.path, request.form.items(multi=True))
    return render_template("accounts/confirm.html", confirmation=confirmation), error.status


def render_http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < 400:
        return error
    headers = {name: value for name, value in error.get_headers() if name in {"Allow", "Retry-After"}}
    detail = sentences.of_request(error)
    if isinstance(error, RateLimitExceeded):
        wait = limits.seconds_to_wait()
        detail = sentences.of_allowance(error.limit.limit, wait)
        headers["Retry-After"] = str(UNKNOWN_WAIT if wait is None else max(1, wait))
    title = TITLES.get(status, HTTPStatus(status).phrase)
    return render(status, CODES.get(status, f"http_{status}"), title, detail), status, headers


def render_foreign_host(_error: SecurityError) -> ResponseReturnValue:
    """In plain words: no page can be built for a host whose addresses are unknown."""
    return "This site does not use that host name.\n", 400, {"Content-Type": "text/plain; charset=utf-8"}


def render_database(error: sqlalchemy.exc.SQLAlchemyError) -> ResponseReturnValue:
    current_app.logger.error("database unavailable: %s", type(error).__name__, exc_info=error)
    unhandled.note(error)
    return render_domain(Unavailable("The database did not answer. Nothing was changed. Try again."))


def render_unreadable(error: Unreadable) -> ResponseReturnValue:
    current_app.logger.error("somebody's data cannot be opened: %s", error)
    return render_domain(Unavailable(SEALED))


def render(
    status: int,
    code: str,
    title: str,
    detail: str,
    errors: tuple[FieldError, ...] = (),
    ways_on: tuple[WayOn, ...] = (),
) -> Response | str:
    if wants_page():
        return render_template(
            "error.html",
            status=status,
            title=title,
            detail=detail,
            errors=errors,
            ways_on=ways_on,
            back=_page_before(),
        )
    problem = {
        "type": f"/api/docs#problem-{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": g.get("request_id", ""),
        "errors": [{"field": error.field, "message": error.message, "code": error.code} for error in errors],
    }
    return current_app.response_class(
        current_app.json.dumps(problem), status=status, mimetype="application/problem+json"
    )


def _page_before() -> str:
    """The page of ours from which something was sent; empty where nothing was, or the browser does not say."""
    before = urlsplit(request.referrer or "")
    if request.method in SAFE_METHODS or before.netloc != request.host:
        return ""
    return safe_next(f"{before.path}?{before.query}".rstrip("?"), "")
