"""Access: each route declares what it demands of its caller, and one that declares nothing is refused.

`caller.py` finds out who asks; routes import its names from here, beside what they declare.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, current_app, request

from backend.accounts.caller import Caller
from backend.accounts.permissions import DEEDS, Scope
from backend.clock import utc_now
from backend.database import SAFE_METHODS, get_db_session
from backend.errors import Forbidden, Unauthenticated, UnsupportedMediaType
from backend.extensions import csrf
from backend.routes.caller import (
    SESSION_KEY,
    account_holder,
    bearer,
    caller,
    caller_by,
    caller_name,
    confirm_password,
    find_caller,
    forget_caller,
    is_lasting,
    is_signing_in,
    me,
    note_the_visit,
    recognise,
    refuse_bad_proof,
    sign_in,
    sign_in_token,
    sign_out,
    stay_signed_in,
    still_holds,
    wants_page,
    whose_browser,
)
from backend.routes.client_address import client_address, is_from
from backend.row_security import serve

__all__ = [
    "SESSION_KEY",
    "Access",
    "ProofTooOld",
    "Rate",
    "ScopeMissing",
    "access_here",
    "access_of",
    "account_holder",
    "authorize",
    "bearer",
    "caller",
    "caller_by",
    "caller_name",
    "confirm_password",
    "demand",
    "demand_fresh_proof",
    "identify",
    "init_app",
    "is_lasting",
    "is_shared",
    "is_signing_in",
    "me",
    "public",
    "recognise",
    "require",
    "shared",
    "sign_in",
    "sign_in_token",
    "sign_out",
    "stay_signed_in",
    "still_holds",
    "takes_json",
    "wants_page",
    "whose_browser",
]

View = TypeVar("View", bound=Callable[..., Any])
GUARDED = frozenset({Scope.ACCOUNTS_MANAGE, Scope.AUDIT_READ})


class Rate(StrEnum):
    """Which allowance a route draws on."""

    GENERAL = "general"
    EVENTS = "events"
    BROWSER_ERRORS = "browser-errors"
    SUGGEST = "suggest"  # titles looked up while someone types; a classroom behind one address asks a lot
    VISIT = "visit"  # pages of the calculator and what they send
    SIGN_IN = "sign-in"  # whatever a password, a code or a mailed link could be guessed at
    ASSESS = "assess"
    GRANT = "grant"  # what gives somebody a key, an account or a role
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Access:
    """What a route demands: a scope, or nothing, with the reason.

    `networks`: the setting that names networks to which the route answers without the scope.
    """

    scope: Scope | None
    reason: str
    rate: Rate
    fresh: bool = False
    own_proof: bool = False
    shared: bool = False
    asks_later: bool = False
    networks: str = ""


class ProofTooOld(Forbidden):
    """Whoever asks is signed in, and typed the password too long ago for what they want."""

    code = "proof_too_old"
    title = "Enter your password again"


class ScopeMissing(Forbidden):
    """Whoever asks is known, and may not do this."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        super().__init__(f"This needs the scope {scope}.")

    @property
    def in_words(self) -> str:
        return f"Your account can’t {DEEDS[self.scope]}. An admin can give it a role that can."


def require(
    scope: Scope, rate: Rate = Rate.GENERAL, *, fresh: bool = False, networks: str = ""
) -> Callable[[View], View]:
    """Only callers who hold `scope`. `fresh`: signed in, with the password typed in the last ten minutes.

    `networks`: or whoever calls from a network that this setting names.
    """
    return _declare(Access(scope, "", rate, fresh=fresh, networks=networks))


def public(
    why: str, rate: Rate = Rate.GENERAL, *, own_proof: bool = False, asks_later: bool = False
) -> Callable[[View], View]:
    """Anyone may call this, and `why` says why. `own_proof`: the route reads `Authorization` itself.

    `asks_later`: the route finds out who asks, with `caller_by`; until then nobody is known, and nothing can hang.
    """
    return _declare(Access(None, why, rate, own_proof=own_proof, asks_later=asks_later))


def shared(why: str) -> Callable[[View], View]:
    """Anyone may call this and keep what it answers, the same for everybody: nobody is asked who they are."""
    return _declare(Access(None, why, Rate.NONE, shared=True))


def access_of(view: Callable[..., Any] | None) -> Access | None:
    return getattr(view, "access", None)


def access_here() -> Access | None:
    """What the route that is asked for demands; None where there is no such route, or it does not say."""
    return access_of(current_app.view_functions.get(request.endpoint or ""))


def is_shared() -> bool:
    """Whether everybody gets the same answer here."""
    access = access_here()
    return access is not None and access.shared


def takes_json(view: Callable[..., Any] | None) -> bool:
    """Whether a JSON body is read into the type its route names."""
    return "body" in getattr(view, "__annotations__", ())


def identify() -> None:
    """Find out who asks, where that matters."""
    access = access_here()
    forget_caller()
    if access is None or not (access.shared or access.asks_later):
        find_caller(own_proof=access is not None and access.own_proof)


def authorize() -> None:
    """Refuse whoever may not call this route, and whatever came from another site."""
    if request.routing_exception is not None:
        return
    view = current_app.view_functions.get(request.endpoint or "")
    access = access_of(view)
    if access is None:
        raise Forbidden("This address declares no access.")
    _refuse_other_networks(access)
    refuse_bad_proof()
    if access.scope is not None and not (access.networks and is_from(current_app.config[access.networks])):
        demand(access.scope)
    if request.method not in SAFE_METHODS and not request.path.startswith("/api/"):
        _refuse_foreign_form()
    if access.fresh:
        demand_fresh_proof()
    if takes_json(view):
        _refuse_unreadable_json()
    if access.scope is Scope.ACCOUNTS_MANAGE:
        serve(get_db_session(), "who manages accounts sees all of them")


def init_app(app: Flask) -> None:
    """Run after the rate limit, which needs to know the caller: see `app/limits.py`."""
    app.before_request(authorize)
    app.after_request(note_the_visit)


def demand(scope: Scope) -> Caller:
    """Refuse a caller who does not hold `scope`."""
    who = caller()
    if who is None:
        raise Unauthenticated("Sign in, or send an API key or token as 'Authorization: Bearer …'.")
    if scope not in who.scopes:
        raise ScopeMissing(scope)
    return who


def demand_fresh_proof() -> None:
    who = caller()
    if who is None or not who.is_fresh(utc_now()):
        raise ProofTooOld("You entered your password a while ago, and this is sensitive. Enter it again first.")


def _declare(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]
        return view

    return mark


def _refuse_other_networks(access: Access) -> None:
    """What only operators use may be kept to the networks they sit in."""
    networks = current_app.config["ADMIN_NETWORKS"]
    if not networks or not (access.scope in GUARDED or f"{request.path}/".startswith("/admin/")):
        return
    address = client_address()
    if address is None or not any(address in network for network in networks):
        raise Forbidden("This is not available from your network.")


def _refuse_foreign_form() -> None:
    """Forms come from our own pages: the browser says so, and the token proves it."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if (site or "same-origin") != "same-origin" or not _is_ours(origin, site):
        raise Forbidden("This form came from another site.")
    csrf.protect()


def _is_ours(origin: str | None, site: str | None) -> bool:
    """Whether a form may come from this origin; `null` says nothing, so another header has to.

    The scheme is the proxy's affair.
    """
    if origin in {None, "null"}:
        return origin is None or site is not None
    return origin == current_app.config["PUBLIC_URL"] or origin.partition("://")[2] == request.host


def _refuse_unreadable_json() -> None:
    """Say 415 or 400 here, so that a schema only ever sees JSON that could be read."""
    if not request.is_json:
        raise UnsupportedMediaType("Send the body as application/json.")
    request.get_json()
