"""The cookies that hold the tokens of the drafts which this browser made: signed, and read by no script.

Each draft has a cookie of its own: two tabs that begin at the same time would overwrite each other's in a common one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from flask import current_app, request
from itsdangerous import URLSafeSerializer
from werkzeug.wrappers import Response

from backend.assessments.visit.drafts import DraftKeys, SavedDraft
from backend.routes.access import account_holder
from backend.vault.tokens import digest_of

COOKIE = "mingus_result_"
NAME_LENGTH = 8
MOST = 20


def draft_keys() -> DraftKeys:
    """What whoever asks may change drafts with."""
    return DraftKeys(tuple(held_in(request.cookies).values()), account_holder())


def hold(response: Response, saved: SavedDraft[Any]) -> Response:
    """Let this browser keep one more token, and forget the oldest."""
    if saved.token is None:
        return response
    name = f"{COOKIE}{digest_of(saved.token)[:NAME_LENGTH]}"
    response.set_cookie(
        name,
        _signed().dumps([saved.token, saved.created_at.timestamp()]),
        max_age=timedelta(days=current_app.config["ANSWERS_RETENTION_DAYS"]),
        **_kept_from_others(),
    )
    newest = [held for held in held_in(request.cookies) if held != name][: MOST - 1]
    return _forget(response, {*_names(request.cookies)} - {name, *newest})


def let_go(response: Response) -> Response:
    """Let this browser, which others may use next, forget all of them."""
    return _forget(response, _names(request.cookies))


def held_in(cookies: Mapping[str, str]) -> dict[str, str]:
    """Tokens by the name of their cookie, the newest first; none of a cookie that somebody else wrote."""
    read = {name: _read(cookies[name]) for name in _names(cookies)}
    ours = [(name, *found) for name, found in read.items() if found]
    return {name: token for name, token, _ in sorted(ours, key=lambda held: held[2], reverse=True)}


def _read(cookie: str) -> tuple[str, float] | None:
    """The token, and when its draft was made."""
    ours, content = _signed().loads_unsafe(cookie)
    return (content[0], content[1]) if ours else None


def _forget(response: Response, names: Iterable[str]) -> Response:
    for name in names:
        response.delete_cookie(name, **_kept_from_others())
    return response


def _names(cookies: Mapping[str, str]) -> list[str]:
    return [name for name in cookies if name.startswith(COOKIE)]


def _kept_from_others() -> dict[str, Any]:
    return {"secure": current_app.config["SESSION_COOKIE_SECURE"], "httponly": True, "samesite": "Lax"}


def _signed() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="tokens of drafts")
