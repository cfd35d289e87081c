"""The schedule's rows and the leader's lease on each database, with a clock to turn both ways."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from backend.extensions import db
from backend.jobs.attempt import Attempts
from backend.jobs.leases import LEASE, Leases
from backend.jobs.models import ScheduledTask
from backend.jobs.store import LeaseStore, ScheduleStore
from backend.jobs.timetable import Schedule, ScheduleEntry, Timetable

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


class Office:
    """An hourly and a daily task that note their runs, and a clock."""

    def __init__(self, engine):
        self.engine = engine
        self.time = NOW
        self.ran = []
        self.broken = False
        self.failed = []
        self.session = Session(engine)
        self.timetable = self.of(
            self.hourly(), ScheduleEntry("daily", DAY, self.note("daily"), 60 * SECOND, at_start=True)
        )
        self.leases = Leases(LeaseStore(self.session), self.session, lambda: self.time)

    def hourly(self, every=HOUR):
        return ScheduleEntry("hourly", every, self.note("hourly"), 60 * SECOND)

    def of(self, *entries):
        store, schedule = ScheduleStore(self.session), Schedule(entries)
        attempts = Attempts(lambda what, error: self.failed.append((what, type(error))))
        return Timetable(store, self.session, schedule, lambda: self.time, lambda _low, high: high, attempts)

    def note(self, name):
        def work():
            self.ran.append(name)
            if self.broken:
                raise OSError("somebody@example.org")

        return work

    def run_all(self):
        while self.timetable.run_next():
            pass
        ran, self.ran = self.ran, []
        return sorted(ran)

    def row(self, name="hourly"):
        with Session(self.engine) as session:
            return session.get(ScheduledTask, name)


@pytest.fixture
def office(any_app):
    with any_app.app_context():
        office = Office(db.engine)
        yield office
        office.session.close()


@pytest.fixture
def opened(office):
    """After the first turn of everything."""
    office.timetable.open()
    assert office.run_all() == ["daily", "hourly"]
    return office


def test_each_task_runs_once_a_turn(opened):
    assert opened.run_all() == []
    opened.time += HOUR
    assert opened.run_all() == ["hourly"]
    assert opened.run_all() == []
    opened.time += 23 * HOUR
    assert opened.run_all() == ["daily", "hourly"]


def test_turns_keep_step_and_missed_ones_are_made_up_for_once(opened):
    opened.time += HOUR + 300 * SECOND
    assert opened.run_all() == ["hourly"]
    assert opened.row().due_at == NOW + 2 * HOUR

    opened.time = NOW + 10 * HOUR + 300 * SECOND
    assert opened.run_all() == ["hourly"]
    assert opened.row().due_at == opened.time + HOUR


def test_what_runs_at_the_start_runs_whenever_somebody_begins_to_lead(opened):
    opened.timetable.open()

    assert opened.run_all() == ["daily"]


def test_rows_follow_the_schedule(opened):
    opened.of(opened.hourly(), ScheduleEntry("new", DAY, opened.note("new"), SECOND)).open()

    assert [row.name for row in opened.timetable.rows()] == ["new", "hourly"]


def test_a_turn_that_became_shorter_counts_at_once(opened):
    opened.timetable = opened.of(opened.hourly(every=5 * SECOND))

    assert opened.run_all() == ["hourly"]
    assert opened.row().due_at == NOW + 5 * SECOND


def test_a_failure_is_kept_without_its_words_and_tried_again_soon(opened):
    opened.time += HOUR
    opened.broken = True
    opened.run_all()

    row = opened.row()
    assert (row.failures, row.due_at, row.leased_until) == (1, opened.time + 10 * SECOND, None)
    assert row.last_error.startswith("OSError in work, line ")
    assert opened.failed == [("scheduled hourly", OSError)]
    opened.time, opened.broken = row.due_at, False
    assert opened.run_all() == ["hourly"]
    assert (opened.row().failures, opened.row().last_error) == (0, None)


def test_a_task_at_work_is_not_begun_again_before_its_lease_is_over(opened):
    opened.time += HOUR
    with pytest.raises(KeyboardInterrupt):
        opened.timetable.run("hourly", within=interrupted)

    opened.time += 64 * SECOND
    assert opened.run_all() == []
    opened.time += SECOND
    assert opened.run_all() == ["hourly"]


def interrupted(_limit):
    raise KeyboardInterrupt


def test_who_slept_through_the_lease_does_not_end_the_next_turn(opened):
    opened.time += HOUR

    def sleep():
        opened.time += 65 * SECOND
        assert opened.timetable.run("hourly")

    slow = opened.of(ScheduleEntry("hourly", HOUR, sleep, 60 * SECOND))
    slow.run("hourly")

    assert (opened.row().fence, opened.row().last_finished_at) == (3, opened.time)


def test_who_slept_through_the_lease_leaves_the_lease_of_the_next_alone(opened):
    opened.time += HOUR

    def sleep():
        opened.time += 65 * SECOND
        with pytest.raises(KeyboardInterrupt):
            opened.timetable.run("hourly", within=interrupted)

    opened.of(ScheduleEntry("hourly", HOUR, sleep, 60 * SECOND)).run("hourly")

    assert opened.row().leased_until == opened.time + 65 * SECOND


def test_a_clock_set_back_stops_nothing_for_longer_than_a_turn(opened):
    opened.time = NOW - 30 * DAY

    assert opened.run_all() == ["daily", "hourly"]
    assert opened.row().due_at == opened.time + HOUR


def test_a_clock_set_forward_makes_one_turn(opened):
    opened.time += 365 * DAY

    assert opened.run_all() == ["daily", "hourly"]
    assert opened.run_all() == []


def test_due_tasks_are_handed_over_once_until_the_offer_lapses(opened):
    opened.time += HOUR
    published = []

    def publish(name, limit):
        published.append((name, limit))

    assert [opened.timetable.hand_over(publish), opened.timetable.hand_over(publish)] == [1, 0]
    opened.time += 60 * SECOND
    assert opened.timetable.hand_over(publish) == 1
    assert published == [("hourly", 60 * SECOND)] * 2
    assert [opened.timetable.run("hourly"), opened.timetable.run("hourly")] == [True, False]


def test_a_task_that_could_not_be_handed_over_stays_due(opened):
    def nobody_listens(name, limit):
        raise ConnectionError

    opened.time += HOUR
    with pytest.raises(ConnectionError):
        opened.timetable.hand_over(nobody_listens)
    assert opened.timetable.hand_over(lambda name, limit: None) == 1


def test_a_name_that_is_not_in_the_schedule_is_let_be(opened):
    assert opened.timetable.run("gone") is False


def test_two_lines_of_one_name_are_refused(office):
    with pytest.raises(ValueError, match="two entries"):
        Schedule([office.hourly(), office.hourly()])


def test_one_holds_a_lease_and_renews_it(office):
    assert office.leases.hold("x", "a") == 1
    assert office.leases.hold("x", "b") is None
    office.time += LEASE - SECOND
    assert office.leases.hold("x", "a") == 1
    office.time += LEASE - SECOND
    assert office.leases.hold("x", "b") is None


def test_the_next_one_holds_a_lease_that_ran_out_under_a_higher_fence(office):
    office.leases.hold("x", "a")
    office.time += LEASE

    assert office.leases.hold("x", "b") == 2
    assert office.leases.hold("x", "a") is None


def test_a_lease_is_as_long_as_whoever_wires_it_says(office):
    leases = Leases(LeaseStore(office.session), office.session, lambda: office.time, 2 * SECOND)
    leases.hold("x", "a")
    office.time += 2 * SECOND

    assert leases.heartbeat_age("x") == 2 * SECOND
    assert leases.hold("x", "b") == 2


def test_a_lease_that_is_given_back_is_free_at_once_and_only_its_holder_can(office):
    office.leases.hold("x", "a")
    office.leases.release("x", "b")
    assert office.leases.hold("x", "b") is None

    office.leases.release("x", "a")
    assert office.leases.hold("x", "b") == 2


def test_a_lease_from_a_future_that_was_taken_back_is_free(office):
    office.time += DAY
    office.leases.hold("x", "a")

    office.time = NOW
    assert office.leases.hold("x", "b") == 2


def test_the_age_of_a_heartbeat(office):
    assert office.leases.heartbeat_age("x") is None
    office.leases.hold("x", "a")
    office.time += 3 * SECOND
    assert office.leases.heartbeat_age("x") == 3 * SECOND
