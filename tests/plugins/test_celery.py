"""Celery on a real Redis: whatever is killed, lost or told twice, an effect comes once."""

from __future__ import annotations

import signal
import time
from contextlib import contextmanager

import pytest
from redis import Redis

from backend.jobs.models import JobState
from tests.background import Installation, kill
from tests.conftest import make_app, make_settings
from tests.servers import free_port, kill_group, redis, wait_until

WORKER = ("-A", "app.celery", "worker", "--concurrency", "2", "--loglevel", "INFO")
BEAT = ("-A", "app.celery", "beat")


@pytest.fixture
def broker():
    with redis() as url:
        yield url


@pytest.fixture
def small(instance, broker):
    return Installation.at(instance, f"sqlite:///{instance / 'mingus.db'}", CELERY_BROKER_URL=broker)


@contextmanager
def working(installation, log="worker.log"):
    with installation.run("celery", *WORKER, log=log) as process:
        yield process


@contextmanager
def handing_over(installation, log="beat.log"):
    with installation.run("celery", *BEAT, log=log) as process:
        wait_until(installation.lease, "beat leads")
        yield process


@pytest.mark.parametrize(
    ("installation", "victim"),
    [("sqlite", "the child at work"), ("postgresql", "the whole worker")],
    indirect=["installation"],
)
def test_a_job_whose_worker_was_killed_in_mid_task_has_its_effect_once(installation, broker, victim):
    installation.environ["CELERY_BROKER_URL"] = broker
    job_id = installation.add_job(wait=True)
    with handing_over(installation):
        with working(installation) as worker:
            child = installation.await_mark(f"job {job_id}")
            if victim == "the child at work":
                kill(child)
                installation.await_done(job_id, seconds=90)
            else:
                kill_group(worker.pid)
        assert installation.effects() == ([2] if victim == "the child at work" else [])
        with working(installation):
            installation.await_done(job_id, seconds=90)

    assert installation.effects() == [2]


def test_a_scheduled_task_runs_once_however_many_are_told(small, broker):
    with handing_over(small), working(small, "first.log"), working(small, "second.log"):
        wait_until(small.lines, "the task was run")
        tell(small, "mingus.run_scheduled", "effect.daily")
        job_id = small.add_job()
        tell(small, "mingus.run_job", job_id)
        small.await_done(job_id)
        wait_until(lambda: Redis.from_url(broker).llen("mingus") == 0, "every message was read")

    assert small.lines() == ["daily"]
    assert small.effects() == [1]


def tell(installation, task, *given, times=5):
    from celery import Celery

    with Celery(broker=installation.environ["CELERY_BROKER_URL"]) as celery:
        for _ in range(times):
            celery.send_task(task, given, queue="mingus")


def test_one_of_two_beats_hands_over_and_the_other_follows(small):
    with handing_over(small, "first.log") as first:
        term = small.lease()
        assert term.holder.split()[1] == str(first.pid)
        with handing_over(small, "second.log"), working(small):
            small.await_done(small.add_job())
            assert small.lease().fence == term.fence
            first.kill()

            wait_until(lambda: small.lease().fence == term.fence + 1, "the other one leads", 30)
            small.await_done(small.add_job())


def test_background_work_goes_on_when_redis_is_back(instance):
    port = free_port()
    url = f"redis://127.0.0.1:{port}/0"
    small = Installation.at(instance, f"sqlite:///{instance / 'mingus.db'}", CELERY_BROKER_URL=url)
    with handing_over(small) as beat, working(small) as worker:
        with redis(port):
            small.await_done(small.add_job())
        job_id = small.add_job()
        wait_until(lambda: any("handing work over must wait" in line for line in small.log("beat.log")), "beat says so")
        time.sleep(3)
        assert small.job(job_id).state == JobState.WAITING
        assert (beat.poll(), worker.poll()) == (None, None)
        with redis(port):
            small.await_done(job_id)

    assert len([line for line in small.log("beat.log") if "handing work over must wait" in line]) <= 2


def test_web_requests_never_notice_that_the_broker_is_gone(instance):
    client = make_app(make_settings(instance, CELERY_BROKER_URL="redis://127.0.0.1:9/0")).test_client()

    assert client.get("/health/ready").status_code == 200
    assert client.get("/ai-job-impact-calculator").status_code == 200


def test_no_more_messages_wait_in_redis_than_somebody_can_use(small, broker):
    for _ in range(300):
        small.add_job()
    with Redis.from_url(broker) as server, handing_over(small) as beat:
        server.rpush("mingus", *["x"] * 1000)
        time.sleep(3)
        assert server.llen("mingus") == 1001  # and the scheduled task

        server.delete("mingus")
        wait_until(lambda: server.llen("mingus") == 300, "jobs are handed over")
        beat.send_signal(signal.SIGTERM)
        assert beat.wait(timeout=20) == 0


@pytest.mark.parametrize("command", [WORKER, BEAT])
def test_celery_is_refused_without_a_broker(small, command):
    small.environ["CELERY_BROKER_URL"] = ""
    with small.run("celery", *command) as process:
        assert process.wait(timeout=30) != 0

    assert "CELERY_BROKER_URL is empty" in (small.folder / "background.log").read_text()
