"""Four workers are of one mind: one exposure a unit, and a change or a kill that all of them obey. EXP-2"""

from __future__ import annotations

import json
import os
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from backend.accounts.keys.service import KeyService
from backend.accounts.permissions import Scope
from backend.analytics.events.models import AnalyticsEvent
from backend.analytics.experiments.definition import ExperimentStatus
from backend.analytics.experiments.kill_file import KillFile, switch_of_test
from backend.database import get_db_session
from backend.plugins import get
from tests.conftest import server_environ
from tests.experiments import run, set_status
from tests.servers import gunicorn

ENOUGH_FOR_ALL_WORKERS = 60


@pytest.fixture
def world(any_app, tmp_path):
    """Four workers, and a question to them."""
    url = any_app.config["SQLALCHEMY_DATABASE_URI"]
    environ = {**os.environ, **server_environ(tmp_path, DATABASE_URL=str(url), WEB_WORKERS="4")}
    with any_app.app_context():
        key = str(get(KeyService).create("test", [Scope.EXPERIMENTS_ASSIGN]))
        run(get_db_session())
    with gunicorn(environ, tmp_path / "log") as server:

        def ask(unit):
            address = f"{server.url}/api/analytics/ab-testing/price/variant?session_id={unit}"
            request = urllib.request.Request(address, headers={"Authorization": f"Bearer {key}"})
            with urllib.request.urlopen(request, timeout=30) as response:
                return json.load(response)

        yield ask


def answers(ask, units):
    with ThreadPoolExecutor(12) as threads:
        return list(threads.map(ask, units))


def reasons(ask):
    return {answer["reason"] for answer in answers(ask, ["s-1"] * ENOUGH_FOR_ALL_WORKERS)}


def test_four_workers_expose_each_unit_once_and_obey_a_kill_and_a_pause_within_two_seconds(any_app, world, tmp_path):
    units = [f"s-{number}" for number in range(10)] * 6
    asked = answers(world, units)

    assert len({(unit, answer["variant"]) for unit, answer in zip(units, asked, strict=True)}) == 10
    with any_app.app_context():
        assert get_db_session().scalar(sa.select(sa.func.count()).select_from(AnalyticsEvent)) == 10

    KillFile(tmp_path / "killed-switches").kill(switch_of_test("price"))
    assert reasons(world) == {"killed"}
    KillFile(tmp_path / "killed-switches").revive(switch_of_test("price"))
    assert reasons(world) == {"assigned"}

    with any_app.app_context():
        set_status(get_db_session(), "price", ExperimentStatus.PAUSED)
    time.sleep(2)
    assert reasons(world) == {"paused"}
