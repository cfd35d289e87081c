"""Who asks: known by the cookie of a sign-in, by an API key or by a token."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial

from flask import Flask, Response, copy_current_request_context, current_app, g, request, session
from sqlalchemy.exc import SQLAlchemyError

from backend.accounts.caller import AccountHolder, Caller
from backend.accounts.keys.key import PREFIX as KEY_PREFIX
from backend.accounts.keys.service import KeyService
from backend.accounts.permissions import Scope
from backend.accounts.sign_in.service import HalfSignedIn, SignInRefused, SignIns
from backend.accounts.tokens.service import Tokens
from backend.database import SAFE_METHODS, get_db_session, reading
from backend.deadlines import Deadline, DeadlineThreads
from backend.errors import BadRequest, Forbidden, MingusError, Unauthenticated
from backend.plugins import get
from backend.row_security import act_for, forget, serving

SESSION_KEY = "sign_in"


def forget_caller() -> None:
    """Before anything else of a request: nobody is known, and nothing is wrong with what came."""
    g.caller = g.refusal = g.note = None
    g.half_signed_in = False


def find_caller(*, own_proof: bool) -> None:
    """Read the cookie, key or token that came. `own_proof`: the route reads `Authorization` itself.

    A refusal waits until the rate limit has counted the request: see `refuse_bad_proof`.
    """
    database = get_db_session()
    forget(database)
    with serving(database, "nobody is known yet"), reading():
        try:
            g.caller = _authenticated(own_proof=own_proof)
        except MingusError as refusal:
            g.refusal = refusal
    act_for(database, g.caller.account_id if g.caller else None)


def caller_by(deadline: Deadline) -> Caller | None:
    """Who asks, where nobody was asked before and if the database can say so in time."""
    known: list[Caller | None] = []

    @copy_current_request_context
    def find() -> None:
        forget_caller()
        with suppress(SQLAlchemyError):
            find_caller(own_proof=False)
            known.append(caller())

    if bearer() or sign_in_token():
        get(DeadlineThreads).run([find], deadline)
    return known[0] if known else None


def refuse_bad_proof() -> None:
    """Raise what was wrong with the cookie, key or token, if anything was."""
    if g.refusal is not None:
        raise g.refusal


def wants_page() -> bool:
    """Whether a person asks, in a browser, rather than a program."""
    if request.path.startswith(("/api/", "/health", "/metrics")):
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
        raise Forbidden("This belongs to an account. Sign in, or use a key that belongs to one.")
    return who.account_id


def account_holder() -> AccountHolder | None:
    """Whoever asks, if they are signed in."""
    who = caller()
    return None if who is None else who.holder


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


def whose_browser() -> Caller | None:
    """Who is signed in with this browser, also where a cookie opens nothing: to know whose a visit is, no more."""
    token = session.get(SESSION_KEY)
    with reading():
        return _of_cookie(token) if token else None


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


def note_the_visit(response: Response) -> Response:
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


def _authenticated(*, own_proof: bool) -> Caller | None:
    cookie, text = session.get(SESSION_KEY), bearer()
    if cookie and "Authorization" in request.headers:
        raise BadRequest("Send an API key or token, or a signed-in cookie, not both.")
    if cookie:
        return _signed_in(cookie)
    if not text or own_proof:
        return None  # other schemes are somebody else's, such as a proxy's; what needs a key asks for one
    return _holder(text)


def _holder(text: str) -> Caller | None:
    if not text.startswith(KEY_PREFIX):
        return get(Tokens).caller(text)
    use = get(KeyService).use(text)
    if use.is_news:
        g.note = lambda: get(KeyService).used(use.key_id)
    return use.caller


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
