"""Check 28 and the second halves of 22 and 23: four real workers count together and forget at once, with Redis."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from time import monotonic

import pytest
import sqlalchemy as sa
from redis import Redis

from backend.accounts.keys.key import ApiKey
from backend.accounts.keys.service import KeyService
from backend.accounts.people.models import Account
from backend.accounts.permissions import Role, Scope
from backend.database import get_db_session
from backend.plugins import get
from tests.accounts import make_account
from tests.conftest import server_environ
from tests.servers import gunicorn, wait_until

ALIVE, INFORM, PROFILE = "/health/live", "/api/docs", "/api/v1/auth/profile"
LOGIN, WORKERS = "/api/v1/auth/login", 4


def ask(server, path, body=None, **headers):
    data = None if body is None else json.dumps(body).encode()
    headers = {name.replace("_", "-"): value for name, value in headers.items()} | {"Content-Type": "application/json"}
    try:
        with urllib.request.urlopen(urllib.request.Request(server.url + path, data, headers), timeout=60) as answer:
            return answer.status, json.loads(answer.read() or "{}") if path.startswith("/api/v1") else {}
    except urllib.error.HTTPError as error:
        error.close()
        return error.code, {}


def at_once(times, call):
    """How often each status was answered when many ask together."""
    with ThreadPoolExecutor(16) as pool:
        return Counter(pool.map(lambda number: call(number)[0], range(times)))


def workers_of(server, path):
    lines = [json.loads(line) for line in server.log.read_text().splitlines() if f'"rule": "{path}"' in line]
    return {line["process"] for line in lines}


@pytest.fixture
def four(instance, redis_url):
    """Start four workers behind one proxy, with these limits, and wait for the last of them to answer."""
    Redis.from_url(redis_url).flushdb()
    started = []

    def start(**limits):
        given = {"REDIS_URL": redis_url, "WEB_WORKERS": f"{WORKERS}", "LOG_LEVEL": "INFO", **limits}
        running = gunicorn(server_environ(instance, **given), instance / "log", "-w", f"{WORKERS}")
        started.append(running)
        server = running.__enter__()
        wait_until(
            lambda: at_once(64, lambda _: ask(server, ALIVE)) and len(workers_of(server, ALIVE)) == WORKERS,
            "four answer",
        )
        return server

    yield start
    for running in started:
        running.__exit__(None, None, None)


def test_a_limit_is_true_for_all_workers_together_whatever_a_client_says_of_its_address(four):
    server, numbers = four(RATE_LIMIT_ANONYMOUS="50/hour"), count()

    answered = at_once(200, lambda n: ask(server, INFORM, X_Forwarded_For=f"203.0.113.{next(numbers) % 250}"))

    assert answered == {200: 50, 429: 150}
    assert len(workers_of(server, INFORM)) > 1


def test_behind_a_proxy_only_its_own_word_counts(four):
    server = four(RATE_LIMIT_ANONYMOUS="20/hour", TRUSTED_PROXIES="1")

    forged = at_once(60, lambda n: ask(server, INFORM, X_Forwarded_For=f"203.0.113.{n}, 198.51.100.7"))

    assert forged == {200: 20, 429: 40}
    assert ask(server, INFORM, X_Forwarded_For="198.51.100.8")[0] == 200


def test_the_hour_of_a_key_is_counted_for_all_workers_together(app, four):
    with app.app_context():
        key = str(get(KeyService).create("test", [Scope.DASHBOARDS_READ], hourly_limit=30))
    server = four()

    assert at_once(90, lambda _: ask(server, INFORM, Authorization=f"Bearer {key}")) == {200: 30, 429: 60}


def test_one_account_is_not_guessed_at_from_many_addresses(app, four):
    account = make_account(app, Role.MEMBER)
    server = four(RATE_LIMIT_ACCOUNT="8/hour", RATE_LIMIT_SIGN_IN="5/hour", TRUSTED_PROXIES="1")

    def guess(n):
        wrong = {"email": account.email.upper() if n % 2 else account.email, "password": f"guess {n}"}
        return ask(server, LOGIN, wrong, X_Forwarded_For=f"198.51.100.{n}")

    assert at_once(24, guess) == {401: 8, 429: 16}
    from_one = at_once(12, lambda n: ask(server, LOGIN, {"email": f"{n}@b.org", "password": "x"}))
    assert from_one == {401: 5, 429: 7}


def test_what_is_ended_is_refused_by_every_worker_within_a_second(app, four):
    account = make_account(app, Role.ANALYST)
    with app.app_context():
        key = str(get(KeyService).create("test", [Scope.DASHBOARDS_READ], account_id=account.id))
    server = four()
    known = {"email": account.email, "password": account.password, "code": account.code()}
    token = ask(server, LOGIN, known)[1]["access_token"]

    def with_both(n):
        path, proof = ((INFORM, key), (PROFILE, token))[n % 2]
        return ask(server, path, Authorization=f"Bearer {proof}")

    assert at_once(40, with_both) == {200: 40}
    with app.app_context():
        get(KeyService).revoke(ApiKey.parse(key).id)
        get_db_session().execute(sa.update(Account).values(epoch=2))
        get_db_session().commit()
    ended = monotonic()

    first = [with_both(n)[0] for n in range(2)]

    assert first == [401, 401]
    assert monotonic() - ended < 1
    assert at_once(40, with_both) == {401: 40}
    assert len(workers_of(server, INFORM)) > 1
    assert key not in server.log.read_text()
    assert token not in server.log.read_text()
