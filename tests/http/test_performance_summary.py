"""`GET /api/analytics/performance/summary`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from backend.accounts.permissions import Scope
from backend.analytics.monitoring.control import MonitoringControl
from backend.analytics.monitoring.flushing import Flusher
from backend.analytics.monitoring.folding import Folding
from backend.analytics.monitoring.readings import Family, Readings
from backend.plugins import get

ADDRESS = "/api/analytics/performance/summary"
SECTIONS = ["load_times", "api", "database", "errors", "email", "payments", "jobs", "lake", "system", "web_vitals"]


@pytest.fixture
def operator(client, make_key):
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {make_key(Scope.MONITORING_READ)}"
    return client


def record(app, *measured, fold=True):
    with app.app_context():
        for family, name, value, outcome in measured:
            get(Readings).record(family, name, value, outcome)
        assert get(Flusher).flush()
        if fold:
            assert get(Folding).fold() == 1


def request(name, seconds, outcome="2xx"):
    return Family.REQUEST, name, seconds, outcome


def test_each_section_has_figures_threshold_status_and_a_series(app, operator):
    record(app, *(request("GET /api/x", 0.01 * number) for number in range(1, 101)), request("GET /jobs", 9, "5xx"))
    answer = operator.get(ADDRESS, query_string={"hours": 1}).get_json()
    assert set(SECTIONS) <= set(answer)
    api, errors = answer["api"], answer["errors"]
    assert (api["count"], api["status"], api["threshold"]) == (100, "ok", {"measure": "p95", "limit": 2.0})
    assert api["p95"] == pytest.approx(0.95, rel=0.011)
    assert api["max"] == pytest.approx(1.0)
    assert sum(point["count"] for point in api["series"] if point["count"] is not None) == 100
    assert [named["name"] for named in api["by_name"]] == ["GET /api/x"]
    assert (errors["count"], errors["p95"], errors["by_name"][0]["name"]) == (1, None, "GET /jobs")
    assert errors["error_rate"] == pytest.approx(1 / 101, abs=1e-6)
    assert (answer["payments"]["status"], answer["payments"]["count"]) == ("nothing", 0)


def test_what_is_over_its_threshold_says_so(app, operator):
    record(
        app,
        (Family.CALCULATOR_LOAD, "phone", 3.5, "ok"),
        (Family.QUERY, "select", 0.2, "ok"),
        (Family.EMAIL, "verification", 0.1, "failed"),
        (Family.HOST, "cpu_percent", 99.0, "host-1"),
        (Family.HOST, "cpu_percent", 12.0, "host-1"),
        (Family.HOST, "disk_percent:/", 91.0, "host-1"),
    )
    answer = operator.get(ADDRESS).get_json()
    assert {name: answer[name]["status"] for name in ("load_times", "database", "email", "system")} == {
        "load_times": "over",
        "database": "ok",
        "email": "over",
        "system": "ok",  # the newest value counts
    }
    disk = next(named for named in answer["system"]["by_name"] if named["name"] == "disk_percent:/")
    assert (disk["status"], disk["latest"], disk["threshold"]["limit"]) == ("over", 91.0, 90)


def test_what_is_written_counts_before_it_is_folded(app, operator):
    record(app, request("GET /api/x", 0.1), fold=False)
    assert operator.get(ADDRESS).get_json()["api"]["count"] == 1


@pytest.mark.parametrize("hours", [1, 24, 2160])
def test_a_time_before_the_first_measurement_is_a_gap(app, operator, hours):
    record(app, request("GET /api/x", 0.1))
    answer = operator.get(ADDRESS, query_string={"hours": hours}).get_json()
    series = answer["api"]["series"]
    assert 2 <= len(series) <= 62
    assert [point["count"] for point in series[:-2]] == [None] * (len(series) - 2)
    assert datetime.fromisoformat(answer["since"]) <= datetime.now(UTC) - timedelta(hours=hours)


@pytest.mark.parametrize("bad", ["0", "2161", "-1", "1.5", "day", ""])
def test_hours_outside_of_ninety_days_are_refused(operator, bad):
    refused = operator.get(ADDRESS, query_string={"hours": bad, "days": 3})
    assert refused.status_code == 422
    assert {error["field"] for error in refused.get_json()["errors"]} == {"hours", "days"}


def test_it_says_when_monitoring_was_off(app, operator):
    record(app, request("GET /api/x", 0.1))
    assert not operator.get(ADDRESS).get_json()["was_off"]
    with app.app_context():
        get(MonitoringControl).stop("cli")
        get(Readings).is_on = False
        get(Readings).record(*request("GET /api/x", 0.1))
        get(Flusher).flush()
    answer = operator.get(ADDRESS).get_json()
    [gap] = answer["gaps"]
    counts = {named["name"]: named["count"] for named in answer["api"]["by_name"]}
    assert (answer["was_off"], gap["end"], counts["GET /api/x"]) == (True, None, 1)


def test_it_needs_the_scope(app, client, make_key):
    assert client.get(ADDRESS).status_code == 401
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {make_key(Scope.DASHBOARDS_READ)}"
    assert client.get(ADDRESS).status_code == 403
