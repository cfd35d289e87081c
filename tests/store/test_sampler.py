"""PERF-1: one sampler per host, under a lease; PERF-3a: what it measures."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import SecretStr

from app.wiring.sampling import redis_info, sampler_of, shared_figures
from backend.analytics.monitoring.cgroups import Cgroups, MemoryUse
from backend.analytics.monitoring.control import MonitoringControl
from backend.analytics.monitoring.host_figures import HostFigures
from backend.analytics.monitoring.readings import Family, Readings
from backend.analytics.monitoring.sampler import Sampler, SamplerServices
from backend.analytics.monitoring.shared_figures import SharedFigures
from backend.clock import utc_now
from backend.extensions import db
from backend.jobs.leases import Leases
from backend.jobs.models import Job, JobState, Lease
from backend.plugins import get
from tests.conftest import ON_SQLITE, make_app, make_settings
from tests.servers import wait_until


@pytest.fixture
def sampler(any_app, tmp_path):
    """A function that makes another sampler of the host."""
    database = SecretStr(any_app.config["SQLALCHEMY_DATABASE_URI"])
    settings = make_settings(tmp_path, HOST_ID="web-1", DATABASE_URL=database)
    made = []

    def make():
        made.append(sampler_of(any_app, settings))
        made[-1].start()
        return made[-1]

    yield make
    for one in made:
        one.stop()


def holder(app):
    with app.app_context():
        lease = db.session.get(Lease, "sampler:web-1")
        return lease and (lease.holder, lease.fence)


def hosts(app):
    with app.app_context():
        return get(MonitoringControl).status().hosts


def test_one_of_two_samples_and_the_other_takes_over_when_it_ends(any_app, sampler):
    first = sampler()
    before = wait_until(lambda: holder(any_app), "somebody samples")
    sampler()
    [host] = wait_until(lambda: hosts(any_app), "the host was measured")
    assert (host.id, host.is_sampling, holder(any_app)) == ("web-1", True, before)

    first.stop()

    after = wait_until(lambda: (now := holder(any_app)) != before and now, "the other samples")
    assert after[1] == before[1] + 1


@ON_SQLITE
def test_a_host_on_which_monitoring_is_off_is_not_measured(any_app, sampler):
    with any_app.app_context():
        get(MonitoringControl).stop("cli")

    sampler()

    wait_until(lambda: holder(any_app), "somebody holds the lease")
    assert hosts(any_app) == ()


def test_work_that_waits_is_counted(any_app):
    now = utc_now()
    jobs = [
        ("mail.send", JobState.WAITING, now),
        ("x", JobState.WAITING, now + timedelta(hours=1)),
        ("x", JobState.DEAD, now),
    ]
    with any_app.app_context():
        db.session.add_all(Job(kind=k, payload={}, state=s, due_at=at, created_at=now) for k, s, at in jobs)
        db.session.commit()

        figures, tables = shared_figures("").look(), shared_figures("").tables()

    assert (figures["jobs_waiting"], figures["jobs_dead"]) == (1, 1)
    assert tables["table_bytes:jobs"] > 0
    assert tables["database_bytes"] >= tables["table_bytes:jobs"]
    assert "table_bytes:analytics_events" in tables


def test_postgresql_says_how_many_connections_of_how_many_are_open(tmp_path, postgresql_url):
    app = make_app(make_settings(tmp_path, DATABASE_URL=SecretStr(postgresql_url)))
    with app.app_context():
        figures = shared_figures("").look()
        db.engine.dispose()

    assert 1 <= figures["database_connections_active"] <= figures["database_connections_open"]
    assert figures["database_connections_percent"] == (
        100 * figures["database_connections_open"] / figures["database_connections_max"]
    )


def test_redis_says_how_much_memory_it_uses_and_one_that_is_gone_takes_nothing_else_along(app, redis_url):
    with app.app_context():
        present = SharedFigures(db.session(), lambda: redis_info(redis_url), utc_now).look()
        gone = SharedFigures(db.session(), lambda: redis_info("redis://127.0.0.1:9/0"), utc_now).look()

    assert present["redis_memory_bytes"] > 100_000
    assert "redis_memory_bytes" not in gone
    assert gone["jobs_dead"] == 0


class Half(Cgroups):
    """A container with half a processor and a GiB, of which it uses a quarter."""

    def memory(self):
        return MemoryUse(1 << 28, 1 << 30)

    def processors(self):
        return 0.5

    def processor_seconds(self):
        return 0.0


def test_figures_of_a_host_are_of_what_its_container_may_use(tmp_path):
    figures = HostFigures([tmp_path], Half())
    figures.prime()
    measured = figures.look()

    assert (measured["memory_percent"], measured["memory_limit_bytes"]) == (25.0, 1 << 30)
    assert (measured["cpu_percent"], measured["processors"]) == (0.0, 0.5)
    disks = [name for name in measured if name.startswith("disk_percent:/")]
    assert disks
    assert all(0 <= measured[name] <= 100 for name in disks)


@ON_SQLITE
def test_readings_of_a_host_carry_its_name_and_are_flushed(any_app, tmp_path):
    readings, flushed = Readings(), []
    services = SamplerServices(
        any_app.app_context,
        lambda: get(Leases),
        lambda: get(MonitoringControl),
        lambda: shared_figures(""),
        lambda: flushed.extend(readings.drain()),
    )
    sampler = Sampler(services, HostFigures([tmp_path]), readings, "web-1")
    sampler.start()
    wait_until(lambda: flushed, "the host was measured")
    sampler.stop()

    assert {(reading.family, reading.outcome) for reading in flushed} == {(Family.HOST, "web-1")}
    assert {"cpu_percent", "memory_percent", "load_1m", "database_bytes"} <= {reading.name for reading in flushed}
