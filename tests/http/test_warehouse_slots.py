"""A process answers a few dashboards at a time; too many are told to come again, and everything else goes on."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import pytest

from backend.analytics.lake.sync import LakeSync
from backend.analytics.warehouse.slots import Slot
from backend.extensions import db
from backend.plugins import get
from backend.routes.access import public
from tests.accounts import BROWSER, make_account, signed_in
from tests.conftest import close, make_app, make_settings
from tests.landing_rows import store

API = "/api/analytics/dashboard/conversions"
PAGES = ["/analytics", "/analytics/funnel", "/analytics/revenue", "/analytics/funnel.csv"]


@pytest.fixture
def app(instance):
    """With a single slot where nobody waits; questions do not sync first."""
    app = make_app(make_settings(instance, WEB_THREADS=2, DASHBOARDS_AT_ONCE=1, LAKE_MAX_STALENESS=3600))
    yield app
    close(app)


@contextmanager
def another_request_is_answered(app):
    """Inside, another thread holds the slot, as long as a dashboard that takes its time."""
    took, may_end = threading.Event(), threading.Event()

    def ask():
        with app.test_request_context():
            assert get(Slot).acquire()
            took.set()
            may_end.wait(60)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        assert took.wait(60)
        yield
    finally:
        may_end.set()
        thread.join()


def statuses(reader, paths):
    return [reader.get(path, headers=BROWSER).status_code for path in paths]


def test_dashboards_without_a_slot_are_503_and_say_when_to_come_again(app, reader):
    with another_request_is_answered(app):
        pages = [reader.get(path, headers=BROWSER) for path in PAGES]
        problem = reader.get(API)

    assert {(page.status_code, page.headers["Retry-After"]) for page in pages} == {(503, "5")}
    assert "Try again in a few seconds." in pages[0].text
    assert (problem.status_code, problem.json["code"], problem.headers["Retry-After"]) == (503, "warehouse_busy", "5")


def test_whoever_asks_no_lake_or_what_is_remembered_needs_no_slot(app, reader):
    free = ["/", "/api/calculator/occupations?q=rn", "/api/analytics/metrics", "/account", "/analytics/live", API]
    assert statuses(reader, free) == [200] * len(free)

    with another_request_is_answered(app):
        assert statuses(reader, free) == [200] * len(free)
        assert statuses(reader, [f"{API}?breakdown=source"]) == [503]


def test_each_request_leaves_its_slot_also_when_it_fails(app, reader):
    def fail():
        get(Slot).acquire()
        raise ZeroDivisionError

    app.testing = False
    app.view_functions["api_docs.docs"] = public("a test")(fail)

    others = [f"{path}?period=7d" for path in PAGES]
    assert statuses(reader, [*PAGES, "/api/docs", *others]) == [*[200] * len(PAGES), 500, *[200] * len(PAGES)]


def test_what_is_shared_needs_no_slot_in_a_new_worker_and_goes_when_data_lands(app, reader, instance):
    folder = instance / "answers" / "by-version"
    assert statuses(reader, [API]) == [200]
    shared = {path for path in folder.rglob("*") if path.is_file()}
    assert shared

    worker = make_app(make_settings(instance, WEB_THREADS=2, DASHBOARDS_AT_ONCE=1, LAKE_MAX_STALENESS=3600))
    with another_request_is_answered(worker):
        assert statuses(signed_in(worker.test_client(), make_account(worker)), [API]) == [200]
    close(worker)

    with app.app_context():
        store(db.engine)
        get(LakeSync).run()
    assert not shared & {*folder.rglob("*")}
