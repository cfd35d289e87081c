"""PERF-1: monitoring is started and stopped by one row that every process obeys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from backend.analytics.monitoring.control import MonitoringControl, Observed, Span
from backend.analytics.monitoring.hosts import HostStore
from backend.analytics.monitoring.state import Desired, Order, StateStore
from backend.audit.anchor import AnchorFile
from backend.audit.models import AuditEntry
from backend.audit.service import AuditLog
from backend.audit.store import AuditStore
from backend.clock import utc_now
from backend.extensions import db

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


class Operations:
    """Monitoring with a clock to turn."""

    def __init__(self, engine):
        self.time = NOW
        self.session = Session(engine)
        audit = AuditLog(AuditStore(self.session), self.session, b"key", AnchorFile(Path("none")), utc_now)
        states, hosts = StateStore(self.session), HostStore(self.session)
        self.control = MonitoringControl(states, hosts, self.session, audit, lambda: self.time)

    def deeds(self):
        entries = self.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.number))
        return [(entry.actor, entry.action, entry.details) for entry in entries]


@pytest.fixture
def operations(any_app):
    with any_app.app_context():
        operations = Operations(db.engine)
        yield operations
        operations.session.close()


def test_monitoring_runs_until_somebody_stops_it(operations):
    assert operations.control.order() == Order(Desired.ON, 0)
    assert operations.control.start("cli").generation == 0

    stopped = operations.control.stop("key:7")

    assert (stopped.desired, stopped.generation, stopped.changed_by, stopped.changed_at) == ("off", 1, "key:7", NOW)
    assert operations.control.order() == Order(Desired.OFF, 1)


def test_the_generation_grows_and_the_audit_log_notes_it_only_when_something_changes(operations):
    for turn in ("stop", "stop", "start", "start", "stop"):
        status = getattr(operations.control, turn)("cli")

    assert status.generation == 3
    assert operations.deeds() == [
        ("cli", "monitoring.stopped", {"generation": 1}),
        ("cli", "monitoring.started", {"generation": 2}),
        ("cli", "monitoring.stopped", {"generation": 3}),
    ]


def test_spans_without_monitoring_are_remembered(operations):
    for turn in ("stop", "start", "stop"):
        getattr(operations.control, turn)("cli")
        operations.time += HOUR

    first, second = Span(NOW, NOW + HOUR), Span(NOW + 2 * HOUR, None)
    assert operations.control.off_spans(NOW, NOW + 9 * HOUR) == [first, second]
    assert operations.control.off_spans(NOW + HOUR, NOW + 2 * HOUR) == []


def test_a_clock_set_back_makes_no_span_that_ends_before_it_began(operations):
    operations.control.stop("cli")
    operations.time -= HOUR
    operations.control.start("cli")

    assert operations.control.off_spans(NOW - HOUR, NOW + HOUR) == [Span(NOW, NOW)]


def test_what_is_observed_is_what_all_living_processes_obey(operations):
    control = operations.control
    assert control.status().observed is Observed.UNKNOWN
    control.beat("a", 1, 0)
    control.beat("b", 1, 0)
    assert control.status().observed is Observed.ON

    assert control.stop("cli").observed is Observed.CHANGING
    control.beat("a", 1, 1)
    assert control.status().observed is Observed.CHANGING
    control.beat("b", 1, 1)

    assert control.status().observed is Observed.OFF
    assert [(host.id, [worker.pid for worker in host.workers]) for host in control.status().hosts] == [
        ("a", [1]),
        ("b", [1]),
    ]


def test_a_process_that_went_silent_is_forgotten_also_when_the_clock_was_set_back(operations):
    control = operations.control
    control.beat("a", 1, 0)
    control.beat("a", 2, 0)
    operations.time += 16 * SECOND
    control.beat("a", 2, 0)
    assert [worker.pid for worker in control.status().hosts[0].workers] == [2]

    operations.time -= HOUR

    assert control.status().observed is Observed.UNKNOWN
    control.beat("a", 3, 0)
    assert [worker.pid for worker in control.status().hosts[0].workers] == [3]


def test_a_process_that_ends_says_so(operations):
    operations.control.beat("a", 1, 0)
    operations.control.leave("a", 1)

    assert operations.control.status().hosts == ()


def test_a_sampler_that_was_taken_over_can_no_longer_write(operations):
    control = operations.control

    assert control.keep_figures("a", 4, {"cpu_percent": 1.0})
    assert control.keep_figures("a", 5, {"cpu_percent": 2.0})
    assert not control.keep_figures("a", 4, {"cpu_percent": 3.0})

    [host] = control.status().hosts
    assert (host.is_sampling, host.figures, host.heartbeat_age) == (True, {"cpu_percent": 2.0}, timedelta())
    operations.time += 16 * SECOND
    assert control.status().hosts == ()
