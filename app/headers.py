"""What every response says about itself, and the log line it leaves."""

from __future__ import annotations

import logging
import re
import secrets
import uuid
from http import HTTPStatus
from time import perf_counter

from flask import Flask, Response, g, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from app.logs import REQUESTS
from backend.routes.access import caller, is_shared, sign_in_token
from backend.routes.frames import frame_ancestors

REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
SECRETS = frozenset({"token", "link"})  # arguments of a rule that open what is one visitor's own
logger = logging.getLogger(REQUESTS)

STANDING = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), browsing-topics=()",
}


class Cookies(SecureCookieSessionInterface):
    """Never with what proxies may keep and hand to anybody."""

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        return not is_shared() and super().should_set_cookie(app, session)


def init_app(app: Flask) -> None:
    app.session_interface = Cookies()
    app.before_request(_begin)
    app.after_request(_finish)
    app.jinja_env.globals["csp_nonce"] = nonce


def nonce() -> str:
    """The one value that lets this response's own scripts run; empty on what everybody gets alike and may keep."""
    if "nonce" not in g:
        g.nonce = "" if is_shared() else secrets.token_urlsafe(16)
    value: str = g.nonce
    return value


def _begin() -> None:
    g.began = perf_counter()
    request_id = request.headers.get("X-Request-Id", "")
    g.request_id = request_id if REQUEST_ID.fullmatch(request_id) else str(uuid.uuid4())


def _finish(response: Response) -> Response:
    response.headers.update(STANDING)
    if frame_ancestors():
        del response.headers["X-Frame-Options"]  # which knows no list
    response.headers["Content-Security-Policy"] = _policy()
    response.headers["X-Request-Id"] = g.request_id
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if not is_shared() and (caller() is not None or sign_in_token() is not None or _address_is_secret()):
        response.headers["Cache-Control"] = "no-store"
    elif response.mimetype == "text/html" or request.path.startswith("/api/"):
        response.headers.setdefault("Cache-Control", "no-cache, private")
    _log(response)
    return response


def _address_is_secret() -> bool:
    return request.url_rule is not None and not SECRETS.isdisjoint(request.url_rule.arguments)


def _policy() -> str:
    ancestors = " ".join(frame_ancestors()) or "'none'"
    return (
        f"default-src 'none'; script-src {_scripts()}; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; "
        f"frame-ancestors {ancestors}; base-uri 'none'; object-src 'none'"
    )


def _scripts() -> str:
    """Nothing runs where no template asked for a nonce; where everybody gets the same page, any file of this site."""
    if "nonce" not in g:
        return "'none'"
    return f"'nonce-{g.nonce}'" if g.nonce else "'self'"


def _log(response: Response) -> None:
    """One line a request: the rule, never the path, which may hold a token; none where Mingus looks at itself."""
    by_itself = request.headers.get("User-Agent") == "Mingus" and response.status_code == HTTPStatus.OK
    logger.log(
        logging.DEBUG if by_itself else logging.INFO,
        "request",
        extra={
            "request_id": g.request_id,
            "trace_id": g.get("trace_id", ""),
            "method": request.method,
            "rule": request.url_rule.rule if request.url_rule else None,
            "status": response.status_code,
            "milliseconds": round((perf_counter() - g.began) * 1000, 1),
            "caller": who.name if (who := caller()) else None,
        },
    )
