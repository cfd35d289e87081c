"""Which other sites may call the API from a browser: those of CORS_ORIGINS, and never with a visitor's cookies."""

from __future__ import annotations

from flask import Flask, Response, current_app, request

PREFIXES = ("/api/v1/", "/api/calculator/", "/api/features/")
ADDRESSES = frozenset({"/api/flags/config"})
METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
SENT_HEADERS = "Authorization, Content-Type, If-None-Match"
READ_HEADERS = "ETag, Retry-After, X-Request-Id"
PREFLIGHT_SECONDS = "600"


def init_app(app: Flask) -> None:
    """Before limits and access: a preflight carries no proof, and is asked for by the browser alone."""
    app.before_request(_answer_preflight)
    app.after_request(_allow)


def _is_open() -> bool:
    return request.path in ADDRESSES or request.path.startswith(PREFIXES)


def _is_listed() -> bool:
    """Compared as a whole with the exact list; `null` and the absence of an origin are on none."""
    return request.headers.get("Origin", "") in current_app.config["CORS_ORIGINS"]


def _answer_preflight() -> Response | None:
    is_preflight = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
    if not (is_preflight and _is_open() and _is_listed()):
        return None
    response = Response(status=204)
    response.headers["Access-Control-Allow-Methods"] = METHODS
    response.headers["Access-Control-Allow-Headers"] = SENT_HEADERS
    response.headers["Access-Control-Max-Age"] = PREFLIGHT_SECONDS
    return response


def _allow(response: Response) -> Response:
    """`Vary` always, so that no cache hands one site's answer to another."""
    if current_app.config["CORS_ORIGINS"] and _is_open():
        response.vary.add("Origin")
        if _is_listed():
            response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
            response.headers["Access-Control-Expose-Headers"] = READ_HEADERS
    return response
