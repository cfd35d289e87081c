"""PERF-5: the files for operators are valid, and speak of metrics that there are."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import jsonschema_rs
import pytest

from backend.analytics.monitoring.exposition.gauges import GAUGES, MONITORING_ENABLED
from backend.analytics.monitoring.exposition.metrics import METRICS, Kind
from tests.operator_files import CONFIG, DASHBOARDS, expressions, rules
from tests.servers import PROJECT

SCHEMA = jsonschema_rs.validator_for(
    json.loads((PROJECT / "tests" / "data" / "grafana-dashboard.schema.json").read_text())
)
NAME = re.compile(r"\bmingus_\w+")


@pytest.mark.parametrize(
    "command",
    [
        ("promtool", "check", "config", "prometheus/prometheus.yml"),
        ("promtool", "check", "rules", "prometheus/rules.yml"),
        ("promtool", "test", "rules", "prometheus/rules_test.yml"),
        ("amtool", "check-config", "alertmanager/alertmanager.yml"),
    ],
    ids=" ".join,
)
def test_their_own_tools_take_them(command, tmp_path):
    shutil.copytree(CONFIG, tmp_path, dirs_exist_ok=True)
    (tmp_path / "prometheus" / "mingus.key").write_text("key")

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_is_one_by_the_schema_of_grafana(path):
    assert [error.message for error in SCHEMA.iter_errors(json.loads(path.read_text()))] == []


def test_the_schema_finds_a_fault():
    dashboard = json.loads(DASHBOARDS[0].read_text())
    dashboard["panels"][0]["gridPos"]["w"] = "wide"

    assert not SCHEMA.is_valid(dashboard)


def test_the_dashboards_have_addresses_of_their_own():
    ids = [json.loads(path.read_text())["uid"] for path in DASHBOARDS]

    assert sorted(ids) == [f"mingus-{path.stem}" for path in DASHBOARDS]


def exposed_names():
    plain = {gauge.name for gauge in GAUGES} | {MONITORING_ENABLED[0]}
    plain |= {metric.name for metric in METRICS if metric.kind is not Kind.HISTOGRAM}
    histograms = {metric.name for metric in METRICS if metric.kind is Kind.HISTOGRAM}
    return plain | {f"{name}_{part}" for name in histograms for part in ("bucket", "sum", "count")}


@pytest.mark.parametrize("expression", expressions())
def test_an_expression_names_metrics_that_are_exposed(expression):
    assert set(NAME.findall(expression)) <= exposed_names()


def test_every_alert_says_what_it_is_and_where_to_read_on():
    alerts = [rule for rule in rules() if "alert" in rule]

    assert len(alerts) >= 18
    assert all({"summary", "runbook"} <= rule["annotations"].keys() for rule in alerts)
    assert {rule["labels"]["severity"] for rule in alerts} == {"critical", "warning"}
    headings = re.findall(r"^### (.+)$", (PROJECT / "docs" / "runbook.md").read_text(), re.MULTILINE)
    assert {rule["annotations"]["runbook"] for rule in alerts} <= set(headings)
