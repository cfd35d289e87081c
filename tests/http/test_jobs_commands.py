"""`flask jobs`: what waits, what failed, try again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from backend.clock import utc_now
from backend.extensions import db
from backend.jobs.models import Job, JobState, ScheduledTask
from backend.jobs.service import Jobs
from backend.plugins import get
from tests.conftest import close, make_app, make_settings
from tests.effects import PLUGINS

DUE = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@pytest.fixture
def run(app):
    """Return a function that runs `flask jobs …` and gives exit code and output."""

    def run(*words):
        result = app.test_cli_runner().invoke(args=["jobs", *words])
        return result.exit_code, result.output

    return run


@pytest.fixture
def add(app):
    """Return a function that stores a row and gives its id."""

    def add(row):
        with app.app_context():
            db.session.add(row)
            db.session.commit()
            return getattr(row, "id", None)

    return add


def job(state, **given):
    return Job(kind="mail.send", payload={}, state=state, due_at=DUE, created_at=DUE, **given)


def test_lists_the_newest_first_with_what_went_wrong(run, add):
    add(job(JobState.DONE, attempts=1))
    add(job(JobState.DEAD, attempts=8, last_error="OSError in send, line 7"))

    assert run("list")[1] == (
        "       2  dead    mail.send               2026-11-21 09:30:00  8 tries  OSError in send, line 7\n"
        "       1  done    mail.send               2026-11-21 09:30:00  1 try\n"
    )
    assert run("list", "--state", "done")[1].count("\n") == 1
    assert run("list", "--state", "running") == (0, "There are no running jobs.\n")


def test_an_empty_list_says_so(run):
    assert run("list") == (0, "There are no jobs.\n")
    assert run("schedule") == (0, "No scheduler has run yet.\n")


def test_a_dead_job_is_tried_again(app, run, add):
    job_id = add(job(JobState.DEAD, attempts=8))

    assert run("retry", str(job_id)) == (0, f"Job {job_id} will be retried.\n")
    assert "waiting" in run("list")[1]


def test_all_dead_jobs_are_tried_again(run, add):
    add(job(JobState.DEAD))
    add(job(JobState.DEAD))
    add(job(JobState.DONE))

    assert run("retry", "--all-dead") == (0, "2 dead jobs will be retried.\n")
    assert run("list", "--state", "dead")[1] == "There are no dead jobs.\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["retry", "9"], "There is no job 9."),
        (["retry", "1"], "Job 1 is done. Only a dead job can be retried."),
        (["retry"], "Name one job, or pass --all-dead."),
        (["retry", "1", "--all-dead"], "Name one job, or pass --all-dead."),
        (["retry", "one"], "'one' is not a valid integer."),
        (["list", "--state", "lost"], "'lost' is not one of 'waiting', 'running', 'done', 'dead'."),
    ],
)
def test_a_refusal_is_a_sentence(run, add, words, sentence):
    add(job(JobState.DONE))

    code, output = run(*words)

    assert code != 0
    assert sentence in output


def test_runs_what_is_due_and_ends(instance, monkeypatch):
    monkeypatch.setenv("EFFECTS", str(instance))
    app = make_app(make_settings(instance, ANALYTICS_PLUGINS=PLUGINS))
    with app.app_context():
        get(Jobs).add("effect", {})
        get(Jobs).add("effect", {}, due_at=utc_now() + timedelta(days=1))
        db.session.commit()

    assert app.test_cli_runner().invoke(args=["jobs", "run", "--once"]).output == "Tried 1 job.\n"
    with app.app_context():
        assert [job.state for job in get(Jobs).list()] == [JobState.WAITING, JobState.DONE]
    close(app)


def test_shows_the_schedule_and_its_troubles(run, add):
    now = utc_now()
    add(ScheduledTask(name="jobs.prune", due_at=DUE, last_finished_at=DUE, failures=0))
    add(ScheduledTask(name="lake.sync", due_at=now, failures=3, last_error="OSError in sync, line 7"))

    first, second = run("schedule")[1].splitlines()

    assert first == "jobs.prune                  next 2026-11-21 09:30:00  last 2026-11-21 09:30:00"
    assert second.endswith("last never                failed 3 times: OSError in sync, line 7")
