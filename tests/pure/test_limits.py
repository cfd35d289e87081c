"""What is taken of Flask-Limiter and limits beyond their public names; an upgrade that changes it fails here."""

from __future__ import annotations

import inspect
import threading

from flask import Flask
from flask_limiter import Limiter
from limits.storage import MemoryStorage

from app.limits import QuietMemoryStorage, SharedLimiter

NOBODY = "redis://127.0.0.1:9/0"


def test_the_private_method_that_is_overridden_takes_the_same():
    """`Limiter.__configure_fallbacks(app, strategy)`"""
    theirs = inspect.signature(Limiter._Limiter__configure_fallbacks)

    assert list(theirs.parameters) == ["self", "app", "strategy"]


def test_without_redis_the_quiet_memory_counts():
    app, threads = Flask(__name__), threading.active_count()
    app.add_url_rule("/", "home", lambda: "here")
    limiter = SharedLimiter(
        lambda: "everybody",
        app=app,
        application_limits=["2/hour"],
        storage_uri=NOBODY,
        strategy="moving-window",
        in_memory_fallback_enabled=True,
    )
    assert (limiter.alone, threading.active_count()) == (False, threads)

    answers = [app.test_client().get("/").status_code for _ in range(3)]

    assert answers == [200, 200, 429]
    assert limiter.alone
    assert isinstance(limiter.limiter.storage, QuietMemoryStorage)


def test_the_quiet_memory_holds_all_that_the_librarys_holds():
    """Its `__init__` is written again, without the thread."""
    theirs = MemoryStorage()
    theirs.timer.join()

    assert vars(QuietMemoryStorage()).keys() == vars(theirs).keys()
