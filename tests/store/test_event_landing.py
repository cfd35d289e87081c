"""Rows land once, with exact counts, on each database; one bad batch harms nobody else."""

from __future__ import annotations

import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy import func, select

from backend.analytics.events.event import Event, Sender, as_json
from backend.analytics.events.ids import new_event_id
from backend.analytics.events.landing.group import GroupCommit, RowsRefused
from backend.analytics.events.landing.rows import rows_of
from backend.analytics.events.models import AnalyticsEvent
from backend.analytics.events.service import EventTracker
from backend.database import get_db_session
from backend.errors import Unavailable
from backend.extensions import db
from backend.plugins import get
from tests.conftest import as_owner, close, make_app, make_settings

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
SENDER = Sender("v" * 32, "US", "US-NY", "mobile", is_bot=True)
AWKWARD = 'tab\t new\n return\r back\\slash \\N "quoted" ü 漢 🙂 \x7f'


def event(number=None, **given):
    event_id = new_event_id() if number is None else UUID(int=number)
    values = {"event_type": "ai_calculator_opened", "session_id": "s-1", "user_id": None, "timestamp": NOW}
    return Event(event_id=event_id, event_data=as_json(given.pop("data", {})), **{**values, **given})


def record(app, events, sender=SENDER):
    with app.app_context():
        return get(EventTracker).record(events, sender)


def stored(app):
    with app.app_context():
        return get_db_session().scalar(select(func.count(AnalyticsEvent.id)))


@pytest.mark.parametrize("others", [0, 120], ids=["alone", "in a crowd"])
def test_every_column_comes_back_as_it_went_in(any_app, others):
    at = datetime(2026, 11, 21, 4, 0, 0, 5, tzinfo=timezone(timedelta(hours=-5)))
    odd = event(7, user_id=AWKWARD, timestamp=at, data={AWKWARD: [AWKWARD, 1.5, None]})

    record(any_app, [odd, *(event() for _ in range(others))])

    with any_app.app_context():
        row = get_db_session().scalars(select(AnalyticsEvent).where(AnalyticsEvent.event_id == UUID(int=7))).one()
        assert (row.event_type, row.session_id, row.user_id) == ("ai_calculator_opened", "s-1", AWKWARD)
        assert row.timestamp == at
        assert row.event_data == {AWKWARD: [AWKWARD, 1.5, None]}
        assert (row.visitor_id, row.country, row.region, row.device, row.is_bot) == (
            "v" * 32,
            "US",
            "US-NY",
            "mobile",
            True,
        )
        assert timedelta() <= datetime.now(UTC) - row.created_at < timedelta(minutes=1)


@pytest.mark.parametrize("size", [3, 300])
def test_counts_what_was_there_before(any_app, size):
    first = [event(n) for n in range(size)]
    both = [event(n) for n in range(size // 2, size + size // 2)]

    assert record(any_app, first).accepted == size
    again = record(any_app, [*both, *both])

    assert (again.accepted, again.duplicates) == (size - (size - size // 2), 2 * len(both) - again.accepted)
    assert stored(any_app) == size + size // 2


def test_of_many_requests_with_the_same_events_one_stores_each(any_app):
    batches = [[event(n) for n in range(start, start + 200)] for start in (0, 100, 0, 50, 150, 100)]

    with ThreadPoolExecutor(6) as pool:
        recorded = list(pool.map(lambda batch: record(any_app, batch), batches))

    assert sum(each.accepted for each in recorded) == stored(any_app) == 350
    assert all(each.accepted + each.duplicates == 200 for each in recorded)


REFUSE = {
    "sqlite": "CREATE TRIGGER t BEFORE INSERT ON analytics_events WHEN new.session_id = 'poison' "
    "BEGIN SELECT RAISE(ABORT, 'poison'); END",
    "postgresql": "ALTER TABLE analytics_events ADD CONSTRAINT t CHECK (session_id <> 'poison')",
}


class Doorman:
    """Lets a writer begin when all who are expected wait."""

    def __init__(self, writer, expected):
        self.writer, self.expected, self.inserts = writer, expected, 0
        self.group = GroupCommit(self, 10_000)

    @contextmanager
    def turn(self):
        while len(self.group._queue) < self.expected:
            time.sleep(0.001)
        self.expected = 0
        with self.writer.turn():
            yield

    def insert(self, batches):
        self.inserts += 1
        return self.writer.insert(batches)


def commit_together(app, batches):
    """What becomes of requests that wait together, in their order: the ids that were there, or the error."""
    with app.app_context():
        doorman = Doorman(get(GroupCommit)._writer, len(batches))

    def commit(number):
        with app.app_context():
            while len(doorman.group._queue) < number:
                time.sleep(0.001)
            try:
                return doorman.group.commit(rows_of(batches[number], SENDER, NOW))
            except (RowsRefused, Unavailable) as error:
                return error

    with ThreadPoolExecutor(len(batches)) as pool:
        return list(pool.map(commit, range(len(batches)))), doorman.inserts


def test_requests_that_wait_together_share_a_transaction_and_get_their_own_counts(any_app):
    record(any_app, [event(1)])

    there, inserts = commit_together(any_app, [[event(1), event(2)], [event(2), event(3)], [event(3), event(4)]])

    assert inserts == 1
    assert there == [{UUID(int=1).bytes}, {UUID(int=2).bytes}, {UUID(int=3).bytes}]
    assert stored(any_app) == 4


@pytest.mark.parametrize("size", [1, 40], ids=["in one statement", "in several"])
def test_requests_that_share_a_transaction_keep_their_own_senders(any_app, size):
    requests = {device: [event() for _ in range(size)] for device in ("mobile", "desktop", "tablet")}
    with any_app.app_context():
        writer = get(GroupCommit)._writer
        with writer.turn():
            writer.insert([rows_of(events, Sender(device=device), NOW) for device, events in requests.items()])

        found = get_db_session().execute(select(AnalyticsEvent.event_id, AnalyticsEvent.device))
        assert dict(map(tuple, found)) == {one.event_id: device for device in requests for one in requests[device]}


def refuse_poison(app):
    with as_owner(app) as connection:
        connection.execute(sa.text(REFUSE[connection.dialect.name]))


def test_a_batch_that_the_database_refuses_fails_alone(any_app):
    refuse_poison(any_app)
    batches = [[event() for _ in range(60)], [event(1), event(2, session_id="poison")], [event(1)], [event()]]

    outcomes, _ = commit_together(any_app, batches)

    assert isinstance(outcomes.pop(1), RowsRefused)
    assert outcomes == [set(), set(), set()]
    assert stored(any_app) == 62


def test_a_refusal_does_not_repeat_what_was_refused(any_app):
    refuse_poison(any_app)
    for others in (0, 120):
        with pytest.raises(RowsRefused) as refusal:
            record(any_app, [event(session_id="poison", user_id=7 * "me"), *(event() for _ in range(others))])

        assert 7 * "me" not in "".join(traceback.format_exception(refusal.value))


def test_beyond_the_queue_limit_nothing_is_taken_in(app):
    with app.app_context():
        doorman = Doorman(get(GroupCommit)._writer, 2)
        doorman.group._limit = 100
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(in_context, app, doorman.group.commit, rows_of([event() for _ in range(90)], SENDER, NOW))
        wait_until(lambda: doorman.group._queue)
        with pytest.raises(Unavailable, match="waiting"):
            doorman.group.commit(rows_of([event() for _ in range(11)], SENDER, NOW))
        second = pool.submit(in_context, app, doorman.group.commit, rows_of([event() for _ in range(10)], SENDER, NOW))
        assert first.result() == second.result() == set()

    assert stored(app) == 100


def test_one_request_larger_than_the_limit_is_taken_when_nobody_waits(app):
    with app.app_context():
        group = get(GroupCommit)
        group._limit = 1
        assert group.commit(rows_of([event(), event()], SENDER, NOW)) == set()


def in_context(app, function, *values):
    with app.app_context():
        return function(*values)


def wait_until(happened, seconds=10):
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_a_locked_database_refuses_and_the_next_events_are_taken(app):
    with app.app_context():
        writer = get(GroupCommit)._writer
        writer._connection.get().execute("PRAGMA busy_timeout = 50")
        with db.engine.begin() as other:
            other.exec_driver_sql("DELETE FROM analytics_events")
            with pytest.raises(Unavailable):
                get(EventTracker).record([event()])

    assert record(app, [event()]).accepted == 1


@pytest.fixture
def postgresql_app(postgresql_url, tmp_path):
    app = make_app(make_settings(tmp_path, DATABASE_URL=SecretStr(postgresql_url)))
    yield app
    close(app)


def test_a_connection_that_died_is_replaced(postgresql_app):
    record(postgresql_app, [event()])
    with postgresql_app.app_context():
        driver = get(GroupCommit)._writer._connection.get()
        get_db_session().execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": driver.info.backend_pid})

    assert record(postgresql_app, [event()]).accepted == 1
    assert stored(postgresql_app) == 2


def test_a_server_that_may_only_be_read_refuses_until_another_one_answers(postgresql_app):
    """As after a failover: what was the primary is now a standby."""
    record(postgresql_app, [event()])
    with postgresql_app.app_context():
        writer = get(GroupCommit)._writer
        writer._connection.get().execute("SET default_transaction_read_only = on")
        with pytest.raises(Unavailable):
            get(EventTracker).record([event()])

    assert record(postgresql_app, [event()]).accepted == 1


def test_a_queue_that_cannot_be_opened_refuses(app, instance):
    queue = instance / "mingus.db-landing"
    queue.mkdir()
    with pytest.raises(Unavailable):
        record(app, [event()])
    queue.rmdir()

    assert record(app, [event()]).accepted == 1


def test_an_error_that_nobody_expects_leaves_the_database_open_to_others(app):
    record(app, [event()])
    broken = rows_of([event(session_id="\ud800")], SENDER, NOW)
    with app.app_context():
        with pytest.raises(UnicodeEncodeError):
            get(GroupCommit).commit(broken)
        with db.engine.begin() as other:
            other.exec_driver_sql("DELETE FROM analytics_events")
