"""PERF-5: `/metrics` answers whoever may read it, in the format they ask for."""

from __future__ import annotations

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics

from backend.accounts.permissions import Scope
from backend.analytics.monitoring.business import BusinessGauges
from backend.analytics.monitoring.control import MonitoringControl
from backend.analytics.monitoring.flushing import Flusher
from backend.analytics.monitoring.folding import Folding
from backend.analytics.monitoring.readings import Family, Readings
from backend.plugins import KEY, get
from tests.conftest import close, make_app, make_settings

OPENED, RESULT = ("ai_calculator_opened", {}), ("assessment_submitted", {"job_title": "Nurse"})
ASKED = ("paid_upgrade_clicked", {"price_cents": 2_900})
NETWORK = "10.1.0.0/16, ::1/128, 127.0.0.1/32"


def measure(app, *readings):
    with app.app_context():
        for reading in readings:
            app.extensions[KEY].build(Readings).record(*reading)
        app.extensions[KEY].build(Flusher).flush()
        get(Folding).fold()


def scrape(client, **given):
    answer = client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"}, **given)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    families = open_metrics(answer.get_data(as_text=True))
    return {(s.name, *sorted(s.labels.items())): s.value for family in families for s in family.samples}


@pytest.fixture
def by_network(instance):
    def made(**given):
        app = make_app(make_settings(instance, METRICS_NETWORKS=NETWORK, **given))
        made.apps.append(app)
        return app.test_client()

    made.apps = []
    yield made
    for app in made.apps:
        close(app)


def test_a_key_with_the_scope_reads_what_was_measured(app, client, make_key):
    measure(app, (Family.REQUEST, "GET /", 0.02, "2xx"), (Family.REQUEST, "GET /", 0.4, "5xx"))

    answer = client.get("/metrics", headers={"Authorization": f"Bearer {make_key(Scope.MONITORING_READ)}"})

    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"
    text = answer.get_data(as_text=True)
    assert 'mingus_page_response_time_seconds_count{group="pages",method="GET",route="/"} 2.0' in text
    assert 'mingus_http_requests_total{group="pages",method="GET",route="/",status="5xx"} 1.0' in text
    assert "mingus_monitoring_enabled 1.0" in text


@pytest.mark.parametrize(("scopes", "status"), [((), 401), ((Scope.DASHBOARDS_READ,), 403)])
def test_nobody_else_does(client, make_key, scopes, status):
    headers = {"Authorization": f"Bearer {make_key(*scopes)}"} if scopes else {}

    assert client.get("/metrics", headers=headers).status_code == status


@pytest.mark.parametrize("address", ["10.1.2.3", "::1", "::ffff:10.1.2.3"])
def test_a_network_needs_no_key(by_network, address):
    assert ("mingus_monitoring_enabled",) in scrape(by_network(), environ_base={"REMOTE_ADDR": address})


def test_other_networks_do(by_network):
    assert by_network().get("/metrics", environ_base={"REMOTE_ADDR": "10.2.0.1"}).status_code == 401


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-Ip"])
def test_whom_an_unknown_proxy_forwards_has_no_network(by_network, header):
    """Or behind nginx on the same machine everybody would come from 127.0.0.1."""
    answer = by_network().get("/metrics", headers={header: "127.0.0.1"})

    assert answer.status_code == 401


@pytest.mark.parametrize(("address", "status"), [("10.1.2.3", 200), ("203.0.113.7", 401)])
def test_behind_a_known_proxy_the_clients_own_address_counts(by_network, address, status):
    answer = by_network(TRUSTED_PROXIES=1).get("/metrics", headers={"X-Forwarded-For": address})

    assert answer.status_code == status


def test_it_says_when_monitoring_is_off(app, by_network):
    with app.app_context():
        get(MonitoringControl).stop("cli")

    assert scrape(by_network())[("mingus_monitoring_enabled",)] == 0


def test_the_business_is_that_of_the_dashboards(app, by_network, make_key):
    """Twelve visitors with a result, of whom three ask to pay."""
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {make_key(Scope.EVENTS_WRITE, Scope.DASHBOARDS_READ)}"
    for number in range(12):
        way = (OPENED, RESULT, ASKED) if number < 3 else (OPENED, RESULT)
        events = [{"session_id": f"s{number}", "event_type": name, "event_data": data} for name, data in way]
        sent = client.post("/api/analytics/event", json={"events": events, "visitor_id": f"visitor-{number:012}"})
        assert sent.status_code == 202
    with app.app_context():
        get(BusinessGauges).measure()
    measure(app)

    exposed = scrape(by_network())

    shown = client.get("/api/analytics/dashboard/conversions").json["meta"]["totals"]
    assert exposed[("mingus_last_day_results",)] == shown["assessments"] == 12
    assert exposed[("mingus_last_day_conversion_ratio",)] == shown["conversion_rate"] == 0.25
    assert exposed[("mingus_last_day_asked_dollars",)] == shown["revenue"] / 100 == 87


def test_counts_never_go_back_when_folded_again(app, by_network):
    client, name = by_network(), ("mingus_celery_tasks_completed_total", ("kind", "mail.send"), ("outcome", "ok"))
    counts = []
    for _ in range(3):
        measure(app, (Family.JOB, "mail.send", 0.5, "ok"))
        counts.append(scrape(client)[name])

    assert counts == [1, 2, 3]
