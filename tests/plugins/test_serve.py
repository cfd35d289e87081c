"""`make run`: gunicorn and the scheduler begin together and end together, and no one is left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.background import Installation, kill
from tests.servers import PROJECT, children, free_port, wait_until


@pytest.fixture
def small(instance):
    given = {"HOST": "127.0.0.1", "PORT": str(free_port())}
    return Installation.at(instance, f"sqlite:///{instance / 'mingus.db'}", **given)


@contextmanager
def serving(installation):
    """The pair as `make run` starts it, once both are at work."""
    with installation.run("config.serve", log="out") as process:
        wait_until(installation.lease, "the scheduler leads")
        wait_until(lambda: len(family(process.pid)) == 4, "two workers serve")
        wait_until(lambda: ready(installation), "the site is ready")
        try:
            yield process
        finally:
            for pid in family(process.pid):
                kill(pid)


def ready(installation):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{installation.environ['PORT']}/health/ready") as answer:
            return answer.status == 200
    except OSError:
        return False


def follow_at_once(link):
    """The answers to eight browsers that follow a link at once, and so reach both workers."""
    parts = urlsplit(link)

    def follow(_number):
        with closing(HTTPConnection(parts.netloc)) as connection:
            connection.request("GET", parts.path)
            return connection.getresponse().status

    with ThreadPoolExecutor(8) as browsers:
        return list(browsers.map(follow, range(8)))


def family(pid):
    """Every process below this one."""
    if not alive(pid):
        return set()
    own = children(pid)
    return own.union(*map(family, own))


def alive(pid):
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def program(pid, name):
    """The program of this name below this process, if there is one."""
    lines = {child: Path(f"/proc/{child}/cmdline").read_bytes() for child in children(pid)}
    return next((child for child, line in lines.items() if name in line), None)


def scheduler(pid):
    return program(pid, b"app.scheduler")


def test_make_run_starts_the_pair():
    recipe = subprocess.run(
        ["make", "--no-print-directory", "-n", "run"], cwd=PROJECT, check=True, capture_output=True, text=True
    ).stdout

    assert recipe.splitlines()[-1] == "exec .venv/bin/python -m config.serve"


@pytest.mark.parametrize("celery", ["", "redis://127.0.0.1:9/0"])
def test_a_port_in_use_is_said_in_a_sentence(small, celery):
    port = int(small.environ["PORT"])
    environ = os.environ | small.environ | {"CELERY_BROKER_URL": celery}
    with socket.create_server(("127.0.0.1", port)):
        refused = subprocess.run(
            [sys.executable, "-m", "config.serve"],
            cwd=PROJECT,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
        )

    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == f"Port {port} is in use on 127.0.0.1: set PORT to another one, such as PORT={port + 1}.\n"


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_pair_serves_works_and_ends_with_code_0(small, ending):
    with serving(small) as process:
        everyone = family(process.pid)
        small.await_done(small.add_job())
        *banner, dashboards = [line for line in (small.folder / "out").read_text().splitlines() if line[0] != "{"]
        assert Counter(follow_at_once(dashboards.removeprefix("Dashboards: "))) == {303: 1, 410: 7}
        process.send_signal(ending)
        assert process.wait(timeout=40) == 0

    assert [pid for pid in everyone if alive(pid)] == []
    create = "accounts create --email you@example.com --role admin"
    assert banner == [
        f"Mingus is at http://127.0.0.1:{small.environ['PORT']}",
        f"Create the first admin: INSTANCE_DIR={small.folder} PORT={small.environ['PORT']} .venv/bin/flask {create}",
        f"Emails are saved as files in {small.folder / 'outbox'}, because SMTP_HOST is not set",
    ]


def test_a_scheduler_that_was_killed_in_mid_task_is_followed_by_another_and_the_effect_comes_once(small):
    with serving(small) as process:
        job_id = small.add_job(wait=True)
        killed = small.await_mark(f"job {job_id}")
        assert killed == scheduler(process.pid)
        kill(killed)

        wait_until(lambda: scheduler(process.pid), "another scheduler")
        small.await_done(job_id)

    assert small.effects() == [2]


def test_nobody_outlives_a_supervisor_that_was_killed(small):
    with serving(small) as process:
        everyone = family(process.pid)
        process.kill()
        process.wait()

        wait_until(lambda: not any(map(alive, everyone)), "all have ended")


def test_the_pair_ends_when_the_web_server_does(small):
    with serving(small) as process:
        [web] = children(process.pid) - {scheduler(process.pid)}
        everyone = family(process.pid)
        kill(web)

        assert process.wait(timeout=40) == 128 + signal.SIGKILL
        wait_until(lambda: not any(map(alive, everyone)), "all have ended")


def test_with_celery_a_sampler_runs_beside_the_web_server(small):
    small.environ["CELERY_BROKER_URL"] = "redis://127.0.0.1:9/0"
    with small.run("config.serve", log="out") as process:
        wait_until(lambda: "Mingus is at" in (small.folder / "out").read_text(), "it serves")

        assert scheduler(process.pid) is None
        assert program(process.pid, b"app.sampler")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=40) == 0
