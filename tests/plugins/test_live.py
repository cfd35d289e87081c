"""The live stream on real workers: it comes back after they end, holds few threads, and ends in time."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from time import monotonic

import pytest

from backend.accounts.sign_in.service import SignIns
from backend.plugins import get
from tests.accounts import make_account, signed_in_cookie
from tests.conftest import server_environ
from tests.servers import gunicorn, wait_until
from tests.subscriber import Subscriber, send


@pytest.fixture
def key(make_key):
    return make_key("events:write")


@contextmanager
def followed(app, instance, **settings):
    """A server, its log, and a function that opens one more stream."""
    account, subscribers = make_account(app), []
    environ = server_environ(instance, LAKE_MAX_STALENESS="0", LIVE_STREAM_SECONDS="60", **settings)
    with gunicorn(environ, instance / "gunicorn.log") as server:
        cookie = signed_in_cookie(app, account, server.url)

        def subscribe(seen=""):
            subscribers.append(Subscriber(server.url, f"{cookie['name']}={cookie['value']}", seen))
            return subscribers[-1]

        try:
            yield server, subscribe, account
        finally:
            for subscriber in subscribers:
                subscriber.close()


def has(sessions):
    return lambda state: state["data"]["sessions"] == sessions


def test_a_subscriber_comes_back_to_another_worker_and_misses_nothing(app, instance, key):
    with followed(app, instance) as (server, subscribe, _):
        send(server.url, key, "one")
        subscriber = subscribe()
        assert subscriber.until(has(1))
        before = server.workers()
        for worker in before:
            os.kill(worker, signal.SIGKILL)
        assert not subscriber.until(has(99))  # it ended
        wait_until(lambda: server.workers() and not server.workers() & before, "new workers")
        send(server.url, key, "two")

        again = subscribe(subscriber.seen)

        assert again.answer.status == 200
        assert again.next()["data"]["sessions"] == 2


def test_a_worker_that_is_told_to_end_does_not_wait_for_subscribers(app, instance):
    with followed(app, instance) as (server, subscribe, _):
        subscriber = subscribe()
        assert subscriber.next()
        began = monotonic()
        server.process.send_signal(signal.SIGTERM)

        assert not subscriber.until(has(99))
        assert server.process.wait(timeout=40) == 0
        assert monotonic() - began < 20


def test_the_number_of_subscribers_is_limited_and_all_else_is_answered(app, instance, key):
    with followed(app, instance, WEB_WORKERS="1", LIVE_STREAMS="2") as (server, subscribe, _):
        held = [subscribe(), subscribe()]
        assert all(subscriber.next() for subscriber in held)

        refused = subscribe()
        assert refused.answer.status == 503
        assert int(refused.answer.headers["Retry-After"]) > 0
        send(server.url, key, "somebody")
        assert held[0].until(has(1))

        for subscriber in held:
            subscriber.close()
        send(server.url, key, "somebody-else")  # by the next news the server sees that they are gone
        wait_until(lambda: subscribe().answer.status == 200, "a subscription after one that ended")


def test_at_most_half_the_threads_are_held(app, instance):
    with followed(app, instance, WEB_WORKERS="1", WEB_THREADS="2", LIVE_STREAMS="4") as (_, subscribe, _account):
        assert subscribe().answer.status == 200
        assert subscribe().answer.status == 503


def test_whoever_signed_out_sees_no_more(app, instance):
    with followed(app, instance) as (_, subscribe, account):
        subscriber = subscribe()
        assert subscriber.next()
        with app.app_context():
            get(SignIns).end_others(account.id, "")
        began = monotonic()

        assert not subscriber.until(has(99))
        assert monotonic() - began < 15
        assert subscribe().answer.status == 401


def test_workers_that_asked_the_lake_end_without_a_word_that_is_no_log_line(app, instance, key):
    with followed(app, instance) as (server, subscribe, _):
        send(server.url, key, "one")
        assert subscribe().until(has(1))

    lines = server.log.read_text().partition("Handling signal: term")[2].splitlines()[1:]
    assert "Shutting down" in lines[-1]
    assert [line for line in lines if not line.startswith("{")] == []
