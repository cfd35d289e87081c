"""`flask monitoring`: the same as the API, from a shell."""

from __future__ import annotations

import pytest

from backend.analytics.monitoring.control import MonitoringControl
from backend.plugins import get


@pytest.fixture
def run(app):
    def run(word):
        return app.test_cli_runner().invoke(args=["monitoring", word]).output.splitlines()

    return run


def test_monitoring_is_stopped_and_started_from_a_shell(app, run):
    assert run("status") == [
        "Monitoring is to be on (generation 0); observed: unknown.",
        "No process was heard of in the last 15 s.",
    ]
    with app.app_context():
        get(MonitoringControl).beat("web-1", 17, 0)
        get(MonitoringControl).keep_figures("web-1", 1, {"cpu_percent": 3.0})

    stopped, host, process = run("stop")
    assert stopped == "Monitoring is to be off (generation 1); observed: changing."
    assert host.split() == ["web-1", "measured"]
    assert process.split()[:4] == ["process", "17", "generation", "0"]
    assert run("stop")[0] == stopped
    assert run("start")[0] == "Monitoring is to be on (generation 2); observed: changing."
