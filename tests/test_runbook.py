"""OPS-5: the runbook has a heading for each alert, and what it names to look at exists."""

from __future__ import annotations

import re

import click
import pytest

from backend.analytics.monitoring.objectives.shipped import OBJECTIVES
from backend.analytics.monitoring.rules.rule import MeasureSource, Statistic
from backend.analytics.monitoring.rules.shipped import SHIPPED
from config.settings import Settings
from tests.servers import PROJECT

RUNBOOK = (PROJECT / "docs/runbook.md").read_text()
ALERTS = (PROJECT / "docs/alerts.md").read_text()
SECTIONS = dict(re.findall(r"^### (\S+)\n(.*?)(?=^###? |\Z)", RUNBOOK, re.MULTILINE | re.DOTALL))


def test_every_shipped_rule_has_its_heading_under_its_severity_and_no_other_has():
    parts = re.findall(r"^## (Critical|Warning|Info)\n(.*?)(?=^## )", RUNBOOK, re.MULTILINE | re.DOTALL)
    said = {name: part.lower() for part, text in parts for name in re.findall(r"^### (\S+)$", text, re.MULTILINE)}

    assert said == {rule.runbook: rule.severity for rule in SHIPPED.values()}
    assert "## custom-rules" in RUNBOOK


@pytest.mark.parametrize("rule_id", sorted(SHIPPED))
def test_each_heading_says_what_it_means_how_to_look_what_to_do_and_whom_to_wake(rule_id):
    text = SECTIONS[rule_id]

    assert text.strip().startswith(f"**{SHIPPED[rule_id].title}")
    assert re.search(r"wake", text, re.IGNORECASE)
    assert re.search(r"look|nothing to do", text, re.IGNORECASE)
    assert re.search(r"\bdo\b", text, re.IGNORECASE)


def test_every_command_page_and_setting_that_the_runbook_names_exists(app):
    commands = set(re.findall(r"flask ([a-z]+ [a-z_-]+)", RUNBOOK))
    known = {f"{group} {name}" for group, command in app.cli.commands.items() for name in subcommands(command)}
    paths = {path.rstrip("/") for path in re.findall(r"(?:`|URL|:5000)(/[a-z/.-]+)`?", RUNBOOK)}
    rules = {str(rule).rstrip("/") for rule in app.url_map.iter_rules()}
    settings = set(re.findall(r"\b[A-Z]+_[A-Z_]+\b", RUNBOOK))

    assert commands - known == set()
    assert {path for path in paths if path != "/static"} - rules == set()
    assert settings - set(Settings.model_fields) == set()


def subcommands(command):
    return command.commands if isinstance(command, click.Group) else ()


def test_every_source_statistic_and_objective_of_rules_is_explained():
    words = set(re.findall(r"`([a-z0-9_-]+)`", ALERTS))

    assert {*MeasureSource, *Statistic} - words == set()
    assert OBJECTIVES.keys() - words == set()
