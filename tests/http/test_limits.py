"""ACC-5: how much anyone may ask, by route and by caller; with Redis, without it, and when it goes away."""

from __future__ import annotations

import re
from contextlib import ExitStack

import pytest
from redis import Redis

from backend.errors import Unavailable
from backend.routes.access import Rate, public
from tests.conftest import close, make_app, make_settings
from tests.servers import redis

GUESS, GRANT, INFORM = "/api/test/guess", "/api/test/grant", "/api/docs"


@pytest.fixture
def made():
    """Apps with a route to guess at an account and one that grants something, closed afterwards."""
    with ExitStack() as opened:

        def make(instance, **settings):
            app = make_app(make_settings(instance, **settings))
            app.post(GUESS, endpoint="guess")(public("a test", Rate.SIGN_IN)(lambda: ""))
            app.post(GRANT, endpoint="grant")(public("a test", Rate.GRANT)(lambda: ""))
            opened.callback(close, app)
            return app

        yield make


def away():
    raise Unavailable("Later.")


def guess(app, email, address="203.0.113.1"):
    return app.test_client().post(GUESS, json={"email": email}, environ_base={"REMOTE_ADDR": address}).status_code


def test_attempts_are_counted_for_an_address_whomever_they_name(instance, made):
    app = made(instance, RATE_LIMIT_SIGN_IN="2/minute")

    assert [guess(app, f"{n}@example.org") for n in range(3)] == [200, 200, 429]
    assert guess(app, "9@example.org", "203.0.113.2") == 200


def test_attempts_are_counted_for_the_account_wherever_they_come_from(instance, made):
    app = made(instance, RATE_LIMIT_ACCOUNT="2/hour")

    attempts = [guess(app, email, f"203.0.113.{n}") for n, email in enumerate(("a@b.org", " A@b.org", "A@B.ORG "))]

    assert attempts == [200, 200, 429]
    assert guess(app, "other@b.org") == 200


def test_a_form_names_the_account_as_json_does(instance, made):
    client = made(instance, RATE_LIMIT_ACCOUNT="1/hour").test_client()

    assert [client.post(GUESS, data={"email": "a@b.org"}).status_code for _ in range(2)] == [200, 429]


@pytest.mark.parametrize("email", ["a@" + "b" * 70 + ".org", "@", "a" * 60_000, "\0"])
def test_an_address_that_cannot_be_is_counted_too_and_is_no_fault_of_redis(instance, made, redis_url, email):
    Redis.from_url(redis_url).flushdb()
    app = made(instance, RATE_LIMIT_ACCOUNT="2/hour", REDIS_URL=redis_url, WEB_WORKERS=2)

    assert [guess(app, email) for _ in range(3)] == [200, 200, 429]


@pytest.mark.parametrize(
    "body", [b"[" * 60_000, b"7", b"{", b'{"email": {"a": 1}}', b'{"email": "\xff"}', rb'{"email": "\ud800@b.org"}']
)
def test_a_body_that_names_nobody_is_counted_for_its_address(instance, made, redis_url, body):
    Redis.from_url(redis_url).flushdb()
    app = made(instance, RATE_LIMIT_SIGN_IN="1/minute", RATE_LIMIT_ACCOUNT="9/hour", REDIS_URL=redis_url)

    answers = [app.test_client().post(GUESS, data=body, content_type="application/json") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 429]


def test_looking_at_a_form_is_no_attempt(instance, made):
    app = made(instance, RATE_LIMIT_SIGN_IN="1/minute")
    app.add_url_rule("/api/test/form", view_func=public("a test", Rate.SIGN_IN)(lambda: ""), endpoint="form")

    assert {app.test_client().get("/api/test/form").status_code for _ in range(3)} == {200}


def test_an_attempt_counts_as_a_request_too(instance, made):
    app = made(instance, RATE_LIMIT_ANONYMOUS="2/minute", RATE_LIMIT_SIGN_IN="9/minute")

    assert [guess(app, "a@b.org") for _ in range(3)] == [200, 200, 429]


@pytest.mark.parametrize(("method", "url", "status"), [("GET", "/nowhere", 404), ("DELETE", "/api/docs", 405)])
def test_what_does_not_exist_has_an_allowance_of_its_own(instance, made, method, url, status):
    client = made(instance, RATE_LIMIT_ANONYMOUS="2/minute").test_client()

    assert [client.open(url, method=method).status_code for _ in range(3)] == [status, status, 429]
    assert [client.get(INFORM).status_code for _ in range(3)] == [200, 200, 429]


def test_assessments_have_a_tighter_allowance(instance, made):
    client = made(instance, RATE_LIMIT_ASSESS="1/minute").test_client()

    assert [client.post("/api/calculator/assess", json={}).status_code for _ in range(2)] == [422, 429]
    assert client.get("/api/calculator/occupations?q=rn").status_code == 200


def test_a_classroom_behind_one_address_looks_titles_up_and_sees_results_beside_everything_else(instance, made):
    app = made(
        instance, RATE_LIMIT_ANONYMOUS="1/minute", RATE_LIMIT_SUGGESTIONS="3/minute", RATE_LIMIT_VISITS="2/minute"
    )
    looked_up = [app.test_client().get("/api/calculator/occupations?q=rn").status_code for _ in range(4)]
    visited = [app.test_client().get(path).status_code for path in ("/", "/jobs", f"/result/{'x' * 22}")]

    assert looked_up == [200, 200, 200, 429]
    assert visited == [200, 200, 429]
    assert [app.test_client().get(f"/result/{'x' * 22}.pdf").status_code for _ in range(2)] == [404, 429]


def test_redis_learns_no_address(instance, made, redis_url):
    app = made(instance, RATE_LIMIT_ANONYMOUS="9/minute", RATE_LIMIT_ACCOUNT="9/minute", REDIS_URL=redis_url)
    guess(app, "canary@example.org", "203.0.113.77")

    keys = " ".join(key.decode() for key in Redis.from_url(redis_url).scan_iter())

    assert "account" in keys
    assert "canary" not in keys
    assert "203.0.113" not in keys


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:203.0.113.1", "203.0.113.1", True),
        ("::ffff:203.0.113.1", "::ffff:203.0.113.2", False),
        ("203.0.113.1:50123", "203.0.113.1:50124", True),
        ("203.0.113.1:50123", "203.0.113.2:50123", False),
        ("[2001:db8::1]:443", "[2001:db8:0:1::1]:443", False),
        ("unknown", "_hidden", True),
    ],
)
def test_a_household_shares_an_allowance(instance, made, first, second, shared):
    client = made(instance, RATE_LIMIT_ANONYMOUS="1/minute").test_client()

    answers = [client.get(INFORM, environ_base={"REMOTE_ADDR": address}) for address in (first, second)]

    assert [answer.status_code for answer in answers] == [200, 429 if shared else 200]


def test_a_refusal_says_when_to_come_back(instance, made):
    client = made(instance, RATE_LIMIT_ANONYMOUS="1/minute").test_client()
    client.get(INFORM)

    problem, page = client.get("/api/calculator/occupations/29-1141"), client.get("/methodology")

    assert problem.status_code == page.status_code == 429
    assert problem.mimetype == "application/problem+json"
    assert problem.json["code"] == "too_many_requests"
    assert 0 < int(problem.headers["Retry-After"]) <= 61
    assert int(page.headers["Retry-After"]) > 0
    assert "<h1" in page.text
    assert "Too many requests" in page.text
    said = r"At most 1 a minute\. Try again in \d+ seconds?\."
    assert re.fullmatch(said, problem.json["detail"])
    assert re.search(said, page.text)


def test_other_answers_name_their_own_time_or_none(instance, made):
    app = made(instance, RATE_LIMIT_ANONYMOUS="100/minute")
    app.get("/api/test/away", endpoint="away")(public("a test")(away))
    answers = [app.test_client().get(path) for path in ("/api/test/away", INFORM)]

    assert [answer.status_code for answer in answers] == [503, 200]
    assert [answer.headers.get("Retry-After") for answer in answers] == ["5", None]
    assert {answer.headers["X-RateLimit-Limit"] for answer in answers} == {"100"}


@pytest.mark.parametrize(
    ("allowance", "told"),
    [
        ("1/hour", "At most 1 an hour. Try again in 60 minutes."),
        ("1/day", "At most 1 a day. Try again in 24 hours."),
    ],
)
def test_a_long_pause_is_told_in_minutes_or_hours(instance, made, allowance, told):
    client = made(instance, RATE_LIMIT_ANONYMOUS=allowance).test_client()

    answers = [client.get("/api/calculator/occupations/29-1141") for _ in range(2)]

    assert answers[1].json["detail"] == told


class TestWhenRedisGoesAway:
    """Check 14."""

    @pytest.fixture
    def gone(self, instance, made):
        """An app of four workers whose Redis answered once and then stopped."""
        with redis() as url:
            app = made(
                instance,
                REDIS_URL=url,
                WEB_WORKERS=4,
                RATE_LIMIT_ANONYMOUS="50/minute",
                RATE_LIMIT_SIGN_IN="8/minute",
                RATE_LIMIT_ACCOUNT="40/hour",
                RATE_LIMIT_GRANT="5/hour",
            )
            assert app.test_client().post(GRANT).status_code == 200
        return app

    def test_attempts_get_one_workers_part(self, gone):
        assert [guess(gone, "a@b.org") for _ in range(3)] == [200, 200, 429]

    def test_what_informs_stays_open(self, gone):
        assert {gone.test_client().get(INFORM).status_code for _ in range(20)} == {200}

    def test_what_grants_is_closed_from_the_first_request_on(self, gone):
        answers = [gone.test_client().post(GRANT) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [503, 503]
        assert int(answers[0].headers["Retry-After"]) > 0

    def test_it_is_told_on_the_health_page(self, gone):
        health = gone.test_client().get("/health/cache")

        assert not health.json["parts"]["cache"]["ok"]


class TestNetworksOfOperators:
    """ADMIN_NETWORKS."""

    @pytest.fixture
    def guarded(self, instance, made):
        app = made(instance, ADMIN_NETWORKS="10.0.0.0/8, 2001:db8::/32", TRUSTED_PROXIES=1)
        app.get("/admin/test", endpoint="admin")(public("a test")(lambda: "inside"))
        return app

    @pytest.mark.parametrize(
        ("address", "status"),
        [
            ("10.1.2.3", 200),
            ("2001:db8::5", 200),
            ("::ffff:10.0.0.1", 200),
            ("10.1.2.3:50123", 200),
            ("[2001:db8::5]:443", 200),
            ("11.0.0.1", 403),
            ("11.0.0.1:50123", 403),
            ("2001:db9::1", 403),
            ("unknown", 403),
            ("_hidden", 403),
        ],
    )
    def test_the_pages_answer_to_these_networks_only(self, guarded, address, status):
        base = {"REMOTE_ADDR": "192.0.2.1"}

        answer = guarded.test_client().get("/admin/test", headers={"X-Forwarded-For": address}, environ_base=base)

        assert answer.status_code == status

    def test_a_forged_hop_does_not_open_them(self, guarded):
        forged = {"X-Forwarded-For": "10.1.2.3, 203.0.113.9"}

        assert guarded.test_client().get("/admin/test", headers=forged).status_code == 403

    def test_the_rest_of_the_site_answers_everyone(self, guarded):
        assert guarded.test_client().get(INFORM, headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 200
