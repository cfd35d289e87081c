"""NUM-3: the lake is the same whichever database the events landed in, so that engines are proved over one of them."""

from __future__ import annotations

from operator import itemgetter

from backend.analytics.lake.delta import Lake
from backend.analytics.warehouse.service import Warehouse
from backend.plugins import get
from tests.sessions_oracle import ALL_SESSIONS
from tests.store.conftest import fill


def rows(lake, table, *key):
    return sorted(lake.open(table).to_pyarrow_table().to_pylist(), key=itemgetter(*key))


def test_the_lake_is_the_same_behind_each_landing(any_app, landing, events, world_app):
    with world_app.app_context():
        closed = rows(get(Lake), "sessions", "session_key", "started_at")
        visits = get(Warehouse).ask(ALL_SESSIONS).rows

    with any_app.app_context():
        fill(landing)

        assert rows(get(Lake), "events", "event_id") == sorted(events, key=itemgetter("event_id"))
        assert rows(get(Lake), "sessions", "session_key", "started_at") == closed != []
        assert sorted(get(Warehouse).ask(ALL_SESSIONS).rows, key=repr) == sorted(visits, key=repr) != []


def test_the_lake_holds_all_that_landed(events, landing):
    landed = {str(row["event_id"]): row for row in landing}

    assert len(events) == len(landed) > 500
    for event in events:
        row = landed[event["event_id"]]
        assert (event["event_type"], event["session_id"], event["timestamp"], event["visitor_id"]) == (
            row["event_type"],
            row["session_id"],
            row["timestamp"],
            row["visitor_id"],
        )
