"""The dashboards and rules for operators, as tests read them."""

from __future__ import annotations

import json

import yaml

from tests.servers import PROJECT

CONFIG = PROJECT / "config"
DASHBOARDS = sorted((CONFIG / "grafana").glob("*.json"))


def rules():
    """Every rule for Prometheus, as it is written."""
    groups = yaml.safe_load((CONFIG / "prometheus" / "rules.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panel_expressions():
    boards = [json.loads(path.read_text()) for path in DASHBOARDS]
    return {target["expr"] for board in boards for panel in board["panels"] for target in panel["targets"]}


def expressions():
    """Every expression of dashboards and rules."""
    return sorted(panel_expressions() | {rule["expr"] for rule in rules()})
