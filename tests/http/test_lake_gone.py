"""A lake that cannot be read: dashboards say so with 503 and what to do, and are never broken."""

from __future__ import annotations

import shutil

import pytest

from backend.analytics.lake.delta import Lake
from backend.analytics.lake.sync import LakeSync
from backend.extensions import db
from backend.plugins import get
from tests.accounts import BROWSER
from tests.conftest import close, make_app, make_settings
from tests.landing_rows import store

PATHS = ["/analytics", "/analytics/funnel", "/analytics/live", "/api/analytics/dashboard/conversions"]


@pytest.fixture
def app(instance):
    """Questions do not sync first, as while background work does."""
    app = make_app(make_settings(instance, LAKE_MAX_STALENESS=3600))
    yield app
    close(app)


def lose(lake):
    shutil.rmtree(lake)


def replace_by_a_file(lake):
    shutil.rmtree(lake)
    lake.write_text("")


def cut_the_last_commit(lake):
    for table in ("events", "sessions"):
        *_, last = sorted((lake / table / "_delta_log").glob("*.json"))
        last.write_text(last.read_text()[:40])


def empty_the_logs(lake):
    for table in ("events", "sessions"):
        for file in (lake / table / "_delta_log").iterdir():
            file.unlink()


@pytest.mark.parametrize("damage", [lose, replace_by_a_file, cut_the_last_commit, empty_the_logs])
def test_dashboards_say_that_the_lake_cannot_be_read_and_what_to_do(app, reader, damage):
    with app.app_context():
        damage(get(Lake).folder)

    for path in PATHS:
        answer = reader.get(path, headers=BROWSER)
        assert answer.status_code == 503
        assert answer.headers["X-Request-Id"] in answer.text
        assert "docs/lake.md" in answer.text


@pytest.mark.parametrize("damage", [lose, replace_by_a_file, cut_the_last_commit])
def test_a_process_that_has_read_the_lake_before_does_not_break_either(app, reader, damage):
    assert [reader.get(path, headers=BROWSER).status_code for path in PATHS] == [200] * len(PATHS)
    with app.app_context():
        damage(get(Lake).folder)
        store(db.engine)

    assert {reader.get(f"{path}?period=7d", headers=BROWSER).status_code for path in PATHS[:2]} == {503}


def test_a_sync_makes_a_lost_lake_anew(app, reader):
    with app.app_context():
        lose(get(Lake).folder)
        assert reader.get("/analytics", headers=BROWSER).status_code == 503
        get(LakeSync).run()

    assert reader.get("/analytics", headers=BROWSER).status_code == 200
