"""The documents say what is: every setting, plugin, event, metric and scope, and no address of nothing."""

from __future__ import annotations

import re

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
from backend.jobs.service import DEAD, DONE, FAILED
from backend.personal_data import DataClasses
from backend.plugins import KEY
from backend.tasks.schedule import schedule
from config.settings import Settings
from tests.conftest import make_settings
from tests.servers import PROJECT

DOCS = sorted([*PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md")])


def doc(name):
    return (PROJECT / "docs" / name).read_text()


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_explained(name):
    assert f"| `{name}` |" in doc("settings.md")
    assert Settings.model_fields[name].description in doc("settings.md")


def test_no_setting_is_explained_that_does_not_exist():
    assert set(re.findall(r"^\| `([A-Z_0-9]+)` \|", doc("settings.md"), re.MULTILINE)) == set(Settings.model_fields)


@pytest.mark.parametrize("event", EventName)
def test_every_event_is_explained_with_its_properties(event):
    [row] = [line for line in doc("events.md").splitlines() if line.startswith(f"| `{event}` |")]

    assert all(f"`{field}`" in row for field in PROPERTIES[event].__struct_fields__)


@pytest.mark.parametrize("event", EventName)
def test_every_metric_is_explained(event):
    assert f"| `{STATSD_PREFIX}.{event.removeprefix('ai_calculator_')}` |" in doc("metrics.md")


def test_the_catalogue_is_explained_as_it_is():
    written = written_into(doc("metrics.md"), "flask metrics catalogue", tables())

    assert doc("metrics.md") == written, "run: flask metrics catalogue --into docs/metrics.md"


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


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(path):
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text()):
        assert (path.parent / target).exists(), target


def test_every_document_is_reached_from_the_readme():
    readme = (PROJECT / "README.md").read_text()

    for path in PROJECT.glob("docs/*.md"):
        assert f"](docs/{path.name})" in readme, path.name


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_every_make_target_that_is_named_exists(path):
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))

    assert set(re.findall(r"(?:`|^)make ([a-z-]+)", path.read_text(), re.MULTILINE)) <= targets


COMMAND = re.compile(r"(?<!from )\bflask\s+([a-z]+)\s+([a-z][a-z|-]*)(?:\s+([a-z|]+))?")


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_every_command_that_is_named_exists(path, app):
    cli = FlaskGroup(add_default_commands=False)
    with click.Context(cli, obj=ScriptInfo(create_app=lambda: app)) as context:  # it pushes a context of the app
        for name, commands, below in COMMAND.findall(path.read_text()):
            group = cli.get_command(context, name)
            assert isinstance(group, click.Group), f"flask {name}"
            assert set(commands.split("|")) <= set(group.commands), f"flask {name} {commands}"
            if isinstance(group.commands.get(commands), click.Group):
                assert set(below.split("|")) <= set(group.commands[commands].commands), f"flask {name} {commands}"
