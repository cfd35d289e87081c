"""An empty overview offers demo visits; a job sends them and says how far it is, and another one removes them."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from backend.accounts.permissions import Role
from backend.analytics.events.models import AnalyticsEvent
from backend.clock import utc_now
from backend.database import get_db_session
from backend.demo import work
from backend.demo.work import DemoWork
from backend.extensions import db
from backend.jobs.models import Job
from backend.jobs.service import Jobs, JobTaken
from backend.plugins import get
from tests.accounts import BROWSER, form_token, make_account, signed_in
from tests.conftest import ON_SQLITE
from tests.landing_rows import landed, store
from tests.letters import deliver

OVERVIEW, DEMO = "/analytics", "/analytics/demo"
FILL, CLEAR = f"{DEMO}/fill", f"{DEMO}/clear"


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """A world of forty sessions on twelve days."""
    monkeypatch.setattr(work, "SESSIONS", 40)
    monkeypatch.setattr(work, "DAYS", 12)


@pytest.fixture
def admin(any_app):
    return signed_in(any_app.test_client(), make_account(any_app, Role.ADMIN))


def press(client, path, page=OVERVIEW):
    """Press the button of a page; where it leads."""
    return client.post(path, data={"csrf_token": form_token(client, page)}, headers=BROWSER).location


def page_of(client, path=OVERVIEW):
    return client.get(path, headers=BROWSER).text


def sessions(app):
    with app.app_context():
        return get_db_session().scalar(select(func.count(AnalyticsEvent.session_id.distinct())))


def test_from_an_empty_overview_to_a_full_one_and_back(any_app, admin):
    with any_app.app_context():
        real = sorted(store(db.engine, 2, session_id="a-real-one", timestamp=utc_now()))
    assert f'action="{FILL}"' not in page_of(admin)
    assert f'<a href="{DEMO}">Add demo visits</a>' in page_of(admin)
    assert f'action="{FILL}"' in page_of(admin, DEMO)

    filling = press(admin, FILL, DEMO)
    assert "Waiting for background work" in page_of(admin, filling)
    deliver(any_app)
    assert admin.get(filling, headers=BROWSER).location == OVERVIEW
    assert sessions(any_app) == 41
    assert "Demo data" in page_of(admin)

    clearing = press(admin, CLEAR)
    deliver(any_app)
    assert admin.get(clearing, headers=BROWSER).location == OVERVIEW
    assert "Demo data" not in page_of(admin)
    with any_app.app_context():
        assert landed(db.engine) == real


@ON_SQLITE
def test_an_overview_without_visits_offers_them_in_one_click(any_app, admin):
    page = page_of(admin)
    assert f'action="{FILL}"' in page
    assert "Add demo visits" in page

    address = press(admin, FILL)

    assert f'href="{address}">Demo visits are being added</a>' in page_of(admin)
    assert f'action="{FILL}"' not in page_of(admin, "/analytics?source=google")


@ON_SQLITE
def test_pressing_twice_makes_one_job_and_removing_waits_for_it(any_app, admin):
    assert len({press(admin, FILL), press(admin, FILL), press(admin, CLEAR)}) == 1

    with any_app.app_context():
        assert [job.kind for job in get(Jobs).list()] == ["demo.fill"]


@ON_SQLITE
def test_the_page_says_how_far_the_job_is(any_app, admin, monkeypatch):
    seen, tell = [], Jobs.tell
    address = press(admin, FILL)

    def look(self, job, percent):
        tell(self, job, percent)
        page = browsers.submit(page_of, admin, address).result()  # in a thread, as a request of its own
        seen.append(re.search(r'value="(\d+)"[^>]*data-bar', page)[1] == str(percent))

    monkeypatch.setattr(Jobs, "tell", look)
    with ThreadPoolExecutor(1) as browsers:
        deliver(any_app)

    assert len(seen) > 5
    assert all(seen)


@ON_SQLITE
def test_another_attempt_sends_the_same_world(any_app, admin):
    address = press(admin, FILL)
    with any_app.app_context():
        job = get_db_session().scalars(select(Job)).one()
        for _ in range(2):
            get(DemoWork).fill(claimed(job))

    assert sessions(any_app) == 40
    assert address == f"{DEMO}/1"


def claimed(job):
    """The job as an attempt holds it."""
    job.state, job.fence = "running", job.fence + 1
    get_db_session().commit()
    return job


@ON_SQLITE
def test_an_attempt_that_another_has_followed_stops(any_app, admin):
    press(admin, FILL)
    with any_app.app_context():
        job = get_db_session().scalars(select(Job)).one()
        before = work.ClaimedJob(job.id, job.kind, job.payload, None, 1, job.fence + 7)

        with pytest.raises(JobTaken):
            get(DemoWork).fill(before)


@ON_SQLITE
def test_what_gave_up_is_said_and_can_be_tried_again(any_app, admin):
    address = press(admin, FILL)
    with any_app.app_context():
        get_db_session().scalars(select(Job)).one().payload = {"until": "never"}
        get_db_session().commit()
    for _ in range(3):
        with any_app.app_context():
            get_db_session().scalars(select(Job)).one().due_at -= timedelta(hours=2)
            get_db_session().commit()
        deliver(any_app)
    page = page_of(admin, address)
    assert "Not all demo visits were sent" in page
    assert "ValueError" in page

    assert press(admin, FILL, address) == f"{DEMO}/2"
    assert admin.get(address, headers=BROWSER).location == DEMO


@ON_SQLITE
def test_whoever_may_only_read_sees_neither_button(any_app, admin):
    analyst = signed_in(any_app.test_client(), make_account(any_app))

    assert f'action="{FILL}"' not in page_of(analyst)
    assert f'action="{FILL}"' not in page_of(analyst, DEMO)
    for path in (FILL, CLEAR):
        form = {"csrf_token": form_token(analyst, "/account/password")}
        assert analyst.post(path, data=form, headers=BROWSER).status_code == 403
    press(admin, FILL)
    deliver(any_app)
    assert "An admin can remove them." in page_of(analyst)


@ON_SQLITE
def test_in_production_a_page_asks_first(any_app, admin):
    any_app.config["PRODUCTION"] = True

    assert f'action="{FILL}"' not in page_of(admin)
    assert f'href="{DEMO}">Add demo visits</a>' in page_of(admin)
    assert "This is a production installation" in page_of(admin, DEMO)
