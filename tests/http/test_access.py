"""ACC-3, ACC-4, ACC-5, ACC-6: who may ask, how much, and what every response says about itself."""

from __future__ import annotations

import pytest
from sqlalchemy import event, select

from backend.accounts.keys.key import ApiKey
from backend.accounts.keys.models import StoredKey
from backend.database import get_db_session
from backend.extensions import db
from tests.conftest import make_app, make_settings
from tests.http.walking import assert_hardened

FUNNEL = "/api/analytics/dashboard/funnel"


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


def test_a_key_opens_what_its_scope_names(client, make_key):
    assert client.get(FUNNEL, headers=bearer(make_key("dashboards:read"))).status_code == 200
    assert client.get(FUNNEL, headers=bearer(make_key("events:write"))).status_code == 403
    assert client.get(FUNNEL).status_code == 401


def test_a_key_that_is_wrong_is_refused_also_where_none_is_needed(client):
    assert client.get("/api/calculator/occupations?q=rn", headers=bearer(ApiKey.new())).status_code == 401


def test_credentials_of_another_kind_are_somebody_elses(client):
    basic = {"Authorization": "Basic eDp5"}

    assert client.get("/api/calculator/occupations?q=rn", headers=basic).status_code == 200
    assert client.get(FUNNEL, headers=basic).status_code == 401


def test_a_mistyped_key_does_not_reach_the_database(app, client, make_key):
    """Check 23."""
    key, asked = make_key("dashboards:read"), []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    mistyped = key[:-1] + ("0" if key[-1] != "0" else "1")

    assert client.get(FUNNEL, headers=bearer(mistyped)).status_code == 401
    assert asked == []


def test_the_secret_of_a_key_is_nowhere_in_the_database(app, make_key, instance):
    secret = ApiKey.parse(make_key("dashboards:read")).secret
    with app.app_context():
        db.engine.dispose()

    assert all(secret.encode() not in path.read_bytes() for path in instance.iterdir() if path.is_file())


def test_a_revoked_key_stops_at_once(app, client, make_key):
    key = make_key("dashboards:read")
    revoked = app.test_cli_runner().invoke(args=["keys", "revoke", ApiKey.parse(key).id])

    assert revoked.exit_code == 0
    assert client.get(FUNNEL, headers=bearer(key)).status_code == 401


def test_the_shell_makes_lists_and_revokes_keys(app, client):
    runner = app.test_cli_runner()
    key = runner.invoke(args=["keys", "create", "--name", "me", "--scope", "dashboards:read"]).output.strip()

    assert client.get(FUNNEL, headers=bearer(key)).status_code == 200
    assert ApiKey.parse(key).id in runner.invoke(args=["keys", "list"]).output
    assert ApiKey.parse(key).secret not in runner.invoke(args=["keys", "list"]).output
    assert "There is no API key" in runner.invoke(args=["keys", "revoke", "nobody00"]).output


@pytest.mark.parametrize("name", ["", " ", "two\nlines", "n" * 101])
def test_a_key_has_a_name_that_can_be_listed(app, name):
    made = app.test_cli_runner().invoke(args=["keys", "create", "--name", name, "--scope", "dashboards:read"])

    assert made.exit_code == 2
    assert "one line of 1 to 100 characters" in made.output


def test_keys_are_stored_as_digests(app, make_key):
    make_key("events:write")
    with app.app_context():
        stored = get_db_session().scalars(select(StoredKey)).one()

    assert len(stored.digest) == 64
    assert stored.scopes == "events:write"


def test_anonymous_callers_share_one_allowance_per_address(instance):
    client = make_app(make_settings(instance, RATE_LIMIT_ANONYMOUS="3/minute")).test_client()

    answers = [
        client.get(url) for url in ("/api/calculator/occupations/29-1141", "/methodology", "/api/docs", "/api/docs")
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_a_key_has_its_own_larger_allowance(instance):
    app = make_app(make_settings(instance, RATE_LIMIT_ANONYMOUS="1/minute", RATE_LIMIT_MEMBER="4/minute"))
    key = app.test_cli_runner().invoke(args=["keys", "create", "--name", "x", "--scope", "dashboards:read"]).output
    client = app.test_client()

    statuses = [client.get(FUNNEL, headers=bearer(key.strip())).status_code for _ in range(5)]

    assert statuses == [200, 200, 200, 200, 429]


def test_events_have_their_own_allowance(instance):
    app = make_app(make_settings(instance, RATE_LIMIT_ANONYMOUS="1/minute", RATE_LIMIT_EVENTS="2/minute"))
    body = {"event_type": "ai_calculator_opened", "session_id": "s"}

    def post():
        return app.test_client().post("/api/analytics/event", json=body, headers={"Sec-Fetch-Site": "same-origin"})

    assert [post().status_code for _ in range(3)] == [202, 202, 429]


@pytest.mark.parametrize(("proxies", "statuses"), [(0, [200, 429]), (1, [200, 200])])
def test_a_forwarded_address_counts_only_behind_a_trusted_proxy(instance, proxies, statuses):
    """Check 28."""
    app = make_app(make_settings(instance, RATE_LIMIT_ANONYMOUS="1/minute", TRUSTED_PROXIES=proxies))

    answers = [app.test_client().get("/api/docs", headers={"X-Forwarded-For": f"203.0.113.{n}"}) for n in (1, 2)]

    assert [answer.status_code for answer in answers] == statuses


def test_the_limit_is_true_across_processes_with_redis(instance, redis_url):
    settings = make_settings(instance, RATE_LIMIT_ANONYMOUS="3/minute", REDIS_URL=redis_url)
    clients = [make_app(settings).test_client() for _ in range(2)]

    statuses = [clients[n % 2].get("/api/docs").status_code for n in range(4)]

    assert statuses == [200, 200, 200, 429]


def test_health_and_static_files_are_never_limited(instance):
    client = make_app(make_settings(instance, RATE_LIMIT_ANONYMOUS="1/minute")).test_client()

    assert {
        client.get(url, buffered=True).status_code for url in ("/health/live", "/static/css/tokens.css", "/health/live")
    } == {200}


@pytest.mark.parametrize("url", ["/nowhere", "/api/nowhere", "/api/analytics/dashboard/funnel", "/result/nothing"])
def test_a_refusal_carries_the_security_headers_too(client, url):
    assert_hardened(client.get(url).headers)


def test_a_host_that_is_not_ours_is_refused(instance):
    client = make_app(make_settings(instance, PUBLIC_HOSTS="mingus.example, www.mingus.example")).test_client()

    assert client.get("/methodology", base_url="http://www.mingus.example").status_code == 200
    assert client.get("/methodology", base_url="http://evil.example").status_code == 400


def test_what_a_key_is_told_is_never_kept(client, make_key):
    assert client.get(FUNNEL, headers=bearer(make_key("dashboards:read"))).headers["Cache-Control"] == "no-store"


def test_production_cookies_travel_only_over_https(instance):
    client = make_app(
        make_settings(instance, MINGUS_ENV="production", PUBLIC_URL="https://mingus.example")
    ).test_client()

    cookie = client.get("/", base_url="https://localhost").headers["Set-Cookie"]

    assert cookie.startswith("__Host-mingus=")
    assert all(flag in cookie for flag in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"))
