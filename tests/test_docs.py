"""The documents say what is: every setting, plugin, event, metric and scope, and no address of nothing."""

from __future__ import annotations

import re
from functools import cache

import click
import pytest
from flask.cli import FlaskGroup, ScriptInfo

from app import create_app
from app.cli.privacy import table
from app.generated import written_into
from app.metric_tables import tables
from app.scheduler import MILLISECONDS, TICKS
from backend.accounts.permissions import Scope
from backend.analytics.events.event import PROPERTIES
from backend.analytics.events.forwarding import service as forwarding
from backend.analytics.events.forwarding.protocol import FORWARDED, Skip
from backend.analytics.events.names import EventName
from backend.analytics.events.service import STATSD_PREFIX
from backend.analytics.monitoring.exposition.gauges import GAUGES, MONITORING_ENABLED
from backend.analytics.monitoring.exposition.metrics import METRICS, QUANTILE, Kind
from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.summary import SECTIONS
from backend.dashboards.pages import PAGES
from backend.jobs.service import DEAD, DONE, FAILED
from backend.personal_data import DataClasses
from backend.plugins import KEY
from backend.tasks.schedule import schedule
from config.settings import Settings
from tests.conftest import make_settings
from tests.operator_files import DASHBOARDS
from tests.servers import PROJECT

TO_COME = {"mingus_lead_capture_total", "mingus_salary_predictions_total"}  # their rooms are not built yet
DOCS = sorted([*PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
MAKE_TARGET = re.compile(r"(?:`|^)make ([a-z-]+)", re.MULTILINE)


@cache
def doc(name):
    return (PROJECT / "docs" / name).read_text()


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_explained(name):
    assert f"| `{name}` |" in doc("settings.md")
    assert Settings.model_fields[name].description in doc("settings.md")


@pytest.mark.parametrize("name", [*Family, *SECTIONS])
def test_everything_that_is_measured_and_every_section_of_the_summary_is_explained(name):
    assert re.search(rf"^\| [`a-z, _]*`{name}`", doc("monitoring.md"), re.MULTILINE)


def test_no_setting_is_explained_that_does_not_exist():
    assert set(re.findall(r"^\| `([A-Z_0-9]+)` \|", doc("settings.md"), re.MULTILINE)) == set(Settings.model_fields)


@pytest.mark.parametrize("event", EventName)
def test_every_event_is_explained_with_its_properties(event):
    [row] = [line for line in doc("events.md").splitlines() if line.startswith(f"| `{event}` |")]

    properties = PROPERTIES.get(event)  # none of what only the server itself sends
    assert properties is None or all(f"`{field}`" in row for field in properties.__struct_fields__)


@pytest.mark.parametrize("event", EventName)
def test_every_metric_is_explained(event):
    assert f"| `{STATSD_PREFIX}.{event.removeprefix('ai_calculator_')}` |" in doc("metrics.md")


def test_the_catalogue_is_explained_as_it_is():
    written = written_into(doc("catalogue.md"), "flask metrics catalogue", tables())

    assert doc("catalogue.md") == written, "run: flask metrics catalogue --into docs/catalogue.md"


def test_every_page_of_the_dashboards_is_explained_in_the_order_of_the_menu():
    rows = re.findall(r"^\| `(/(?:analytics|experiments|ops)[^`]*)` \|", doc("dashboards.md"), re.MULTILINE)

    assert rows == [page.path for page in PAGES]


@pytest.mark.parametrize("metric", [DONE, FAILED, DEAD, TICKS, MILLISECONDS])
def test_every_metric_of_background_work_is_explained(metric):
    assert f"| `{metric}` |" in doc("metrics.md")


@pytest.mark.parametrize("name", [forwarding.SENT, forwarding.ADAPTED, forwarding.SKIPPED, forwarding.FAILED])
def test_every_count_of_forwarding_is_explained(name):
    assert f"| `{name}` |" in doc("metrics.md")


@pytest.mark.parametrize("reason", Skip)
def test_every_reason_for_not_forwarding_is_explained(reason):
    assert f"| `{reason}` |" in doc("forwarding.md")


@pytest.mark.parametrize("name", FORWARDED)
def test_every_property_that_is_forwarded_is_named(name):
    assert f"`{name}`" in doc("forwarding.md")


@pytest.mark.parametrize("metric", [*METRICS, *GAUGES], ids=lambda metric: metric.name)
def test_every_metric_for_prometheus_is_explained_with_its_labels(metric):
    labels = [*metric.labels, *([QUANTILE] if getattr(metric, "kind", None) is Kind.QUANTILES else [])]
    written = ", ".join(f"`{label}`" for label in labels)

    assert f"| {written} | {metric.description} |" in row_of(metric.name)


def test_no_metric_for_prometheus_is_explained_that_does_not_exist():
    exposed = {metric.name for metric in (*METRICS, *GAUGES)} | {MONITORING_ENABLED[0]}

    assert set(re.findall(r"^\| `(mingus_\w+)` \|", doc("prometheus.md"), re.MULTILINE)) == exposed | TO_COME


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_every_dashboard_for_grafana_is_explained(path):
    assert f"| `{path.relative_to(PROJECT)}` |" in doc("prometheus.md")


def row_of(metric):
    return next(line for line in doc("prometheus.md").splitlines() if line.startswith(f"| `{metric}` |"))


@pytest.mark.parametrize("line", schedule(Settings.from_env({"SECRET_KEY": "x" * 40})).entries)
def test_every_line_of_the_schedule_is_explained(line):
    assert any(f"`{line}`" in row for row in doc("jobs.md").splitlines() if row.startswith("| `"))


@pytest.mark.parametrize("scope", Scope)
def test_every_scope_is_explained(scope):
    assert f"| `{scope}` |" in doc("access.md")


def test_what_is_kept_about_people_is_listed(tmp_path):
    classes = create_app(make_settings(tmp_path)).extensions[KEY].build(DataClasses)

    assert "\n".join(table(classes)) in doc("privacy.md")


def test_every_built_in_plugin_is_explained():
    paths = Settings.from_env({"SECRET_KEY": "x" * 40}).plugin_paths

    assert all(f"`{path.split(':')[0]}`" in doc("plugins.md") for path in paths)


def test_links_between_documents_lead_somewhere():
    links = [(path, target) for path in DOCS for target in re.findall(LINK, path.read_text())]

    assert [f"{path.name}: {target}" for path, target in links if not (path.parent / target).exists()] == []


NAMED = re.compile(r"(?<![\w./-])(?:app|backend|benchmarks|config|docs|migrations|tests)/[\w./*-]*")


@pytest.mark.parametrize("path", [path for path in DOCS if path.name != "CHANGELOG.md"], ids=lambda path: path.name)
def test_every_path_that_is_named_exists(path):
    """A name that is to be filled in, `<name>`, ends the path."""
    named = {name.rstrip(".") for name in NAMED.findall(path.read_text())}

    assert [name for name in sorted(named) if not any(PROJECT.glob(name))] == []


def test_the_recipes_name_files():
    assert len(set(NAMED.findall(doc("recipes.md")))) > 30


def test_every_decision_is_linked_from_where_a_reader_would_look():
    pages = "".join(path.read_text() for path in DOCS if path.parent.name != "adr" and path.name != "CHANGELOG.md")

    assert [path.name for path in sorted(PROJECT.glob("docs/adr/*.md")) if f"adr/{path.name})" not in pages] == []


def anchors(text):
    """The anchors of the headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_into_a_document_lead_to_a_heading(path):
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#([^)]+)\)", path.read_text()):
        linked = path.parent / target if target else path
        assert anchor in anchors(linked.read_text()), f"{target}#{anchor}"


def terms_of_the_glossary():
    """The terms, group by group."""
    groups = doc("glossary.md").split("\n## ")[1:-1]
    return [re.findall(r"^- \*\*(.+?)\*\*: ", group, re.MULTILINE) for group in groups]


def test_the_terms_of_the_glossary_are_sorted_and_unique():
    groups = terms_of_the_glossary()
    terms = [term for group in groups for term in group]

    assert groups == [sorted(group, key=str.casefold) for group in groups]
    assert all(groups)
    assert len(set(terms)) == len(terms)


def test_each_line_of_the_glossary_is_a_term():
    lines = [line for line in doc("glossary.md").splitlines() if line.startswith("-")]

    assert len(lines) == sum(len(group) for group in terms_of_the_glossary())


def test_each_word_to_use_is_a_term():
    rows = doc("glossary.md").split("\n## ")[-1].splitlines()
    words = [row.split(" | ")[0].removeprefix("| ") for row in rows if row.startswith("| ")][1:]

    assert words == sorted(words)
    assert set(words) <= {term for group in terms_of_the_glossary() for term in group}


@pytest.mark.parametrize("name", ["architecture.md", "glossary.md", "recipes.md"])
def test_contributors_are_led_to_what_they_need(name):
    assert f"](docs/{name})" in (PROJECT / "CONTRIBUTING.md").read_text()


def test_every_document_is_reached_from_the_readme():
    readme = (PROJECT / "README.md").read_text()

    for path in PROJECT.glob("docs/*.md"):
        assert f"](docs/{path.name})" in readme, path.name


def test_every_make_target_that_is_named_exists():
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    named = [(path, name) for path in DOCS for name in re.findall(MAKE_TARGET, path.read_text())]

    assert [f"{path.name}: make {name}" for path, name in named if name not in targets] == []


COMMAND = re.compile(r"(?<!from )\bflask\s+([a-z]+)\s+([a-z][a-z|-]*)(?:\s+([a-z|]+))?")


def test_every_command_that_is_named_exists(app):
    cli = FlaskGroup(add_default_commands=False)
    with click.Context(cli, obj=ScriptInfo(create_app=lambda: app)) as context:  # it pushes a context of the app
        missing = [
            f"{path.name}: flask {' '.join(named)}"
            for path in DOCS
            for named in COMMAND.findall(path.read_text())
            if not is_command(context, cli.get_command(context, named[0]), *named[1:])
        ]

    assert missing == []


def is_command(context, group, commands, below):
    if not isinstance(group, click.Group) or not set(commands.split("|")) <= set(group.list_commands(context)):
        return False
    inner = group.get_command(context, commands)
    return not isinstance(inner, click.Group) or set(below.split("|")) <= set(inner.list_commands(context))
