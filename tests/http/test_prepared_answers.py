"""DASH-8: what the dashboards show first is there before anybody asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from backend.analytics.events.event import Event
from backend.analytics.events.names import EventName
from backend.analytics.events.service import EventTracker
from backend.analytics.lake.sync import LakeSync
from backend.analytics.warehouse.sessions import Sessions
from backend.plugins import get
from tests.accounts import BROWSER


@pytest.fixture
def filled(app):
    """Three visits of ten days ago, in the lake."""
    at = datetime.now(UTC) - timedelta(days=10)
    with app.app_context():
        get(EventTracker).record(
            [Event(uuid4(), EventName.CALCULATOR_OPENED, f"s{n}", None, at, b"{}") for n in range(3)]
        )
        get(LakeSync).run()
    return app


def shared(folder):
    """The answers that processes of this installation share."""
    return {path.name for path in (folder / "answers" / "by-version").rglob("*") if path.is_file()}


def test_a_page_that_was_prepared_asks_nothing_more(filled, analyst, instance):
    said = filled.test_cli_runner().invoke(args=["dashboards", "prepare"])
    prepared = shared(instance)

    page = analyst.get("/analytics", headers=BROWSER)

    assert said.output.startswith("The answers of ")
    assert prepared
    assert page.status_code == 200
    assert shared(instance) == prepared


def test_the_lake_knows_how_many_events_it_holds(filled):
    with filled.app_context():
        assert get(Sessions).number_of_events() == 3
