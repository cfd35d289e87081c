"""The health page says how the lake is, and looks at no more than a row and a folder."""

from __future__ import annotations

import re
import shutil
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend.analytics.events.models import EventCursor
from backend.analytics.lake.delta import REFUSED, Lake
from backend.analytics.lake.sync import LakeSync
from backend.analytics.lake.sync_failures import LandingIsOlder
from backend.clock import utc_now
from backend.extensions import db
from backend.jobs.leases import SCHEDULER, Leases
from backend.plugins import get
from tests.landing_rows import store


@pytest.fixture
def synced(any_app):
    """An app whose lake holds an event."""
    with any_app.app_context():
        store(db.engine)
        get(LakeSync).run()
    return any_app


def lake_part(app):
    response = app.test_client().get("/health/")
    assert (response.status_code, response.json["status"]) == (200, "degraded")  # nobody works in the background
    part = response.json["parts"]["lake"]
    return part["ok"], part["reason"]


def test_a_lake_that_is_fresh_says_how_fresh(synced):
    ok, reason = lake_part(synced)

    assert ok
    assert re.fullmatch(r"as of \d s ago", reason)


def test_a_new_installation_has_nothing_wrong_with_its_lake(any_app):
    assert lake_part(any_app) == (True, "nothing synced yet")


def test_a_lake_that_falls_behind_a_running_scheduler_is_noticed(synced):
    with synced.app_context():
        db.session.execute(sa.update(EventCursor).values(updated_at=utc_now() - timedelta(seconds=61)))
        db.session.commit()
        assert lake_part(synced)[0]
        get(Leases).hold(SCHEDULER, "somebody")

    part = synced.test_client().get("/health/").json["parts"]["lake"]

    assert re.fullmatch(r"as of 6\d s ago, though a scheduler runs", part["reason"])
    assert (part["ok"], part["vital"]) == (False, False)


def test_a_refused_landing_table_is_noticed_until_the_lake_is_rebuilt(synced):
    with synced.app_context():
        lake = get(Lake)
        lake.commit(lake.open("events"), {REFUSED: 1})
        store(db.engine)
        for _ in range(2):
            with pytest.raises(LandingIsOlder):
                get(LakeSync).run()
        ok, reason = lake_part(synced)
        assert not ok
        assert "flask lake rebuild" in reason

        get(LakeSync).rebuild()

    assert lake_part(synced)[0]


def test_a_lake_whose_folder_is_gone_is_noticed(synced):
    with synced.app_context():
        shutil.rmtree(get(Lake).folder)

    assert lake_part(synced) == (False, "its folder is missing, though events were synced to it")
