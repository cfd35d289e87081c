"""The page of background work: what waits and what failed, never what a job is about, and another try."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from backend.accounts.permissions import Role
from backend.audit.models import AuditEntry
from backend.clock import utc_now
from backend.extensions import db
from backend.jobs.models import Job, JobState
from tests.accounts import BROWSER, form_token, make_account, signed_in


@pytest.fixture
def operator(app):
    return make_account(app, Role.OPS)


@pytest.fixture
def browser(app, operator):
    return signed_in(app.test_client(), operator)


@pytest.fixture
def add(app):
    """Return a function that stores a job and gives its number."""

    def add(state, **given):
        now = utc_now()
        with app.app_context():
            job = Job(kind="mail.send", payload={"canary": "x"}, state=state, due_at=now, created_at=now, **given)
            db.session.add(job)
            db.session.commit()
            return job.id

    return add


def numbers(page):
    return [int(cell) for cell in re.findall(r'data-label="No.">(\d+)<', page.text)]


def retry(browser, path):
    return browser.post(path, data={"csrf_token": form_token(browser, "/admin/jobs")}, headers=BROWSER)


def test_shows_what_is_not_over_and_never_what_it_is_about(browser, add):
    add(JobState.DONE)
    dead = add(JobState.DEAD, attempts=20, last_error="the mail server refuses the recipient for good (550)")
    waiting = add(JobState.WAITING)

    page = browser.get("/admin/jobs", headers=BROWSER)

    assert numbers(page) == [waiting, dead]
    assert "the mail server refuses the recipient for good (550)" in page.text
    assert "canary" not in page.text


@pytest.mark.parametrize(("shown", "found"), [("dead", [2]), ("failed", [3]), ("waiting", [4, 3]), ("done", [1])])
def test_each_sort_can_be_looked_at_alone(browser, add, shown, found):
    add(JobState.DONE)
    add(JobState.DEAD, attempts=20, last_error="OSError")
    add(JobState.WAITING, attempts=1, last_error="OSError")
    add(JobState.WAITING)

    assert numbers(browser.get(f"/admin/jobs?show={shown}", headers=BROWSER)) == found


def test_pages_go_by_number(browser, add):
    for _ in range(52):
        add(JobState.WAITING)

    assert numbers(browser.get("/admin/jobs", headers=BROWSER)) == list(range(52, 2, -1))
    assert numbers(browser.get("/admin/jobs?before=3", headers=BROWSER)) == [2, 1]


def test_a_dead_job_is_tried_again_and_it_is_remembered_who_said_so(app, browser, add, operator):
    job_id = add(JobState.DEAD, attempts=20, last_error="OSError")

    answer = retry(browser, f"/admin/jobs/{job_id}/retry")

    assert answer.status_code == 303
    with app.app_context():
        assert db.session.get_one(Job, job_id).state == JobState.WAITING
        entry = db.session.scalars(sa.select(AuditEntry)).one()
        assert (entry.actor, entry.action, entry.object) == (operator.name, "job.retried", f"job:{job_id}")
    assert f"Job {job_id} will be retried." in browser.get(answer.location, headers=BROWSER).text


def test_all_dead_jobs_are_tried_again_at_once(app, browser, add):
    for _ in range(2):
        add(JobState.DEAD, attempts=20, last_error="OSError")

    assert retry(browser, "/admin/jobs/retry-dead").status_code == 303

    with app.app_context():
        assert db.session.scalars(sa.select(Job.state)).all() == [JobState.WAITING] * 2
        assert db.session.scalars(sa.select(AuditEntry.details)).one() == {"count": 2}


def test_a_job_that_is_gone_or_not_dead_says_so(browser, add):
    waiting = add(JobState.WAITING)

    assert retry(browser, f"/admin/jobs/{waiting}/retry").status_code == 409
    assert retry(browser, "/admin/jobs/999/retry").status_code == 404


def test_without_a_token_nothing_is_tried_again(browser, add):
    job_id = add(JobState.DEAD, attempts=20)

    assert browser.post(f"/admin/jobs/{job_id}/retry", headers=BROWSER).status_code == 400


def test_says_to_operators_that_letters_become_files(browser):
    assert "Email is not going out" in browser.get("/admin/jobs", headers=BROWSER).text


def test_an_empty_page_says_so(browser):
    assert "Nothing in progress" in browser.get("/admin/jobs", headers=BROWSER).text


@pytest.mark.parametrize("role", [Role.MEMBER, Role.ANALYST])
def test_only_who_runs_the_platform_sees_it(app, role):
    assert signed_in(app.test_client(), make_account(app, role)).get("/admin/jobs", headers=BROWSER).status_code == 403
