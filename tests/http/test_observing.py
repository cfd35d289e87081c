"""What rooms do in the background, and what they ask of others, is measured without being asked."""

from __future__ import annotations

from functools import partial

import pytest
from argon2 import PasswordHasher

from backend.accounts.people.passwords import Passwords
from backend.accounts.permissions import Role
from backend.analytics.events.forwarding.client import Ga4Client, Ga4Unavailable
from backend.analytics.lake.sync import LakeSync
from backend.analytics.monitoring.readings import Family, Readings
from backend.analytics.warehouse.engine import NUMBER_OF_SESSIONS
from backend.analytics.warehouse.service import Warehouse
from backend.extensions import db
from backend.jobs.timetable import Schedule, ScheduleEntry, Timetable
from backend.mail.letter import Letter
from backend.mail.service import Mail
from backend.outbound.client import Outbound, OutboundFailed
from backend.plugins import KEY, get
from backend.tasks.schedule import DAY, MINUTE
from tests.accounts import make_account
from tests.letters import deliver


@pytest.fixture
def readings(app):
    return app.extensions[KEY].build(Readings)


def of(readings, *families):
    """What was measured of these families, and how it ended."""
    taken = [reading for reading in readings.drain() if reading.family in families]
    assert all(0 <= reading.value < 60 for reading in taken)
    return [(reading.family, reading.name, reading.outcome) for reading in taken]


def test_scheduled_work_is_measured_by_its_entry(app, readings):
    def fail():
        raise RuntimeError

    entries = [ScheduleEntry("done", DAY, dict, MINUTE), ScheduleEntry("failing", DAY, fail, MINUTE)]
    app.extensions[KEY].add_shared(Schedule, lambda: Schedule(entries))
    with app.app_context():
        get(Timetable).open()
        db.session.execute(db.text("UPDATE scheduled_tasks SET due_at = '2020-01-01'"))
        db.session.commit()
        assert get(Timetable).run("done")
        assert get(Timetable).run("failing")

    assert of(readings, Family.JOB) == [(Family.JOB, "done", "ok"), (Family.JOB, "failing", "failed")]


def test_an_email_is_measured_as_a_job_and_as_a_delivery(app, readings):
    account = make_account(app, Role.MEMBER)
    with app.app_context():
        get(Mail).send(account.id, Letter.RESET, {"path": "/reset/token"})
        db.session.commit()
    deliver(app)

    assert of(readings, Family.JOB, Family.EMAIL) == [(Family.EMAIL, "reset", "ok"), (Family.JOB, "mail.send", "ok")]


def test_the_lake_is_measured_and_answers_that_are_remembered_are_hits(app, readings):
    with app.app_context():
        get(LakeSync).run()
        get(Warehouse).ask(NUMBER_OF_SESSIONS)
        first = of(readings, Family.LAKE, Family.CACHE)
        get(Warehouse).ask(NUMBER_OF_SESSIONS)
        again = of(readings, Family.CACHE)

    assert first[0] == (Family.LAKE, "sync", "ok")
    assert (Family.LAKE, "question", "ok") in first
    assert (Family.CACHE, "answers", "miss") in first
    assert again == [(Family.CACHE, "answers", "hit")]


def test_sign_in_work_is_measured():
    readings = Readings()
    passwords = Passwords(
        PasswordHasher(time_cost=1, memory_cost=8, parallelism=1),
        observe=lambda name, seconds, outcome: readings.record(Family.SIGN_IN, name, seconds, outcome),
    )
    assert passwords.verify(passwords.hash("a long password"), "a long password")
    assert not passwords.verify(None, "a long password")

    assert [name for _, name, _ in of(readings, Family.SIGN_IN)] == ["hash", "verify", "verify"]


def test_a_call_that_fails_is_measured_by_what_it_was_for():
    told = []
    nobody = Outbound(lambda _host: [], observe=lambda *told_of: told.append(told_of[::2]))
    with pytest.raises(OutboundFailed):
        nobody.post("https://hooks.example/x", b"{}", {}, "slack")
    ga4 = partial(Ga4Client, "http://127.0.0.1:9", "G-1", "secret")
    with pytest.raises(Ga4Unavailable):
        ga4(observe=lambda *told_of: told.append(told_of[::2])).post(b"{}")

    assert told == [("slack", "failed"), ("ga4", "failed")]
