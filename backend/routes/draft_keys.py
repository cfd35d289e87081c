"""The cookie that holds the tokens of the drafts which this browser made: signed, and read by no script."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app, request
from itsdangerous import URLSafeSerializer
from werkzeug.wrappers import Response

from backend.assessments.visit.drafts import DraftKeys, SavedDraft
from backend.routes.access import account_holder

COOKIE = "mingus_results"
MOST = 20


def draft_keys() -> DraftKeys:
    """What whoever asks may change drafts with."""
    return DraftKeys(_held(), account_holder())


def hold(response: Response, saved: SavedDraft[Any]) -> Response:
    """Let this browser keep one more token, and forget the oldest."""
    tokens = [token for token in (saved.token, *_held()) if token][:MOST]
    response.set_cookie(
        COOKIE,
        _signed().dumps(tokens),
        max_age=timedelta(days=current_app.config["ANSWERS_RETENTION_DAYS"]),
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def let_go(response: Response) -> Response:
    """Let this browser, which others may use next, forget all of them."""
    response.delete_cookie(COOKIE, secure=current_app.config["SESSION_COOKIE_SECURE"], httponly=True, samesite="Lax")
    return response


def tokens_in(cookie: str) -> tuple[str, ...]:
    """None of a cookie that somebody else wrote."""
    ours, tokens = _signed().loads_unsafe(cookie)
    return tuple(tokens) if ours else ()


def _held() -> tuple[str, ...]:
    return tokens_in(request.cookies.get(COOKIE, ""))


def _signed() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="tokens of drafts")
