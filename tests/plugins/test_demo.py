"""`flask demo visits` and `clear` beside a running server, as a newcomer has them."""

from __future__ import annotations

import json
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from backend.analytics.events.models import AnalyticsEvent
from backend.clock import utc_now
from backend.database import get_db_session
from backend.demo.doors import NobodyThere, ServerDoor
from backend.demo.service import DemoVisits
from backend.extensions import db
from backend.plugins import get
from tests.landing_rows import landed, store
from tests.store.test_lake_erasure import bytes_with


def run(app, *words):
    done = app.test_cli_runner().invoke(args=["demo", *words])
    assert done.exit_code == 0, done.output
    return done.output


def answer(server, key):
    today = utc_now().date().isoformat()
    request = urllib.request.Request(
        f"{server.url}/api/analytics/dashboard/popular?start={today}", headers={"Authorization": f"Bearer {key}"}
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)["meta"]


def test_visits_go_through_the_server_and_clearing_takes_every_byte(app, instance, server, make_key):
    with app.app_context():
        real = sorted(store(db.engine, 4, session_id="a-real-one", timestamp=utc_now() - timedelta(days=1)))
    said = run(app, "visits", "--sessions", "150", "--days", "9", "--seed", "5", "--url", server.url)
    with app.app_context():
        rows = get_db_session().scalars(select(AnalyticsEvent).where(AnalyticsEvent.visitor_id.is_not(None))).all()
        named = {row.session_id for row in rows}
        demo = sorted({session[:20] for session in named})
        visitors = {row.visitor_id for row in rows}
    assert f"150 sessions of {len(visitors)} visitors, {len(rows)} events" in said
    assert (len(named), len(demo)) == (150, 1)
    assert answer(server, make_key("dashboards:read"))["demo"] is True
    assert bytes_with(demo[0], instance / "lake")

    run(app, "clear", "--yes")

    assert bytes_with(demo[0], instance) == []
    with app.app_context():
        assert landed(db.engine) == real
    assert answer(server, make_key("dashboards:read"))["demo"] is False


def test_the_same_world_sent_twice_counts_once(app, server, make_key, monkeypatch):
    with app.app_context():
        demo = get(DemoVisits)
        for _ in range(2):
            monkeypatch.setattr(demo, "_now", lambda: datetime(2026, 11, 20, 12, tzinfo=UTC))
            world = demo.world(30, 5, 7)
            monkeypatch.setattr(demo, "_now", utc_now)
            sent = demo.send(world, ServerDoor(server.url), lambda _: None)
        assert len(landed(db.engine)) == sent.events


def test_a_server_that_went_away_is_told_from_one_that_answers(server):
    door = ServerDoor(server.url)
    assert door.answers()
    server.process.terminate()
    server.process.wait(timeout=40)

    assert not door.answers()
    with pytest.raises(NobodyThere):
        door.post(b"{}", {})
    door.close()
