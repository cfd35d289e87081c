"""`GET /api/analytics/performance/slow-queries`."""

from __future__ import annotations

import pytest

from backend.accounts.permissions import Scope
from backend.analytics.monitoring.flushing import Flusher
from backend.analytics.monitoring.queries.service import SlowQueries
from backend.analytics.monitoring.queries.slow import SlowBuffer
from backend.plugins import KEY, get

PATH = "/api/analytics/performance/slow-queries"


@pytest.fixture
def reader(make_key):
    return {"Authorization": f"Bearer {make_key(Scope.MONITORING_READ)}"}


def test_a_slow_query_of_a_request_is_listed_with_its_plan(app, client, reader):
    slow = app.extensions[KEY].build(SlowBuffer)
    slow.limit_seconds = 0.0
    client.get(PATH, headers=reader)
    slow.limit_seconds = 3600.0
    with app.app_context():
        app.extensions[KEY].build(Flusher).flush()
        get(SlowQueries).make_plans()
    answer = client.get(f"{PATH}?hours=1&limit=100", headers=reader)

    assert answer.status_code == 200
    [query] = [query for query in answer.json["queries"] if "GROUP BY slow_hours.name" in query["statement"]]
    assert query["fingerprint"].startswith("SELECT slow_hours ")
    assert (query["count"], query["route"]) == (1, f"GET {PATH}")
    assert "slow_hours" in query["plan"]
    assert 0 < query["max_seconds"] < 60
    assert query["p95_seconds"] == pytest.approx(query["max_seconds"], rel=0.02)


def test_without_slow_queries_the_list_is_empty(client, reader):
    assert client.get(PATH, headers=reader).json == {"queries": []}


def test_who_may_not_read_monitoring_sees_none(client, make_key):
    other = {"Authorization": f"Bearer {make_key(Scope.DASHBOARDS_READ)}"}

    assert client.get(PATH).status_code == 401
    assert client.get(PATH, headers=other).status_code == 403


def test_all_that_is_wrong_is_refused_at_once(client, reader):
    answer = client.get(f"{PATH}?hours=0&limit=many&since=x", headers=reader)

    assert answer.status_code == 422
    assert {error["field"] for error in answer.json["errors"]} >= {"hours", "limit"}
