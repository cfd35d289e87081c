"""What `make run` prints: a banner whose commands work as they stand."""

from __future__ import annotations

from config.banner import banner
from config.settings import PROJECT
from tests.conftest import make_settings


def command_of(settings):
    [line] = [line for line in banner(settings, "").splitlines() if line.startswith("Create the first admin")]
    return line.removeprefix("Create the first admin: ")


def test_its_command_names_the_installation_it_was_started_with(tmp_path):
    folder = tmp_path / "two words"
    folder.mkdir()

    command = command_of(make_settings(folder, PORT=8000))

    assert command.startswith(f"INSTANCE_DIR='{folder}' PORT=8000 .venv/bin/flask accounts create ")


def test_its_command_names_no_default():
    assert command_of(make_settings(PROJECT / "instance")).startswith(".venv/bin/flask accounts create ")


def test_the_link_is_its_last_line(tmp_path):
    assert banner(make_settings(tmp_path, PORT=8000), "secret").endswith(
        "\nDashboards: http://127.0.0.1:8000/first-look/secret\n"
    )


def test_without_a_link_there_is_none(tmp_path):
    assert "Dashboards" not in banner(make_settings(tmp_path), "")
