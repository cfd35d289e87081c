"""PERF-5: a real Prometheus scrapes four workers that end, die, and come anew; a real Alertmanager hears of trouble."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
import urllib.request
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from backend.analytics.monitoring.exposition.gauges import BUSINESS_MEASURES
from backend.analytics.monitoring.flushing import Flusher
from backend.analytics.monitoring.readings import Family, Readings
from backend.plugins import KEY
from tests.background import kill
from tests.conftest import as_role, close, execute, make_app, make_settings, of_postgresql, server_environ
from tests.operator_files import CONFIG, expressions
from tests.servers import alertmanager, children, free_port, prometheus, running, wait_until

DATABASE = "scraped"
REQUESTS_OF_A_WORKER, REQUESTS = 25, 120
COMPARISON = re.compile(r" ([<>]) (?=[\d(])")
INTERVAL, DAY = "$__rate_interval", 86_400
HISTORY = ("mingus_last_day_conversion_ratio", "mingus_last_day_asked_dollars")
SEEDED = [
    *((Family.REQUEST, "GET /", 0.1, status) for status in ("2xx", "4xx", "5xx")),
    *((Family.REQUEST, "POST /api/calculator/assess", 0.1, status) for status in ("2xx", "4xx", "5xx")),
    (Family.REQUEST_BYTES, "GET /", 9000.0, "2xx"),
    (Family.QUEUE, "requests", 0.001),
    *((Family.QUERY, "SELECT 1", 0.01, outcome) for outcome in ("ok", "failed")),
    *((Family.JOB, "mail.send", 0.3, outcome) for outcome in ("ok", "failed")),
    *((Family.EMAIL, "welcome", 0.3, outcome) for outcome in ("ok", "failed")),
    *((Family.OUTBOUND, "ga4", 0.3, outcome) for outcome in ("ok", "failed")),
    (Family.LAKE, "sync", 0.3),
    *((Family.CACHE, "answers", 0.0, outcome) for outcome in ("hit", "miss")),
    (Family.CALCULATOR_LOAD, "calculator", 1.2),
    (Family.STEP, "1 phone", 12.0),
    *((Family.VITAL, f"{vital} / phone", 0.9) for vital in ("LCP", "INP", "CLS")),
    *((Family.BUSINESS, measure, 20.0, "") for measure in BUSINESS_MEASURES),
]


@dataclass(frozen=True)
class Scraped:
    """A site of four workers, its scheduler, and the servers that watch it."""

    url: str
    folder: Path
    leader: int
    prometheus: str
    alertmanager: str
    seed: object

    def workers(self):
        [web] = [pid for pid in children(self.leader) if "gunicorn" in Path(f"/proc/{pid}/cmdline").read_text()]
        return children(web)

    def ask(self, expression):
        """What Prometheus answers: a list of series."""
        query = urlencode({"query": expression})
        with urllib.request.urlopen(f"{self.prometheus}/api/v1/query?{query}", timeout=30) as answer:
            return json.load(answer)["data"]["result"]

    def counted(self):
        """How many requests for /robots.txt `/metrics` counts, after a moment; a list of one number."""
        time.sleep(0.3)
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=30) as answer:
            families = text_string_to_metric_families(answer.read().decode())
        samples = [sample for family in families for sample in family.samples if family.name == "mingus_http_requests"]
        return [sum(sample.value for sample in samples if sample.labels["route"] == "/robots.txt")]

    def send_event(self):
        body = json.dumps({"event_type": "ai_calculator_opened", "session_id": "scraped"}).encode()
        headers = {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"}
        urllib.request.urlopen(
            urllib.request.Request(f"{self.url}/api/analytics/event", body, headers), timeout=30
        ).close()

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            answer.read()


@pytest.fixture(scope="module")
def scraped(postgresql_cluster, postgresql_template, redis_url, tmp_path_factory):
    folder = tmp_path_factory.mktemp("scraped")
    execute(postgresql_cluster, f"CREATE DATABASE {DATABASE} TEMPLATE {postgresql_template} OWNER owner")
    url, port = as_role("app", f"{postgresql_cluster}/{DATABASE}"), free_port()
    environ = server_environ(
        folder, DATABASE_URL=url, DATABASE_OWNER_URL=as_role("owner", url), HOST="127.0.0.1", PORT=str(port),
        WEB_WORKERS="4", REDIS_URL=redis_url, METRICS_NETWORKS="127.0.0.1/32",
        GUNICORN_CMD_ARGS=f"--max-requests {REQUESTS_OF_A_WORKER} --max-requests-jitter 15",
    )  # fmt: skip
    app = make_app(make_settings(folder, **of_postgresql(url)))
    with ExitStack() as stack:
        site = stack.enter_context(running("config.serve", environ=environ, log=folder / "log"))
        files = shutil.copytree(CONFIG, tmp_path_factory.mktemp("config"), dirs_exist_ok=True)
        alerts = stack.enter_context(alertmanager(folder, files / "alertmanager" / "alertmanager.yml"))
        make_history(folder, f"127.0.0.1:{port}")
        metrics = stack.enter_context(prometheus(folder, impatient(files, port, alerts)))
        stack.callback(close, app)
        made = Scraped(f"http://127.0.0.1:{port}", folder, site.pid, metrics, alerts, lambda: seed(app))
        wait_until(lambda: made.ask('up{job="mingus"} == 1'), "the site is scraped")
        yield made
    execute(postgresql_cluster, f"DROP DATABASE {DATABASE} WITH (FORCE)")


def impatient(files, port, alerts):
    """The configuration for operators, for this site, by the second."""
    path = files / "prometheus" / "prometheus.yml"
    config = yaml.safe_load(path.read_text())
    config["global"] = {"scrape_interval": "2s", "evaluation_interval": "2s"}
    [scrape], [[hears]] = config["scrape_configs"], [config["alerting"]["alertmanagers"]]
    del scrape["authorization"]
    scrape["static_configs"] = [{"targets": [f"127.0.0.1:{port}"]}]
    hears["static_configs"] = [{"targets": [alerts.removeprefix("http://")]}]
    path.write_text(yaml.safe_dump(config))
    rules = files / "prometheus" / "rules.yml"
    rules.write_text(re.sub(r"\n +for: \w+", "", rules.read_text()))
    return path


def make_history(folder, instance):
    """What Prometheus would know of a day and a week ago."""
    moments = [int(time.time()) - days * DAY + minute * 60 for days in (7, 1) for minute in range(-10, 20)]
    lines = [f"# TYPE {name} gauge\n" + "\n".join(
        f'{name}{{instance="{instance}",job="mingus"}} 0.5 {moment}' for moment in moments
    ) for name in HISTORY]  # fmt: skip
    (folder / "history").write_text("\n".join([*lines, "# EOF\n"]))
    backfill = ["promtool", "tsdb", "create-blocks-from", "openmetrics", folder / "history", folder / "prometheus"]
    subprocess.run(backfill, check=True, capture_output=True)


def seed(app):
    """Write down, as a process that measured it would, what no test can make a server do quickly."""
    with app.app_context():
        for reading in SEEDED * 20:
            app.extensions[KEY].build(Readings).record(*reading)
        assert app.extensions[KEY].build(Flusher).flush()


def test_a_counter_never_goes_back_when_workers_are_recycled_and_killed(scraped):
    """A worker that ends in order loses nothing; one that is killed loses what it measured in some seconds."""
    before = scraped.workers()
    for _ in range(REQUESTS):
        scraped.get("/robots.txt")
    wait_until(lambda: sum(scraped.counted()) == REQUESTS, "all are counted")
    assert before - scraped.workers()

    counts = scraped.counted()
    for _ in range(3):
        kill(min(scraped.workers()))
        for _ in range(5):
            scraped.get("/robots.txt")
            counts += scraped.counted()

    assert counts == sorted(counts)
    assert counts[0] == REQUESTS
    assert not list(scraped.folder.rglob("*.db")), "the client of Prometheus keeps a file for each process"


def test_every_expression_of_dashboards_and_rules_answers_with_series(scraped):
    scraped.send_event()
    scraped.seed()
    wait_until(lambda: scraped.ask('mingus_email_time_seconds_count{outcome="failed"} > 0'), "what was seeded is there")
    scraped.seed()
    wait_until(lambda: scraped.ask("mingus:cache_misses:ratio15m"), "rules are evaluated")
    waiting, deadline = set(expressions()), time.monotonic() + 60
    while waiting and time.monotonic() < deadline:
        waiting = {e for e in waiting if not scraped.ask(COMPARISON.sub(r" \1 bool ", e).replace(INTERVAL, "1m"))}
        time.sleep(1)

    assert waiting == set()


def test_alertmanager_is_told_that_requests_fail(scraped):
    scraped.seed()

    def firing():
        with urllib.request.urlopen(f"{scraped.alertmanager}/api/v2/alerts", timeout=30) as answer:
            return [alert for alert in json.load(answer) if alert["labels"]["alertname"] == "MingusErrorsHigh"]

    [alert] = wait_until(firing, "the alert arrives")
    assert alert["labels"]["severity"] == "critical"
    assert {receiver["name"] for receiver in alert["receivers"]} == {"on-call"}
    assert alert["annotations"]["runbook"] == "errors-high"
