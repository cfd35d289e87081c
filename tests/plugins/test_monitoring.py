"""PERF-1 on real processes: four workers and two hosts obey one row; a sampler is followed; a server drains."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from backend.accounts.keys.service import KeyService
from backend.accounts.permissions import Scope
from backend.analytics.monitoring.following import FLUSHING_SECONDS
from backend.analytics.monitoring.models import StoredFlush
from backend.jobs.models import Lease
from backend.plugins import get
from tests.background import Installation, kill
from tests.conftest import close, make_app, make_settings, of_postgresql
from tests.servers import gunicorn, wait_until

WORKERS = 4


class Fleet:
    """Servers and samplers on one PostgreSQL."""

    def __init__(self, folder, url):
        self.installation = Installation.at(folder, url)
        app = make_app(make_settings(folder, **of_postgresql(url)))
        with app.app_context():
            self.key = get(KeyService).create("ops", [Scope.MONITORING_READ, Scope.MONITORING_CONTROL])
        close(app)

    def environ(self, host):
        given = {**self.installation.environ, "HOST_ID": host, "WEB_WORKERS": str(WORKERS), "DRAIN_SECONDS": "3"}
        return {name: value for name, value in given.items() if name != "ANALYTICS_PLUGINS"}

    @contextmanager
    def serving(self):
        with gunicorn(self.environ("web-1"), self.installation.folder / "gunicorn.log") as server:
            yield server

    def sampling(self):
        self.installation.environ["HOST_ID"] = "jobs-1"
        return self.installation.run("app.sampler", log="sampler.log")

    def ask(self, server, deed, method="GET"):
        address, headers = f"{server.url}/api/analytics/performance/{deed}", {"Authorization": f"Bearer {self.key}"}
        with urllib.request.urlopen(
            urllib.request.Request(address, method=method, headers=headers), timeout=60
        ) as sent:
            return json.load(sent)

    def observed(self, server, wanted):
        """The status, once all workers of the server do this."""

        def look():
            status = self.ask(server, "status")
            workers = {worker["pid"] for host in status["hosts"] for worker in host["workers"]}
            return status if status["observed"] == wanted and server.workers() <= workers else None

        return wait_until(look, f"monitoring is {wanted} in every worker")

    def flushes(self, server):
        """How often the workers of this server wrote down what they measured."""
        own = sa.select(sa.func.count()).select_from(StoredFlush).where(StoredFlush.pid.in_(server.workers()))
        with self.installation.session() as session:
            return session.scalar(own)

    def lease(self):
        with self.installation.session() as session:
            lease = session.get(Lease, "sampler:jobs-1")
            return lease and (lease.holder, lease.fence)


@pytest.fixture
def fleet(instance, postgresql_url):
    return Fleet(instance, postgresql_url)


def readiness(server, path="/health/ready"):
    try:
        with urllib.request.urlopen(f"{server.url}{path}", timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def test_every_worker_of_every_host_obeys_and_stays_stopped_after_a_restart(fleet):
    with fleet.sampling(), fleet.sampling():
        with fleet.serving() as server:
            fleet.observed(server, "on")
            assert fleet.ask(server, "stop-monitoring", "POST")["desired"] == "off"
            fleet.observed(server, "off")
        with fleet.serving() as server:
            status = fleet.observed(server, "off")
            assert (status["desired"], status["generation"]) == ("off", 1)
            for _ in range(20):
                readiness(server, "/health/live")
            time.sleep(FLUSHING_SECONDS + 1)
            assert fleet.flushes(server) == 0

            fleet.ask(server, "start-monitoring", "POST")
            fleet.observed(server, "on")
            wait_until(lambda: fleet.flushes(server), "workers record again")
            hosts = wait_until(lambda: sampled(fleet.ask(server, "status")), "both hosts are there, one measured")
            assert hosts == {"web-1": False, "jobs-1": True}

            first, fence = fleet.lease()
            kill(int(first.split()[0]))
            assert wait_until(lambda: after(fleet.lease(), first), "another sampler takes over")[1] > fence
            drained(server)


def sampled(status):
    hosts = {host["id"]: host["is_sampling"] for host in status["hosts"]}
    return hosts if len(hosts) == 2 else None


def after(lease, holder):
    return lease if lease and lease[0] != holder else None


def drained(server):
    """A server that is told to end says first that it is not ready, and answers all the same."""
    os.kill(server.process.pid, signal.SIGTERM)
    wait_until(lambda: readiness(server) == 503, "it is not ready")
    assert readiness(server, "/health/live") == 200
    assert server.process.wait(timeout=40) == 0
