"""PERF-7: the page of operations says whether all is well, and starts and stops monitoring without a script."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from backend.accounts.permissions import Role
from backend.analytics.monitoring.control import MonitoringControl
from backend.clock import utc_now
from backend.plugins import get
from tests.accounts import BROWSER, make_account, signed_in
from tests.http.operating import add_alert, headline, measure, page, send, words


@pytest.fixture
def ops(app, client):
    return signed_in(client, make_account(app, Role.OPS))


def test_ops_see_the_page_and_nothing_of_the_dashboards_in_their_menu(ops):
    [menu] = re.findall(r'<nav class="nav nav--boards".*?</nav>', page(ops, "/ops"), re.DOTALL)

    assert re.findall(r'href="([^"]+)"', menu) == ["/ops"]
    assert 'href="/ops"' in page(ops, "/account")


def test_an_analyst_neither_sees_it_nor_has_it_in_the_menu(analyst):
    assert analyst.get("/ops", headers=BROWSER).status_code == 403
    assert analyst.get("/ops/alerts", headers=BROWSER).status_code == 403
    assert 'href="/ops"' not in page(analyst, "/analytics")


def test_before_anything_ran_it_says_what_is_not_measured_and_shows_no_figure_for_it(ops):
    text = words(page(ops, "/ops"))

    assert "Answers requests every page and the API not measured last 30 days" in text
    assert "Last 30 days: nothing was measured" in text
    assert "Backup" not in text


def test_what_was_measured_is_on_the_page(app, ops):
    measure(app, "GET /jobs/<slug>", 0.08, times=40)
    measure(app, "GET /jobs", 0.08, "5xx", times=10)
    text = words(page(ops, "/ops"))

    assert "Errors share of requests 20.00% last hour" in text
    assert "Fast enough 95th percentile 80 ms last hour" in text
    assert "50 requests in the last hour" in text
    assert "99.9% of requests get no server error 50 measured, in " in text


def test_an_open_alert_heads_the_page_until_it_resolves(app, ops):
    alert = add_alert(app)
    text = page(ops, "/ops")

    assert headline(text) == "Requests fail."
    assert f'href="/ops/alerts/{alert}"' in text
    assert "The share of failed requests is 5.4% (over 5% for 1 minute), since" in words(text)
    assert "Last 30 days: 1 incident, 12 min" in text


def test_an_alert_that_resolved_is_an_incident_of_its_day(app, ops):
    since = utc_now() - timedelta(days=2)
    add_alert(app, state="resolved", since=since, fired_at=since, resolved_at=since + timedelta(minutes=9))
    text = page(ops, "/ops")

    assert headline(text) != "Requests fail."
    assert "Last 30 days: 1 incident, 9 min" in text


def test_an_alert_of_no_urgency_is_listed_and_leaves_the_verdict(app, ops):
    add_alert(app, rule="daily-summary", title="Daily summary", severity="info")
    text = page(ops, "/ops")

    assert headline(text) != "Daily summary."
    assert "Open alerts (1)" in text


def test_monitoring_is_stopped_and_started_by_a_form(app, ops):
    assert "Monitoring is on" in page(ops, "/ops")
    assert send(ops, "/ops/monitoring/stop").location == "/ops#monitoring"
    stopped = page(ops, "/ops")
    with app.app_context():
        assert get(MonitoringControl).status().desired == "off"
    assert "Monitoring is stopped" in stopped
    assert 'action="/ops/monitoring/start"' in stopped
    assert "Stopped by person-" in words(stopped)

    send(ops, "/ops/monitoring/start")
    assert "Monitoring is on" in page(ops, "/ops")


def test_hosts_and_server_processes_say_who_has_not_followed(app, ops):
    with app.app_context():
        control = get(MonitoringControl)
        control.stop("cli")
        control.beat("web-1", 17, 1)
        control.beat("web-1", 18, 0)
    text = words(page(ops, "/ops"))

    assert "web-1" in text
    assert "1 of 2 server processes hasn’t followed yet." in text
    assert "18 not yet" in text


def test_a_parameter_is_refused(ops):
    answer = ops.get("/ops?period=7d", headers=BROWSER)

    assert answer.status_code == 422


def test_what_is_not_urgent_is_folded_and_the_summary_of_objectives_says_what_is_missed(app, client):
    measure(app, "GET /jobs", 0.05, "5xx", times=2_000)
    text = page(signed_in(client, make_account(app, Role.OPS)), "/ops")

    for part in ("checks", "charts", "counted"):
        assert f'<details class="more ops-fold" id="{part}">' in text
    assert re.search(r"<summary>\d objectives?, [1-9] missed</summary>", text)
