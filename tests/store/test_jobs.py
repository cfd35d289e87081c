"""Jobs on each database: every effect once, whatever dies, whatever the clock says."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from backend.analytics.events.models import EventCursor
from backend.audit.anchor import AnchorFile
from backend.audit.service import AuditLog
from backend.audit.store import AuditStore
from backend.clock import utc_now
from backend.errors import NotFound
from backend.extensions import db
from backend.jobs.attempt import Attempts
from backend.jobs.kinds import JobKinds, NoUse, UnknownKind
from backend.jobs.models import Job, JobState
from backend.jobs.service import DEAD, DONE, FAILED, Jobs, NotDead
from backend.jobs.store import JobStore

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LIMIT = 60 * SECOND


class Office:
    """Jobs with a clock to turn, kinds that tests fill, and sessions as many processes would have them."""

    def __init__(self, engine):
        self.engine = engine
        self.time = NOW
        self.kinds = JobKinds()
        self.counts = []
        self.failed = []
        self.session = Session(engine)
        self.jobs = self.of(self.session)

    def of(self, session):
        audit = AuditLog(AuditStore(session), session, b"key", AnchorFile(Path("none")), utc_now)
        attempts = Attempts(lambda what, error: self.failed.append((what, type(error))))
        now = lambda: self.time  # noqa: E731
        return Jobs(JobStore(session), session, self.kinds, audit, self.counts.append, now, lambda _a, b: b, attempts)

    def add(self, kind="note", **given):
        job_id = self.jobs.add(kind, {}, **given)
        self.session.commit()
        return job_id

    def leave_note(self, job):
        """An effect in the database, left for the job to commit."""
        self.session.add(EventCursor(name=f"note {job.id}", position=job.attempts, updated_at=self.time))

    def notes(self):
        with Session(self.engine) as session:
            return session.scalar(sa.select(sa.func.count()).select_from(EventCursor))

    def row(self, job_id):
        with Session(self.engine) as session:
            return session.get(Job, job_id)

    def die_at_work(self):
        """Claim the next job and never come back, as a process does that is killed."""

        class Killed(BaseException):
            pass

        def killed(_limit):
            raise Killed

        with pytest.raises(Killed), Session(self.engine) as session:
            self.of(session).run_due(within=killed)


@pytest.fixture
def office(any_app):
    with any_app.app_context():
        office = Office(db.engine)
        office.kinds.add("note", office.leave_note, attempts=3, time_limit=LIMIT)
        office.kinds.add("break", lambda job: 1 / 0, attempts=3, time_limit=LIMIT)
        yield office
        office.session.close()


def test_a_job_is_done_once_and_stays_visible(office):
    job_id = office.add()

    assert office.jobs.run_due() == 1
    assert office.jobs.run_due() == 0
    assert (office.notes(), office.row(job_id).state, office.row(job_id).finished_at) == (1, JobState.DONE, NOW)
    assert office.counts == [DONE]


def test_a_job_that_no_try_can_help_is_dead_at_once_and_says_why(office):
    def refuse(_job):
        raise NoUse("the other side refused it")

    office.kinds.add("refused", refuse, attempts=3, time_limit=LIMIT)
    job_id = office.add("refused")

    office.jobs.run_due()

    assert (office.row(job_id).state, office.row(job_id).last_error) == (JobState.DEAD, "the other side refused it")
    assert office.counts == [FAILED, DEAD]


def test_a_job_lives_and_dies_with_the_transaction_that_added_it(office):
    office.jobs.add("note", {})
    office.session.rollback()

    assert office.jobs.run_due() == 0


def test_a_job_waits_for_its_time(office):
    office.add(due_at=NOW + 5 * SECOND)
    assert office.jobs.run_due() == 0

    office.time += 5 * SECOND
    assert office.jobs.run_due() == 1


def test_a_second_job_with_the_same_key_is_not_made(office):
    first, second = office.add(unique_key="mail 7"), office.add(unique_key="mail 7")

    assert (first is not None, second) == (True, None)
    assert office.jobs.run_due() == 1
    assert office.add(unique_key="mail 7") is None


def test_a_kind_that_nobody_can_do_is_refused_at_once(office):
    with pytest.raises(UnknownKind, match="no room knows how to do jobs of kind unheard"):
        office.jobs.add("unheard", {})


def test_a_job_of_a_newer_version_waits_for_a_process_that_knows_it(office):
    office.add()
    newer = Office(office.engine)

    assert newer.jobs.run_due() == 0
    assert office.jobs.run_due() == 1


def test_a_job_that_fails_is_tried_again_later_and_is_dead_after_its_last_try(office):
    job_id = office.add("break")

    waits = []
    for _ in range(3):
        assert office.jobs.run_due() == 1
        assert office.jobs.run_due() == 0
        waits.append(office.row(job_id).due_at - office.time)
        office.time = office.row(job_id).due_at

    assert waits[:2] == [10 * SECOND, 20 * SECOND]
    assert office.row(job_id).state == JobState.DEAD
    assert office.row(job_id).last_error.startswith("ZeroDivisionError in <lambda>, line ")
    assert office.counts == [FAILED, FAILED, FAILED, DEAD]


def test_what_a_failed_attempt_wrote_is_undone(office):
    def write_and_fail(job):
        office.leave_note(job)
        office.session.flush()
        raise ValueError("somebody@example.org")

    office.kinds.add("half", write_and_fail)
    job_id = office.add("half")

    office.jobs.run_due()

    assert office.notes() == 0
    assert "somebody" not in office.row(job_id).last_error
    assert office.failed == [("job half", ValueError)]


def test_a_job_whose_process_died_is_taken_again_after_its_lease(office):
    job_id = office.add()
    office.die_at_work()

    assert office.jobs.run_due() == 0
    office.time += LIMIT + 5 * SECOND
    assert office.jobs.run_due() == 1
    assert (office.notes(), office.row(job_id).attempts) == (1, 2)


def test_a_job_whose_process_died_is_taken_at_once_by_whoever_begins_to_run_all_jobs(office):
    job_id = office.add()
    office.die_at_work()
    office.jobs.free_running()

    assert office.jobs.run_due() == 1
    assert (office.notes(), office.row(job_id).attempts) == (1, 2)


def test_a_job_that_kills_each_process_is_dead_in_the_end(office):
    job_id = office.add()
    for _ in range(3):
        office.die_at_work()
        office.time += LIMIT + 5 * SECOND

    assert office.jobs.run_due() == 1
    assert (office.notes(), office.row(job_id).state) == (0, JobState.DEAD)
    assert office.row(job_id).last_error == "its process ended before the work did"


def test_who_slept_through_the_lease_leaves_no_effect(office):
    def sleep_and_write(job):
        if job.attempts == 1:
            office.time += LIMIT + 5 * SECOND
            with Session(office.engine) as session:
                other = office.of(session)
                assert other.run(job.id)
        office.leave_note(job)

    office.kinds.add("sleepy", sleep_and_write, time_limit=LIMIT)
    job_id = office.add("sleepy")

    office.jobs.run_due()

    assert (office.row(job_id).state, office.row(job_id).attempts) == (JobState.DONE, 2)
    assert office.counts == [DONE]


def test_who_slept_through_the_lease_cannot_end_a_job_that_another_is_at(office):
    def sleep_while_another_begins(job):
        if job.attempts == 1:
            office.time += LIMIT + 5 * SECOND
            office.die_at_work()
        office.leave_note(job)

    office.kinds.add("sleepy", sleep_while_another_begins, time_limit=LIMIT)
    job_id = office.add("sleepy")

    office.jobs.run(job_id)
    assert (office.row(job_id).state, office.notes(), office.counts) == (JobState.RUNNING, 0, [])
    office.time += LIMIT + 5 * SECOND
    office.jobs.run(job_id)
    assert (office.row(job_id).state, office.notes()) == (JobState.DONE, 1)


def test_a_clock_set_back_does_not_lock_a_job_for_long(office):
    office.add()
    office.time += timedelta(days=1)
    office.die_at_work()

    office.time = NOW
    assert office.jobs.run_due() == 1
    assert office.notes() == 1


def test_a_clock_set_forward_during_a_try_costs_no_effect(office):
    def leap(job):
        office.time += timedelta(days=365)
        office.leave_note(job)

    office.kinds.add("leap", leap)
    office.add("leap")

    assert office.jobs.run_due() == 1
    assert office.jobs.run_due() == 0
    assert office.notes() == 1


def test_many_processes_do_each_job_once(office):
    done = []
    office.kinds.add("count", lambda job: done.append(job.id))
    ids = [office.add("count") for _ in range(40)]

    def work():
        with Session(office.engine) as session:
            while office.of(session).run_due(most=3):
                pass

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(done) == ids


def test_due_jobs_are_handed_over_once_until_the_offer_lapses(office):
    job_id, published = office.add(), []

    def publish(job_id, limit):
        published.append((job_id, limit))

    assert [office.jobs.hand_over(publish) for _ in range(3)] == [1, 0, 0]
    office.time += 60 * SECOND
    assert office.jobs.hand_over(publish) == 1
    assert published == [(job_id, LIMIT)] * 2


def test_what_could_not_be_handed_over_stays_due(office):
    office.add()

    def nobody_listens(job_id, limit):
        raise ConnectionError

    with pytest.raises(ConnectionError):
        office.jobs.hand_over(nobody_listens)
    assert office.jobs.hand_over(lambda job_id, limit: None) == 1


def test_a_job_that_is_named_twice_is_done_once(office):
    job_id = office.add()

    assert [office.jobs.run(job_id), office.jobs.run(job_id)] == [True, False]
    assert office.notes() == 1


def test_a_dead_job_can_be_tried_again_and_no_other(office):
    job_id, living = office.add("break"), office.add(due_at=NOW + timedelta(days=9))
    for _ in range(3):
        office.jobs.run_due()
        office.time += timedelta(hours=1)

    office.jobs.retry(job_id, "cli")

    assert (office.row(job_id).state, office.row(job_id).attempts) == (JobState.WAITING, 0)
    with pytest.raises(NotFound, match="There is no job 999"):
        office.jobs.retry(999, "cli")
    with pytest.raises(NotDead, match=f"Job {living} is waiting. Only a dead job"):
        office.jobs.retry(living, "cli")


def test_done_jobs_are_forgotten_after_a_week_and_dead_ones_after_ninety_days(office):
    done, broken = office.add(), office.add("break")
    for _ in range(3):
        office.jobs.run_due()
        office.time += timedelta(minutes=1)

    office.time = NOW + timedelta(days=7)
    assert office.jobs.prune() == 0
    office.time += timedelta(minutes=5)
    assert office.jobs.prune() == 1
    assert (office.row(done), office.row(broken).state) == (None, JobState.DEAD)
    office.time = NOW + timedelta(days=90, minutes=5)
    assert office.jobs.prune() == 1
