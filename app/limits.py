"""How much anyone may ask: three allowances, counted per API key or per client address."""

from __future__ import annotations

from collections import Counter, defaultdict
from ipaddress import IPv6Address, ip_address
from threading import RLock, Timer
from typing import Any

from flask import Flask, current_app, request
from flask_limiter import ApplicationLimit, Limiter
from limits.storage import MemoryStorage, Storage
from limits.strategies import STRATEGIES

from backend.routes.access import Rate, access_of, caller, identify
from config.settings import Settings

REDIS_PATIENCE: dict[str, Any] = {"socket_connect_timeout": 0.2, "socket_timeout": 0.2}


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


class QuietLimiter(Limiter):
    """The library's, with the same quiet memory to fall back to when Redis is gone."""

    def _Limiter__configure_fallbacks(self, _app: Flask, strategy: str) -> None:  # noqa: N802
        self._fallback_storage = QuietMemoryStorage()
        self._fallback_limiter = STRATEGIES[strategy](self._fallback_storage)


def init_app(app: Flask, settings: Settings) -> None:
    """Identify the caller, then count the request."""
    app.before_request(identify)
    QuietLimiter(
        caller_address,
        app=app,
        application_limits=[
            _limit(Rate.GENERAL, False, settings.RATE_LIMIT_ANONYMOUS),
            _limit(Rate.GENERAL, True, settings.RATE_LIMIT_KEY),
            _limit(Rate.EVENTS, False, settings.RATE_LIMIT_EVENTS),
            _limit(Rate.EVENTS, True, settings.RATE_LIMIT_EVENTS_KEY),
        ],
        storage_options=REDIS_PATIENCE if settings.redis_url else {},
        storage_uri=settings.redis_url or "quiet-memory://",
        strategy="moving-window",
        headers_enabled=True,
        in_memory_fallback_enabled=bool(settings.redis_url),
    )


def caller_address() -> str:
    """The API key, else the IPv4 address, else the IPv6 /64 that one household or host is given."""
    who = caller()
    if who is not None:
        return who.name
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        return f"{int(address) >> 64:x}::/64"
    return str(address)


def _limit(rate: Rate, with_key: bool, allowance: str) -> ApplicationLimit:
    def is_exempt() -> bool:
        access = access_of(current_app.view_functions.get(request.endpoint or ""))
        drawn = access.rate if access else Rate.GENERAL
        return not allowance or drawn != rate or (caller() is not None) != with_key

    return ApplicationLimit(allowance or "1/second", scope=f"{rate}", exempt_when=is_exempt)
