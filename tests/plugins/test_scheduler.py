"""The embedded scheduler: one leads, and what a killed one began another one ends, once."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing

import pytest
import sqlalchemy as sa

from tests.background import Installation, kill
from tests.effects import LEASE
from tests.servers import PROJECT, wait_until

SCHEDULER = "app.scheduler"


@pytest.fixture
def small(instance):
    return Installation.at(instance, f"sqlite:///{instance / 'mingus.db'}")


def test_a_job_whose_scheduler_was_killed_in_mid_task_has_its_effect_once(installation):
    job_id = installation.add_job(wait=True)
    with installation.run(SCHEDULER):
        kill(installation.await_mark(f"job {job_id}"))

    assert installation.effects() == []
    with installation.run(SCHEDULER):
        installation.await_done(job_id)

    assert installation.effects() == [2]


def test_a_scheduled_task_whose_scheduler_was_killed_is_run_again_once(small):
    (small.folder / "wait daily").touch()
    with small.run(SCHEDULER):
        kill(small.await_mark("daily"))

    with small.run(SCHEDULER):
        wait_until(small.lines, "the task was run")
        job_id = small.add_job()
        small.await_done(job_id)

    assert small.lines() == ["daily"]
    assert (small.scheduled().failures, small.scheduled().fence) == (0, 2)


def test_every_line_of_the_schedule_runs(installation):
    del installation.environ["ANALYTICS_PLUGINS"]
    with installation.run(SCHEDULER):
        wait_until(installation.schedule, "the rows are there")
        wait_until(lambda: all(row.last_finished_at for row in installation.schedule()), "each has run", 90)

    assert [(row.name, row.last_error) for row in installation.schedule() if row.failures] == []


def test_what_a_scheduler_did_is_counted(small):
    expected = {"jobs.done", "scheduler.ticks", "scheduler.milliseconds"}
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as statsd:
        statsd.bind(("127.0.0.1", 0))
        statsd.settimeout(30)
        small.environ.update(STATSD_HOST="127.0.0.1", STATSD_PORT=str(statsd.getsockname()[1]))
        small.add_job()
        with small.run(SCHEDULER):
            counted = set()
            while not expected <= counted:
                counted |= set(re.findall(r"^([\w.]+):\d+\|c$", statsd.recv(65_536).decode(), re.MULTILINE))


DEAF = """
import signal, time
from datetime import timedelta
from app.alarm import Alarm

alarm = Alarm()
alarm.start()
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
with alarm.within(timedelta(seconds=0.1)):
    time.sleep(60)
"""


def test_a_process_whose_work_is_deaf_to_its_time_limit_ends():
    ended = subprocess.run([sys.executable, "-c", DEAF], cwd=PROJECT, check=False, timeout=40)

    assert ended.returncode == -signal.SIGKILL


def test_one_of_two_schedulers_leads_and_the_other_follows_within_the_lease(installation):
    with installation.run(SCHEDULER, log="first.log") as first:
        first_lease = wait_until(installation.lease, "the first one leads")
        with installation.run(SCHEDULER, log="second.log") as second:
            installation.await_start(second)
            installation.await_done(installation.add_job())
            assert installation.lease().fence == first_lease.fence
            leader_of = {str(first.pid): first, str(second.pid): second}
            leader = leader_of[installation.lease().holder.split()[1]]
            leader.kill()

            limit = LEASE.total_seconds() + 10
            wait_until(lambda: installation.lease().fence == first_lease.fence + 1, "the other one leads", limit)
            installation.await_done(installation.add_job())

    assert installation.effects() == [1, 1]


def test_a_leader_that_is_told_to_stop_finishes_its_task_and_hands_over_at_once(small):
    job_id = small.add_job(pause=1)
    with small.run(SCHEDULER) as first:
        small.await_mark(f"job {job_id}")
        first.send_signal(signal.SIGTERM)
        assert first.wait(timeout=30) == 0

    assert small.effects() == [1]
    assert small.lease().expires_at <= small.job(job_id).finished_at + LEASE / 2


def test_work_is_interrupted_at_its_time_limit_and_tried_again(small):
    job_id = small.add_job(wait=True)
    with small.run(SCHEDULER):
        wait_until(lambda: small.job(job_id).last_error, "the first try failed")

        assert small.job(job_id).last_error.startswith("TimeLimitReached in ")
        assert small.effects() == []
        small.await_done(job_id)

    assert small.effects() == [2]


def rename(installation, old, new):
    with installation.session() as session:
        session.execute(sa.text(f"ALTER TABLE {old} RENAME TO {new}"))
        session.commit()


@pytest.mark.parametrize("table", ["leases", "jobs"])
def test_a_scheduler_waits_for_its_database_and_says_so_once(small, table):
    rename(small, table, "hidden")
    with small.run(SCHEDULER) as process:
        wait_until(lambda: [line for line in small.log() if "waits for the database" in line], "it says so")
        time.sleep(2)
        rename(small, "hidden", table)
        small.await_done(small.add_job())
        assert process.poll() is None

    assert len([line for line in small.log() if "waits for the database" in line]) == 1


def test_a_scheduler_is_refused_where_celery_works(small):
    small.environ["CELERY_BROKER_URL"] = "redis://127.0.0.1:9/0"
    with small.run(SCHEDULER) as process:
        assert process.wait(timeout=30) == 1

    assert "CELERY_BROKER_URL is set" in (small.folder / "background.log").read_text()
