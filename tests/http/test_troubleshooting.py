"""OPS-5a: every command of the page runs, and answers as the page says while all is well."""

from __future__ import annotations

import os
import re
import subprocess
import time
from urllib.parse import urlsplit

import pytest

from backend.analytics.monitoring.control import MonitoringControl
from backend.plugins import KEY, get
from tests.conftest import MASTER_KEY, SECRET
from tests.servers import PROJECT

PAGE = (PROJECT / "docs" / "troubleshooting.md").read_text()
ENTRIES = re.findall(r"^## (.+?)\n+```\n\$ (.+?)\n(.*?)```\n\n(.+?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def answer(app, instance):
    """A function that runs a command against an installation whose plugins run: curl and flask in this process."""
    app.extensions[KEY].start()

    def run(command):
        program, *words = command.split()
        if "monitoring" in words:
            wait_until_heard_of(app)
        if program == "curl":
            return app.test_client().get(urlsplit(words[-1]).path).text
        if program == "flask":
            return app.test_cli_runner().invoke(args=words).output
        environ = {**os.environ, "INSTANCE_DIR": str(instance), "SECRET_KEY": SECRET, "MASTER_KEY": MASTER_KEY}
        shell = ["bash", "-c", command]
        done = subprocess.run(shell, cwd=PROJECT, env=environ, capture_output=True, text=True, check=False)
        return done.stdout or done.stderr

    yield run
    app.extensions[KEY].stop()


def wait_until_heard_of(app):
    """The plugin says from a thread of its own that this process lives."""
    deadline = time.monotonic() + 60
    with app.app_context():
        while not get(MonitoringControl).status().hosts and time.monotonic() < deadline:
            time.sleep(0.05)


def test_every_entry_has_a_command_and_a_cure():
    titles = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)

    assert [title for title, *_ in ENTRIES] == titles
    assert len(titles) >= 14


@pytest.mark.parametrize(("title", "command", "expected", "cure"), ENTRIES, ids=[entry[0] for entry in ENTRIES])
def test_a_command_answers_as_expected(answer, title, command, expected, cure):
    pattern = re.escape(expected.strip()).replace(re.escape("…"), "(.|\n)*")

    assert re.fullmatch(pattern, answer(command).strip()), answer(command)
    assert cure.strip()
