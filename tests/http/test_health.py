"""PERF-6: health looks before it answers."""

from __future__ import annotations

import re
import threading
from contextlib import ExitStack
from datetime import timedelta
from time import monotonic
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from backend.accounts.keys.service import KeyService
from backend.accounts.permissions import Scope
from backend.clock import utc_now
from backend.extensions import db
from backend.health import NO_PROXY
from backend.jobs.leases import SCHEDULER, Leases
from backend.jobs.models import Job, JobState, Lease, ScheduledTask
from backend.plugins import KEY, get
from tests.black_hole import black_hole
from tests.conftest import as_owner, close, make_app, make_settings
from tests.servers import wait_until


@pytest.fixture
def started(any_app):
    """A client of an app whose plugins run, as in a worker, while a scheduler leads somewhere."""
    any_app.extensions[KEY].start()
    with any_app.app_context():
        get(Leases).hold(SCHEDULER, "somebody")
    yield any_app.test_client()
    any_app.extensions[KEY].stop()


@pytest.mark.parametrize("url", ["/health/", "/health/live", "/health/ready", "/health/database", "/health/cache"])
def test_all_is_well(started, url):
    response = started.get(url)

    assert (response.status_code, response.json["status"]) == (200, "ok")


def test_a_database_that_is_gone_is_noticed(tmp_path):
    url = SecretStr("postgresql+psycopg://nobody@127.0.0.1:9/none")
    client = make_app(make_settings(tmp_path, DATABASE_URL=url)).test_client()

    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready").status_code == 503
    assert client.get("/health/database").json["parts"]["database"]["reason"].startswith("no answer")


def test_a_database_of_another_version_is_noticed(app, client):
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = 'older'"))

    assert "this version needs" in client.get("/health/database").json["parts"]["database"]["reason"]


def test_a_cache_that_is_gone_is_noticed(instance):
    settings = make_settings(instance, REDIS_URL=SecretStr("redis://127.0.0.1:9/0"))

    client = make_app(settings).test_client()

    response = client.get("/health/cache")

    assert (response.status_code, response.json["parts"]["cache"]["ok"]) == (503, False)
    assert client.get("/health/").json["parts"]["cache"]["ok"] is False
    assert client.get("/health/ready").status_code == 200


def test_a_landing_table_that_is_gone_is_noticed(any_app):
    with as_owner(any_app) as connection:
        connection.execute(sa.text("DROP TABLE analytics_events"))

    parts = any_app.test_client().get("/api/analytics/health").json["parts"]

    assert parts["database"]["ok"]
    assert parts["landing_table"]["reason"].startswith("no answer")


SITE = {"MINGUS_ENV": "production", "PUBLIC_URL": "https://mingus.example"}


def of_production(app, path, *scopes):
    """What production answers to whoever comes with a key of these scopes, or with none."""
    with app.app_context():
        key = get(KeyService).create("probe", scopes) if scopes else ""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return app.test_client().get(path, base_url="https://mingus.example", headers=headers)


@pytest.mark.parametrize(("trusted", "part"), [(0, False), (1, True)])
def test_production_that_trusts_no_proxy_says_so(instance, capsys, trusted, part):
    app = make_app(make_settings(instance, TRUSTED_PROXIES=trusted, **SITE))
    app.extensions[KEY].start(warm=False)
    app.extensions[KEY].stop()

    answer = of_production(app, "/health/", Scope.MONITORING_READ)
    close(app)

    assert answer.status_code == 200
    assert answer.json["parts"]["proxies"] == {"ok": part, "reason": "" if part else NO_PROXY, "vital": False}
    assert (NO_PROXY in capsys.readouterr().err) is not part


def test_only_operators_are_told_why_a_part_does_not_work(instance):
    app = make_app(make_settings(instance, **SITE))
    strangers = [of_production(app, "/health/"), of_production(app, "/health/", Scope.DASHBOARDS_READ)]
    operators = of_production(app, "/health/", Scope.MONITORING_READ).json["parts"]
    close(app)

    assert operators["background_work"]["reason"] == "no scheduler has run yet"
    for answer in strangers:
        assert answer.json["parts"]["background_work"] == {"ok": False, "reason": "", "vital": False}
        assert set(answer.json["parts"]) == set(operators)


def test_who_comes_by_a_proxy_on_this_machine_is_no_developer(client):
    answer = client.get("/health/", headers={"X-Forwarded-For": "203.0.113.9"})

    assert answer.json["parts"]["background_work"]["reason"] == ""


@pytest.fixture
def fragile(tmp_path, postgresql_url, redis_url):
    """A client whose database and Redis are behind a proxy that can be made to swallow everything."""
    with ExitStack() as opened:
        database, redis = (opened.enter_context(black_hole(urlsplit(url).port)) for url in (postgresql_url, redis_url))
        urls = {
            "DATABASE_URL": SecretStr(re.sub(r":\d+/", f":{database.port}/", postgresql_url)),
            "REDIS_URL": SecretStr(f"redis://127.0.0.1:{redis.port}/0"),
        }
        app = make_app(make_settings(tmp_path, **urls))
        app.config["HEALTH_SECONDS"] = 0.8
        client = app.test_client()
        wait_until(lambda: client.get("/health/ready").status_code == 200, "it is ready")
        yield client, database, redis
        database.let_through()
        wait_until(lambda: not any(thread.name == "deadline" for thread in threading.enumerate()), "nothing hangs")
        close(app)


def test_answers_come_in_time_though_database_and_redis_hang(fragile):
    """Without a deadline these would hang for as long as the connection stays open."""
    client, database, redis = fragile
    database.swallow()
    redis.swallow()

    began = monotonic()
    paths = ("/health/live", "/health/ready", "/health/", "/health/database", "/health/cache", "/api/analytics/health")
    answers = {path: client.get(path) for path in paths}

    assert monotonic() - began < 20
    assert [answer.status_code for answer in answers.values()] == [200, 503, 503, 503, 503, 503]
    assert answers["/health/database"].json["parts"]["database"]["reason"] == "no answer in time"
    assert not answers["/health/"].json["parts"]["cache"]["ok"]

    database.let_through()
    redis.let_through()
    wait_until(lambda: client.get("/health/ready").status_code == 200, "it is ready again")


def test_a_server_that_is_about_to_end_is_alive_and_not_ready(app, client):
    app.extensions[KEY].drains_when(lambda: True)

    ready = client.get("/health/ready")

    assert (ready.status_code, ready.json["parts"]["server"]["ok"]) == (503, False)
    assert client.get("/health/live").status_code == 200


def test_redis_answers_for_the_cache(instance, redis_url):
    client = make_app(make_settings(instance, REDIS_URL=SecretStr(redis_url))).test_client()

    assert client.get("/health/cache").status_code == 200


def test_a_plugin_that_does_not_run_is_noticed(instance):
    client = make_app(make_settings(instance, STATSD_HOST="127.0.0.1")).test_client()

    response = client.get("/api/analytics/health")

    assert response.status_code == 503
    part = response.json["parts"]["ai_calculator_analytics"]
    assert part == {"ok": False, "reason": "not running", "vital": True}


def background_work(client):
    response = client.get("/health/")
    return response.status_code, response.json["status"], response.json["parts"]["background_work"]["reason"]


def test_background_work_says_when_its_scheduler_was_last_heard_of(started):
    status, word, reason = background_work(started)

    assert (status, word) == (200, "ok")
    assert re.fullmatch(r"heartbeat \d s ago", reason)


def test_without_a_scheduler_the_site_is_degraded_and_ready(client):
    assert background_work(client) == (200, "degraded", "no scheduler has run yet")
    assert client.get("/health/ready").json["status"] == "ok"


def test_a_scheduler_that_went_silent_is_noticed(started, any_app):
    with any_app.app_context():
        db.session.execute(sa.update(Lease).values(expires_at=utc_now() - timedelta(seconds=50)))
        db.session.commit()

    assert re.fullmatch(r"no scheduler since 6\d s", background_work(started)[2])


def test_dead_jobs_and_failing_tasks_are_noticed(started, any_app):
    now = utc_now()
    with any_app.app_context():
        db.session.add(Job(kind="x", payload={}, state=JobState.DEAD, due_at=now, created_at=now))
        db.session.add(ScheduledTask(name="lake.sync", due_at=now, failures=3, last_error="OSError in sync, line 7"))
        db.session.commit()

    status, word, reason = background_work(started)

    assert (status, word) == (200, "degraded")
    assert reason.endswith("ago; lake.sync fails: OSError in sync, line 7; dead jobs: 1")
