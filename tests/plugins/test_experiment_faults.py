"""EXP-1: a start that is killed at any point has not begun; two who start at once start once."""

from __future__ import annotations

import os
import signal
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from backend.analytics.experiments.conflict import ExperimentConflict
from backend.analytics.experiments.definition import ExperimentConfig, ExperimentUnit, TestType, Variant
from backend.analytics.experiments.families import ProductNames
from backend.analytics.experiments.models import AbWeightPeriod
from backend.analytics.experiments.service import CLI, ExperimentService
from backend.analytics.experiments.store import HistoryStore
from backend.audit.models import AuditEntry
from backend.audit.service import AuditLog
from backend.database import get_db_session
from backend.extensions import db
from backend.faults import Faults
from backend.jobs.store import database_clock
from backend.plugins import get

ARMS = (Variant("control", "As it is", 0.5), Variant("new", "New", 0.5))
CONFIG = ExperimentConfig(
    "Price test", TestType.CUSTOM, "It helps.", ExperimentUnit.USER, ARMS, primary="conversion_rate", seed=""
)
STARTING = ("experiments.start.status", "experiments.period", "experiments.history", "experiments.audit")


def kill(test_id, points, deed):
    """How a process of its own ended at each point of a deed."""
    get_db_session().rollback()
    children = []
    for point in points:
        if (child := os.fork()) == 0:
            _killed_at(point, test_id, deed)
        children.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    return children


def _killed_at(point, test_id, deed):
    try:
        db.engine.dispose(close=False)
        session = get_db_session()
        service = ExperimentService(session, get(AuditLog), get(ProductNames), Faults(point), database_clock(session))
        deed(service, test_id)
    finally:
        os._exit(1)


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


def start(service, test_id):
    service.start(test_id, CLI)


def stop(service, test_id):
    service.stop(test_id, CLI)


def reweight(service, test_id):
    service.reweight(test_id, {"control": 0.1, "new": 0.9}, None, CLI, "Why")


RUNNING = {
    stop: ("experiments.stop.instant", "experiments.history"),
    reweight: ("experiments.period", "experiments.audit"),
}


def test_a_change_that_is_killed_at_any_point_was_never_made_and_can_be_made_again(any_app):
    with any_app.app_context():
        service = get(ExperimentService)
        test_id = service.create(CONFIG, CLI).test_id
        draft = state(test_id)
        assert kill(test_id, STARTING, start) == [-signal.SIGKILL] * len(STARTING)
        assert state(test_id) == draft
        service.start(test_id, CLI)
        running = state(test_id)
        for deed, points in RUNNING.items():
            assert kill(test_id, points, deed) == [-signal.SIGKILL] * len(points)
        assert state(test_id) == running
        service.stop(test_id, CLI)

        assert [entry.deed for entry in service.history(test_id)] == ["stopped", "started", "created"]


def test_of_two_who_start_at_once_one_starts_and_the_other_is_told(any_app):
    with any_app.app_context():
        test_id = get(ExperimentService).create(CONFIG, CLI).test_id

    def started(_):
        with any_app.app_context():
            try:
                return get(ExperimentService).start(test_id, CLI).status.value
            except ExperimentConflict:
                return "refused"

    with ThreadPoolExecutor(4) as threads:
        ended = sorted(threads.map(started, range(4)))
    with any_app.app_context():
        _, history, _, counts = state(test_id)

    assert ended == ["refused"] * 3 + ["running"]
    assert ([entry.deed for entry in history], counts) == (["started", "created"], (2, 1))
