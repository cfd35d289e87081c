"""Who asks, and may they? Every route declares its access; one that does not is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from ipaddress import ip_address
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, request, session
from sqlalchemy.exc import SQLAlchemyError

from backend.accounts.caller import Caller
from backend.accounts.keys.key import PREFIX as KEY_PREFIX
from backend.accounts.keys.service import KeyService
from backend.accounts.permissions import DEEDS, Scope
from backend.accounts.sign_in.service import HalfSignedIn, SignInRefused, SignIns
from backend.accounts.tokens.service import Tokens
from backend.clock import utc_now
from backend.database import SAFE_METHODS, get_db_session, reading
from backend.errors import BadRequest, Forbidden, MingusError, Unauthenticated, UnsupportedMediaType
from backend.extensions import csrf
from backend.plugins import get
from backend.row_security import act_for, forget, serve, serving

View = TypeVar("View", bound=Callable[..., Any])
SESSION_KEY = "sign_in"
GUARDED = frozenset({Scope.ACCOUNTS_MANAGE, Scope.AUDIT_READ})


class Rate(StrEnum):
    """Which allowance a route draws on."""

    GENERAL = "general"
    EVENTS = "events"
    SIGN_IN = "sign-in"  # whatever a password, a code or a mailed link could be guessed at
    ASSESS = "assess"
    GRANT = "grant"  # what gives somebody a key, an account or a role
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Access:
    """What a route demands: a scope, or nothing, with the reason."""

    scope: Scope | None
    reason: str
    rate: Rate
    fresh: bool = False
    own_proof: bool = False
    shared: bool = False


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
        return f"Your account may not {DEEDS[self.scope]}. An admin of this site can give it a role that may."


def require(scope: Scope, rate: Rate = Rate.GENERAL, *, fresh: bool = False) -> Callable[[View], View]:
    """Only callers who hold `scope`. `fresh`: signed in, with the password typed in the last ten minutes."""
    return _declare(Access(scope, "", rate, fresh=fresh))


def public(why: str, rate: Rate = Rate.GENERAL, *, own_proof: bool = False) -> Callable[[View], View]:
    """Anyone may call this, and `why` says why. `own_proof`: the route reads `Authorization` itself."""
    return _declare(Access(None, why, rate, own_proof=own_proof))


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


def wants_page() -> bool:
    """Whether a person asks, in a browser, rather than a program."""
    if request.path.startswith(("/api/", "/health")):
        return False
    return request.accept_mimetypes.best_match(["text/html", "application/json"], "text/html") == "text/html"


def caller() -> Caller | None:
    """Who asks, if they said so and proved it."""
    found: Caller | None = g.get("caller")
    return found


def is_signing_in() -> bool:
    """Whether this browser showed a password whose second factor is still to come."""
    half: bool = g.get("half_signed_in", False)
    return half


def caller_name() -> str:
    """Whoever asks, as the audit log names them."""
    who = caller()
    return "nobody" if who is None else who.name


def me() -> int:
    """The account of whoever asks."""
    who = caller()
    if who is None or who.account_id is None:
        raise Forbidden("This belongs to an account, and you ask without one.")
    return who.account_id


def my_public_id() -> str | None:
    """The public id of the account of whoever asks, if they are signed in."""
    who = caller()
    return None if who is None else who.public_id


def bearer() -> str:
    """The token in the header `Authorization`, whatever it is good for; empty without one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def sign_in(token: str, *, lasting: bool = False) -> None:
    """Know this browser by the token from here on. Whatever the cookie held before is gone: it may be another's."""
    session.clear()
    session[SESSION_KEY] = token
    session.permanent = lasting


def sign_in_token() -> str | None:
    """The token this browser came with, whatever it is good for."""
    token: str | None = session.get(SESSION_KEY)
    return token


def is_lasting() -> bool:
    """Whether this browser is to be known also after it was closed."""
    return session.permanent


def confirm_password(password: str) -> bool:
    """Whether it is the password of whoever is signed in; then their proof is fresh."""
    try:
        get(SignIns).confirm(sign_in_token() or "", password)
    except SignInRefused:
        return False
    return True


def stay_signed_in() -> None:
    """After what ended every sign-in of this account, this browser goes on under a new token."""
    if token := sign_in_token():
        sign_in(get(SignIns).keep(token), lasting=session.permanent)


def recognise() -> None:
    """Whoever has just taken the last step of signing in is known to what is left of this request."""
    g.caller = _of_cookie(sign_in_token() or "")


def sign_out() -> None:
    if token := session.get(SESSION_KEY):
        get(SignIns).end(token)
    session.clear()


def identify() -> None:
    """Find out who asks, where that matters. A refusal waits until the rate limit has counted the request."""
    g.caller = g.refusal = g.note = None
    g.half_signed_in = False
    if is_shared():
        return
    database = get_db_session()
    forget(database)
    with serving(database, "nobody is known yet"), reading():
        try:
            g.caller = _authenticated()
        except MingusError as refusal:
            g.refusal = refusal
    act_for(database, g.caller.account_id if g.caller else None)


def authorize() -> None:
    """Refuse whoever may not call this route, and whatever came from another site."""
    if request.routing_exception is not None:
        return
    view = current_app.view_functions.get(request.endpoint or "")
    access = access_of(view)
    if access is None:
        raise Forbidden("This address declares no access.")
    _refuse_other_networks(access)
    if g.refusal is not None:
        raise g.refusal
    if access.scope is not None:
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
    app.after_request(_note_the_visit)


def _declare(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]
        return view

    return mark


def _authenticated() -> Caller | None:
    cookie, text = session.get(SESSION_KEY), bearer()
    if cookie and "Authorization" in request.headers:
        raise BadRequest("Send an API key or token, or a signed-in cookie, not both.")
    if cookie:
        return _signed_in(cookie)
    access = access_here()
    if not text or (access and access.own_proof):
        return None  # other schemes are somebody else's, such as a proxy's; what needs a key asks for one
    return _holder(text)


def _holder(text: str) -> Caller | None:
    if not text.startswith(KEY_PREFIX):
        return get(Tokens).caller(text)
    use = get(KeyService).use(text)
    if use.is_news:
        g.note = lambda: get(KeyService).used(use.key_id)
    return use.caller


def whose_browser() -> Caller | None:
    """Who is signed in with this browser, also where a cookie opens nothing: to know whose a visit is, no more."""
    token = session.get(SESSION_KEY)
    with reading():
        return _of_cookie(token) if token else None


def _signed_in(token: str) -> Caller | None:
    """A cookie counts for pages and for reading, until its sign-in is over; a half-finished one opens nothing."""
    if request.path.startswith("/api/") and request.method not in SAFE_METHODS:
        return None
    return _of_cookie(token)


def _of_cookie(token: str) -> Caller | None:
    try:
        visit = get(SignIns).visit(token)
    except HalfSignedIn:
        g.half_signed_in = True
        return None
    except Unauthenticated:
        session.clear()
        return None
    if visit.is_news:
        g.note = lambda: get(SignIns).seen(token)
    return visit.caller


def demand(scope: Scope) -> Caller:
    """Refuse a caller who does not hold `scope`."""
    who = caller()
    if who is None:
        raise Unauthenticated("Sign in, or send an API key or token as 'Authorization: Bearer …'.")
    if scope not in who.scopes:
        raise ScopeMissing(scope)
    return who


def still_holds(scope: Scope) -> Callable[[], bool]:
    """Something to ask after the request, as long as its answer goes on: whether whoever came may still do this."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    cookie, text = sign_in_token(), bearer()

    def holds() -> bool:
        with app.app_context(), serving(get_db_session(), "nobody is known yet"), reading():
            try:
                who = get(SignIns).visit(cookie).caller if cookie else _holder(text)
            except (MingusError, SQLAlchemyError):
                return False
            return who is not None and scope in who.scopes

    return holds


def demand_fresh_proof() -> None:
    who = caller()
    if who is None or not who.is_fresh(utc_now()):
        raise ProofTooOld("This matters, and you entered your password some time ago. Enter it again first.")


def _refuse_other_networks(access: Access) -> None:
    """What only operators use may be kept to the networks they sit in."""
    networks = current_app.config["ADMIN_NETWORKS"]
    if not networks or not (access.scope in GUARDED or f"{request.path}/".startswith("/admin/")):
        return
    address = ip_address(request.remote_addr or "0.0.0.0")  # noqa: S104  (a client without an address is nowhere)
    address = getattr(address, "ipv4_mapped", None) or address
    if not any(address in network for network in networks):
        raise Forbidden("This is not open to the network you come from.")


def _note_the_visit(response: Response) -> Response:
    """Once the answer is on its way: nobody waits for it, and a reader is served though nothing can be written."""
    if note := g.get("note"):
        response.call_on_close(partial(_note, current_app._get_current_object(), note))  # type: ignore[attr-defined]  # noqa: SLF001
    return response


def _note(app: Flask, note: Callable[[], None]) -> None:
    with app.app_context():
        try:
            note()
        except SQLAlchemyError as error:
            app.logger.warning("a visit was not noted: %s", type(error).__name__)


def _refuse_foreign_form() -> None:
    """Forms come from our own pages: the browser says so, and the token proves it."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise Forbidden("This form came from another site.")
    csrf.protect()


def _refuse_unreadable_json() -> None:
    """Say 415 or 400 here, so that a schema only ever sees JSON that could be read."""
    if not request.is_json:
        raise UnsupportedMediaType("Send the body as application/json.")
    request.get_json()
