"""How much anyone may ask: allowances by route, counted for a key, an account or a client address."""

from __future__ import annotations

import hmac
from collections import Counter, defaultdict
from ipaddress import IPv6Address
from threading import RLock, Timer
from time import time
from typing import Any

from flask import Flask, current_app, g, request
from flask_limiter import ApplicationLimit, HeaderNames, Limiter
from limits.storage import MemoryStorage, Storage
from limits.strategies import STRATEGIES

from backend.accounts.people.addresses import LONGEST, normal
from backend.database import SAFE_METHODS
from backend.errors import Unavailable
from backend.extensions import redis_error
from backend.routes.access import Rate, access_here, caller, identify
from backend.routes.client_address import client_address
from config.settings import Settings

REDIS_PATIENCE: dict[str, Any] = {"socket_connect_timeout": 0.2, "socket_timeout": 0.2}
# Routes that draw on an allowance of their own draw on the general one too; events, and whatever a classroom behind one
# address asks of the calculator, have nothing but their own.
GENERAL = frozenset({Rate.GENERAL, Rate.SIGN_IN, Rate.ASSESS, Rate.GRANT})


# The library would write `Retry-After` on every answer, over that of a 503: what refuses says it, in `app/errors.py`.
HEADERS = {HeaderNames.RETRY_AFTER: "X-RateLimit-Reset-After"}


class QuietMemoryStorage(MemoryStorage):
    """The library's, but its clean-up thread starts with the first request instead of with the app."""

    STORAGE_SCHEME = ["quiet-memory"]  # noqa: RUF012  (the library's own declaration)

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: str) -> None:
        self.storage = Counter()
        self.locks = defaultdict(RLock)
        self.expirations = {}
        self.events = {}
        self.timer = Timer(0, lambda: None)
        Storage.__init__(self, uri, wrap_exceptions, **options)


class SharedLimiter(Limiter):
    """The library's, with the same quiet memory to fall back to when Redis is gone.

    The fallback that it makes itself starts a thread with the app, and nothing public says which memory to take: so a
    private method is overridden, and `tests/pure/test_limits.py` fails when an upgrade calls it no more.
    """

    def _Limiter__configure_fallbacks(self, _app: Flask, strategy: str) -> None:  # noqa: N802
        self._fallback_storage = QuietMemoryStorage()
        self._fallback_limiter = STRATEGIES[strategy](self._fallback_storage)

    @property
    def alone(self) -> bool:
        """Whether Redis is gone and this process counts for itself."""
        return self.limiter.storage is not self.storage


class Allowances:
    """Each method tells how much this request may draw on; empty: it draws on nothing there."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pepper = hmac.digest(settings.secret_key.encode(), b"rate limits", "sha256")
        self._limiter: SharedLimiter

    def init_app(self, app: Flask) -> None:
        redis = self._settings.redis_url
        self._limiter = SharedLimiter(
            self._who,
            app=app,
            request_identifier=lambda: request.endpoint or "nowhere",  # without a name nothing is counted
            application_limits=[
                ApplicationLimit(self._general, scope="general"),
                ApplicationLimit(self._nowhere, scope="nowhere"),
                ApplicationLimit(self._events, scope="events"),
                ApplicationLimit(self._browser_errors, scope="browser-errors"),
                ApplicationLimit(self._suggestions, scope="suggest"),
                ApplicationLimit(self._visits, scope="visit"),
                ApplicationLimit(self._assess, scope="assess"),
                ApplicationLimit(self._attempts, scope="sign-in", key_function=self._address),
                ApplicationLimit(self._attempts_at_account, scope="account", key_function=self._account),
                ApplicationLimit(self._grants, scope="grant"),
                ApplicationLimit(self._hour_of_a_key, scope="hour"),
            ],
            storage_options=REDIS_PATIENCE if redis else {},
            storage_uri=redis or "quiet-memory://",
            strategy="moving-window",
            headers_enabled=True,
            header_name_mapping=HEADERS,
            in_memory_fallback_enabled=bool(redis),
        )

    def _general(self) -> str:
        return "" if _leads_nowhere() or _rate() not in GENERAL else self._general_amount()

    def _nowhere(self) -> str:
        """As much again for addresses and methods that do not exist: whoever tries them out uses up nothing else."""
        return self._general_amount() if _leads_nowhere() else ""

    def _general_amount(self) -> str:
        return self._settings.RATE_LIMIT_MEMBER if caller() else self._settings.RATE_LIMIT_ANONYMOUS

    def _events(self) -> str:
        if _rate() != Rate.EVENTS:
            return ""
        return self._settings.RATE_LIMIT_EVENTS_KEY if caller() else self._settings.RATE_LIMIT_EVENTS

    def _browser_errors(self) -> str:
        return self._settings.RATE_LIMIT_BROWSER_ERRORS if _rate() == Rate.BROWSER_ERRORS else ""

    def _suggestions(self) -> str:
        return self._settings.RATE_LIMIT_SUGGESTIONS if _rate() == Rate.SUGGEST else ""

    def _visits(self) -> str:
        return self._settings.RATE_LIMIT_VISITS if _rate() == Rate.VISIT else ""

    def _assess(self) -> str:
        return self._settings.RATE_LIMIT_ASSESS if _rate() == Rate.ASSESS else ""

    def _attempts(self) -> str:
        return self._my_part(self._settings.RATE_LIMIT_SIGN_IN) if _acts(Rate.SIGN_IN) else ""

    def _attempts_at_account(self) -> str:
        """Guessing at one account from many addresses."""
        return self._my_part(self._settings.RATE_LIMIT_ACCOUNT) if _acts(Rate.SIGN_IN) and g.named_account else ""

    def _grants(self) -> str:
        """What cannot be counted for all processes is not granted."""
        allowance = self._settings.RATE_LIMIT_GRANT if _acts(Rate.GRANT) else ""
        if allowance and self._limiter.alone:
            raise Unavailable("We could not check the limit for this, so nothing was done. Try again in a minute.")
        return allowance

    def _hour_of_a_key(self) -> str:
        who = caller()
        if who is None or who.hourly_limit is None or _rate() == Rate.NONE:
            return ""
        return self._my_part(f"{who.hourly_limit}/hour")

    def _my_part(self, allowance: str) -> str:
        """Without Redis, the part of one process: all together stay within the whole."""
        if not allowance or not self._limiter.alone:
            return allowance
        amount, _, window = allowance.partition("/")
        return f"{max(1, int(amount) // self._settings.WEB_WORKERS)}/{window}"

    def _who(self) -> str:
        who = caller()
        return self._hidden(who.name) if who else self._address()

    def _address(self) -> str:
        return self._hidden(household())

    def _account(self) -> str:
        return self._hidden(f"account {g.named_account}")

    def _hidden(self, text: str) -> str:
        """Redis and logs learn neither addresses nor email addresses."""
        return hmac.digest(self._pepper, text.encode(errors="surrogatepass"), "sha256").hex()[:32]


def init_app(app: Flask, settings: Settings) -> None:
    """Identify the caller and the account that is aimed at, then count the request."""
    app.before_request(identify)
    app.before_request(_find_named_account)
    Allowances(settings).init_app(app)


def seconds_to_wait() -> int | None:
    """How long until the allowance that is used up holds something again; None while Redis cannot say."""
    [limiter] = current_app.extensions["limiter"]
    try:
        return int(limiter.current_limit.reset_at - time()) if limiter.current_limit else None
    except redis_error():
        return None


def household() -> str:
    """The IPv4 address, else the IPv6 /64 that one household or host is given; all without an address share one."""
    address = client_address()
    if isinstance(address, IPv6Address):
        return f"{int(address) >> 64:x}::/64"
    return str(address or "unknown")


def _find_named_account() -> None:
    """Whoever is signed in, else the email address in what was sent.

    Before the counting: whatever fails there counts as a fault of Redis.
    """
    who = caller()
    if not _acts(Rate.SIGN_IN):
        g.named_account = ""
    else:
        g.named_account = who.name if who else _named_account()


def _named_account() -> str:
    sent = _json() if request.is_json else request.form
    email = sent.get("email") if hasattr(sent, "get") else None
    return normal(email[:LONGEST]) if isinstance(email, str) else ""


def _json() -> object:
    return request.get_json(silent=True)  # what cannot be read is refused later, as what it is


def _leads_nowhere() -> bool:
    """Whether the answer is 404, 405 or a redirect to the right spelling, before any route is asked."""
    return request.routing_exception is not None


def _acts(rate: Rate) -> bool:
    return request.method not in SAFE_METHODS and _rate() == rate


def _rate() -> Rate:
    access = access_here()
    return access.rate if access else Rate.GENERAL
