"""EXP-1: a start that is killed at any point has not begun; two who start at once start once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from backend.analytics.experiments.conflict import ExperimentConflict
from backend.analytics.experiments.definition import ExperimentConfig, ExperimentUnit, TestType, Variant
from backend.analytics.experiments.models import AbWeightPeriod
from backend.analytics.experiments.service import CLI, ExperimentService
from backend.analytics.experiments.store import HistoryStore
from backend.audit.models import AuditEntry
from backend.database import get_db_session
from backend.plugins import get
from tests.conftest import server_environ
from tests.servers import PROJECT

ARMS = (Variant("control", "As it is", 0.5), Variant("new", "New", 0.5))
CONFIG = ExperimentConfig(
    "Price test", TestType.CUSTOM, "It helps.", ExperimentUnit.USER, ARMS, primary="conversion_rate", seed=""
)
KILLED_AT = """
import os
import wsgi
from backend.analytics.experiments.service import CLI, ExperimentService
from backend.plugins import get

test_id, points, deeds = {test_id!r}, {points!r}, {deeds!r}
for point, deed in zip(points, deeds):
    child = os.fork()
    if child == 0:
        with wsgi.app.app_context():
            service = get(ExperimentService)
            service._faults._point = point
            {{
                "start": lambda: service.start(test_id, CLI),
                "stop": lambda: service.stop(test_id, CLI),
                "reweight": lambda: service.reweight(test_id, {{"control": 0.1, "new": 0.9}}, None, CLI, "Why"),
            }}[deed]()
        os._exit(0)
    print(os.waitpid(child, 0)[1], flush=True)
"""
STARTING = ("experiments.start.status", "experiments.period", "experiments.history", "experiments.audit")
RUNNING = {
    "experiments.stop.instant": "stop",
    "experiments.history": "stop",
    "experiments.period": "reweight",
    "experiments.audit": "reweight",
}


@pytest.fixture
def kill(any_app, tmp_path):
    """Return a function that does deeds, each killed at its point, and gives how each process ended."""

    def run(test_id, points, deeds):
        script = KILLED_AT.format(test_id=test_id, points=points, deeds=deeds)
        environ = server_environ(tmp_path, DATABASE_URL=any_app.config["SQLALCHEMY_DATABASE_URI"])
        command, environ = [sys.executable, "-c", script], {**os.environ, **environ}
        done = subprocess.run(command, cwd=PROJECT, env=environ, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return [int(line) for line in done.stdout.split()]

    return run


def state(test_id):
    """Everything that a change writes."""
    session, experiment = get_db_session(), get(ExperimentService).get(test_id)
    audited = select(func.count()).select_from(AuditEntry).where(AuditEntry.object == f"experiment:{test_id}")
    periods = select(func.count()).select_from(AbWeightPeriod).where(AbWeightPeriod.test_id == test_id)
    counts = session.scalar(audited), session.scalar(periods)
    history = HistoryStore(session).of(f"test:{test_id}")
    seen = experiment, history, HistoryStore(session).version(), counts
    session.rollback()
    return seen


def test_a_change_that_is_killed_at_any_point_was_never_made_and_can_be_made_again(any_app, kill):
    with any_app.app_context():
        service = get(ExperimentService)
        test_id = service.create(CONFIG, CLI).test_id
        draft = state(test_id)
        assert kill(test_id, STARTING, ["start"] * len(STARTING)) == [signal.SIGKILL] * len(STARTING)
        assert state(test_id) == draft
        service.start(test_id, CLI)
        running = state(test_id)
        assert kill(test_id, [*RUNNING], [*RUNNING.values()]) == [signal.SIGKILL] * len(RUNNING)
        assert state(test_id) == running
        service.stop(test_id, CLI)

        assert [entry.deed for entry in service.history(test_id)] == ["stopped", "started", "created"]


def test_of_two_who_start_at_once_one_starts_and_the_other_is_told(any_app):
    with any_app.app_context():
        test_id = get(ExperimentService).create(CONFIG, CLI).test_id

    def start(_):
        with any_app.app_context():
            try:
                return get(ExperimentService).start(test_id, CLI).status.value
            except ExperimentConflict:
                return "refused"

    with ThreadPoolExecutor(4) as threads:
        ended = sorted(threads.map(start, range(4)))
    with any_app.app_context():
        _, history, _, counts = state(test_id)

    assert ended == ["refused"] * 3 + ["running"]
    assert ([entry.deed for entry in history], counts) == (["started", "created"], (2, 1))
