"""PERF-7: error groups on each database: exact under bursts, opened again when errors come back, forgotten in time."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from backend.analytics.monitoring.errors import service
from backend.analytics.monitoring.errors.buffer import Circumstances, ErrorBuffer
from backend.analytics.monitoring.errors.group import ErrorSample, ErrorSource, ErrorState, Frame
from backend.analytics.monitoring.errors.models import ErrorHour
from backend.analytics.monitoring.errors.service import ErrorService
from backend.analytics.monitoring.errors.stack import known_facts
from backend.analytics.monitoring.errors.store import ErrorStore
from backend.audit.models import AuditEntry
from backend.audit.service import AuditLog
from backend.database import get_db_session
from backend.errors import NotFound
from backend.plugins import get

NOW = datetime(2026, 11, 30, 12, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Site:
    """Two releases of one site, with a clock to turn."""

    def __init__(self):
        self.time = NOW
        self.buffers = {release: ErrorBuffer(release, lambda: self.time, lambda: True) for release in ("r1", "r2")}

    @property
    def errors(self):
        session = get_db_session()
        return ErrorService(ErrorStore(session), session, get(AuditLog), lambda: self.time)

    def fail(self, place="pay", route="GET /pay", release="r1", request_id="request-1"):
        frames = (Frame(f"backend.{place}", "work", 7),)
        facts = known_facts(ErrorSource.REQUEST, "ValueError", ErrorSample("no …", frames), frames)
        self.buffers[release].add(facts, Circumstances(ErrorSource.REQUEST, route, request_id))

    def write(self):
        for buffer in self.buffers.values():
            buffer.write(self.errors.record)

    def only(self, state=None):
        [group] = self.errors.groups(state)
        return group


@pytest.fixture
def site(any_app):
    with any_app.test_request_context():
        yield Site()


def test_a_group_says_what_failed_when_and_where(site):
    site.fail()
    site.time += HOUR
    for number in range(9):
        site.fail(route="GET /moves", request_id=f"request-{number}")
    site.write()

    group = site.only()
    assert (group.type, group.place, group.state, group.count) == (
        "ValueError",
        "backend.pay, work",
        ErrorState.NEW,
        10,
    )
    assert (group.first_seen, group.last_seen, group.first_release) == (NOW, NOW + HOUR, "r1")
    assert [(route.route, route.count) for route in group.routes] == [("GET /moves", 9), ("GET /pay", 1)]
    assert [seen.request_id for seen in group.requests] == [f"request-{number}" for number in (8, 7, 6, 5, 4)]
    assert group.sample.frames == (Frame("backend.pay", "work", 7),)
    assert (len(group.by_hour), group.by_hour[-2:], sum(group.by_hour)) == (24, (1, 9), 10)
    assert site.errors.group(group.id).by_hour[-2:] == (1, 9)


def test_processes_that_fail_together_lose_no_count(any_app, site):
    def process():
        buffer = ErrorBuffer("r1", lambda: site.time, lambda: True)
        frames = (Frame("backend.pay", "work", 7),)
        facts = known_facts(ErrorSource.REQUEST, "ValueError", ErrorSample("", frames), frames)
        for _ in range(5):
            for _ in range(20):
                buffer.add(facts, Circumstances(ErrorSource.REQUEST, "GET /pay"))
            with any_app.app_context():
                buffer.write(site.errors.record)

    threads = [threading.Thread(target=process) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    group = site.only()
    assert (group.count, group.by_hour[-1], group.routes[0].count) == (400, 400, 400)


def test_a_resolved_group_is_back_again_with_the_next_error(site):
    site.fail()
    site.write()
    site.time += HOUR
    site.fail()  # before it was resolved, and written later
    site.time += HOUR
    site.errors.decide(site.only().id, ErrorState.RESOLVED, "", "account:a")
    site.write()
    assert site.only(ErrorState.RESOLVED).count == 2

    site.time += HOUR
    site.fail()
    site.write()
    assert (site.only().state, site.only().count) == (ErrorState.BACK_AGAIN, 3)
    assert site.errors.counts()[ErrorState.RESOLVED] == 0


@pytest.mark.parametrize(
    ("quiet", "release", "state"),
    [
        (8 * DAY, "r2", ErrorState.BACK_AGAIN),
        (8 * DAY, "r1", ErrorState.KNOWN),
        (DAY, "r2", ErrorState.KNOWN),
    ],
)
def test_a_known_group_is_back_again_after_a_quiet_week_in_a_new_release(site, quiet, release, state):
    site.fail()
    site.write()
    site.errors.decide(site.only().id, ErrorState.KNOWN, "", "account:a")
    site.time += quiet
    site.fail(release=release)
    site.write()

    assert (site.only().state, site.only().last_release, site.only().first_release) == (state, release, "r1")


def test_an_ignored_group_is_counted_and_stays_ignored_with_its_reason(site):
    site.fail()
    site.write()
    ignored = site.errors.ignore(site.only().id, "A bot of a customer", "account:a")
    site.time += 30 * DAY
    site.fail(release="r2")
    site.write()

    assert site.errors.groups() == []
    group = site.only(ErrorState.IGNORED)
    assert (ignored.reason, group.reason, group.count) == ("A bot of a customer", "A bot of a customer", 2)
    [entry] = get_db_session().scalars(select(AuditEntry).where(AuditEntry.action == "error_group.changed"))
    assert (entry.actor, entry.object, entry.details) == ("account:a", f"error_group:{group.id}", {"state": "ignored"})


def test_kinds_past_the_bound_are_one_group(site, monkeypatch):
    monkeypatch.setattr(service, "MOST_GROUPS", 3)
    for number in range(6):
        site.fail(place=f"room_{number}")
        site.write()

    groups = site.errors.groups()
    assert (len(groups), sum(group.count for group in groups)) == (4, 6)
    assert max(group.count for group in groups) == 3


def test_old_hours_and_groups_are_forgotten(site):
    site.fail()
    site.write()
    site.time += 31 * DAY
    site.fail()
    site.write()
    site.errors.forget()
    assert (site.only().count, len(get_db_session().scalars(select(ErrorHour)).all())) == (2, 1)

    site.time += 91 * DAY
    site.errors.forget()
    assert site.errors.groups() == []


@pytest.mark.parametrize("group_id", [0, 1, 2**31, 10**30])
def test_a_group_that_is_not_there_is_not_found(site, group_id):
    with pytest.raises(NotFound):
        site.errors.group(group_id)
    with pytest.raises(NotFound):
        site.errors.ignore(group_id, "why", "account:a")
