"""CAP-4: one salt a UTC day in all processes, forgotten after 48 hours."""

from __future__ import annotations

import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from backend.analytics.events.models import VisitorSalt
from backend.analytics.events.senders.visitors import VisitorSalts
from backend.database import get_db_session
from backend.extensions import db
from backend.jobs.timetable import Schedule
from backend.plugins import get

DAY = date(2026, 11, 21)
MIDNIGHT = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def new_salts(any_app):
    """Return a function that makes what each process has one of."""
    with any_app.app_context():
        engine = db.engine
        yield lambda: VisitorSalts(lambda: Session(engine))


def kept():
    get_db_session().rollback()
    return set(get_db_session().scalars(select(VisitorSalt.day)))


def test_the_first_to_ask_makes_the_salt_and_everyone_agrees(new_salts):
    first, second = new_salts(), new_salts()

    assert first.of(DAY) == second.of(DAY) == first.of(DAY)
    assert len(first.of(DAY)) == 32
    assert kept() == {DAY}


def test_requests_that_come_together_ask_the_database_once(any_app):
    come, asked = threading.Semaphore(0), []
    with any_app.app_context():
        engine = db.engine

    def session():
        asked.append(engine)
        for _ in range(4 if len(asked) == 1 else 0):
            come.acquire()
        return Session(engine)

    salts = VisitorSalts(session)

    def ask():
        come.release()
        return salts.of(DAY)

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(lambda _: ask(), range(4)))) == 1
    assert len(asked) == 1


def test_each_day_has_a_salt_of_its_own(new_salts):
    salts = new_salts()

    assert salts.of(DAY) != salts.of(DAY + timedelta(days=1))
    assert salts.of(DAY) == new_salts().of(DAY)


@pytest.mark.parametrize(
    ("hours", "left"), [(47, {21, 22, 23}), (48, {22, 23}), (71, {22, 23}), (72, {23}), (200, set())]
)
def test_a_salt_is_forgotten_48_hours_after_its_day_began(new_salts, hours, left):
    salts = new_salts()
    for day in (21, 22, 23):
        salts.of(date(2026, 11, day))

    assert salts.forget(MIDNIGHT + timedelta(hours=hours)) == 3 - len(left)
    assert kept() == {date(2026, 11, day) for day in left}


def test_the_schedule_forgets_what_is_over(new_salts):
    new_salts().of(date(2020, 2, 29))

    get(Schedule).entries["events.forget_salts"].work()

    assert kept() == set()


def test_nothing_of_a_forgotten_salt_is_left_in_the_file(app, instance):
    with app.app_context():
        salts = VisitorSalts(lambda: Session(db.engine))
        salt = salts.of(DAY)
        assert any(salt in file.read_bytes() for file in instance.glob("mingus.db*"))

        salts.forget(MIDNIGHT + timedelta(hours=48))

    assert not any(salt in file.read_bytes() for file in instance.glob("mingus.db*"))


def ask(url, barrier, answers):
    engine = create_engine(url)
    salts = VisitorSalts(lambda: Session(engine))
    barrier.wait()
    answers.put(salts.of(DAY))


def test_processes_that_ask_at_once_agree(any_app):
    with any_app.app_context():
        url = db.engine.url.render_as_string(hide_password=False)
    processes = multiprocessing.get_context("spawn")
    barrier, answers = processes.Barrier(4), processes.Queue()
    asking = [processes.Process(target=ask, args=(url, barrier, answers)) for _ in range(4)]
    for process in asking:
        process.start()
    salts = {answers.get(timeout=60) for _ in asking}
    for process in asking:
        process.join()

    assert len(salts) == 1
