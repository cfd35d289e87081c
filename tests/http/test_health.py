"""PERF-6: health looks before it answers."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from backend.clock import utc_now
from backend.extensions import db
from backend.health import NO_PROXY
from backend.jobs.leases import SCHEDULER, Leases
from backend.jobs.models import Job, JobState, Lease, ScheduledTask
from backend.plugins import KEY, get
from tests.conftest import as_owner, close, make_app, make_settings


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


@pytest.mark.parametrize(("trusted", "part"), [(0, False), (1, True)])
def test_production_that_trusts_no_proxy_says_so(instance, capsys, trusted, part):
    site = {"MINGUS_ENV": "production", "PUBLIC_URL": "https://mingus.example"}
    app = make_app(make_settings(instance, TRUSTED_PROXIES=trusted, **site))
    app.extensions[KEY].start(warm=False)
    app.extensions[KEY].stop()

    answer = app.test_client().get("/health/", base_url="https://mingus.example")
    close(app)

    assert answer.status_code == 200
    assert answer.json["parts"]["proxies"] == {"ok": part, "reason": "" if part else NO_PROXY, "vital": False}
    assert (NO_PROXY in capsys.readouterr().err) is not part


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
