"""Every process knows a change within two seconds, and keeps what it knew while the database is away. EXP-2"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError

from backend.analytics.experiments.configuration import Configuration, FeatureDocument, Snapshot
from backend.analytics.experiments.kill_file import KillFile, switch_of_flag, switch_of_test
from backend.analytics.experiments.qa_links import QaLinks
from backend.errors import InvalidRequest

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
FLAG = FeatureDocument("offer", {"defaultValue": False, "rules": [{"force": True}]})


class Database:
    """Counts how often it was asked; away, it fails as a driver does."""

    def __init__(self):
        self.snapshot, self.is_away, self.looks, self.loads = Snapshot(1, flags={"offer": FLAG}), False, 0, 0

    def version(self):
        self.looks += 1
        return self._answer().version

    def load(self):
        self.loads += 1
        return self._answer()

    def _answer(self):
        if self.is_away:
            raise OperationalError("SELECT 1", {}, OSError("gone"))
        return self.snapshot


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def database():
    return Database()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def kills(tmp_path):
    return KillFile(tmp_path / "killed")


@pytest.fixture
def configuration(database, kills, clock):
    return Configuration(database, kills, clock)


def test_the_version_is_asked_for_once_a_second_and_all_else_only_when_it_changed(configuration, database, clock):
    for tenth in range(50):
        clock.now = tenth / 10
        configuration.current()

    assert (database.loads, database.looks) == (1, 4)
    database.snapshot, clock.now = Snapshot(2), 6.0
    assert configuration.current().version == 2
    assert database.loads == 2


def test_an_empty_configuration_takes_the_place_of_a_full_one(configuration, database, clock):
    assert configuration.current().flags
    database.snapshot, clock.now = Snapshot(2), 1.0

    assert not configuration.current().flags


def test_the_last_configuration_stays_while_the_database_is_away_and_health_says_so(configuration, database, clock):
    configuration.current()
    assert configuration.health().ok
    database.is_away, clock.now = True, 30.0

    assert configuration.current().flags == {"offer": FLAG}
    assert configuration.current().is_stale
    assert "30 seconds ago" in configuration.health().reason
    database.is_away, clock.now = False, 31.0
    assert not configuration.current().is_stale
    assert configuration.health().ok


def test_a_process_that_never_reached_the_database_says_that_nothing_is_known(configuration, database):
    database.is_away = True

    assert configuration.current().experiments == ()
    assert "since this process began" in configuration.health().reason


def test_a_kill_in_the_file_is_obeyed_at_once_and_without_the_database(configuration, database, kills):
    configuration.current()
    database.is_away = True
    kills.kill(switch_of_flag("offer"))
    kills.kill(switch_of_test("price"))

    killed = configuration.current()
    assert killed.flags["offer"].document == {"defaultValue": False}
    assert killed.is_killed("price")
    assert not killed.is_killed("other")
    kills.revive(switch_of_flag("offer"))
    assert configuration.current().flags["offer"].document == FLAG.definition


def test_a_kill_of_one_version_holds_until_a_process_has_read_that_version(configuration, database, kills, clock):
    configuration.current()
    database.is_away = True
    kills.kill_until(switch_of_flag("offer"), 2)

    assert configuration.current().flags["offer"].is_killed
    database.is_away, database.snapshot, clock.now = False, Snapshot(2, flags={"offer": FLAG}), 2.0
    assert not configuration.current().flags["offer"].is_killed


def test_a_link_forces_its_variant_for_a_day_at_most_and_only_as_signed():
    now = [NOW]
    links = QaLinks("secret", lambda: now[0])
    token = links.token("price", "b")

    assert links.forced([token]) == {"price": "b"}
    for forged in (token[:-2] + "AA", "price.b", "", "é", QaLinks("other", lambda: NOW).token("price", "b")):
        assert links.forced([forged]) == {}
    now[0] = NOW + timedelta(hours=24)
    assert links.forced([token]) == {}
    with pytest.raises(InvalidRequest):
        links.token("price", "b", timedelta(hours=25))


def test_requests_at_once_after_a_quiet_time_all_know_the_change(configuration, database, clock):
    """None of them goes on with a copy of minutes ago while another one looks."""
    configuration.current()
    database.snapshot, clock.now = Snapshot(2), 300.0
    answer, database.version = database.version, lambda: (time.sleep(0.1), answer())[1]

    with ThreadPoolExecutor(8) as threads:
        versions = list(threads.map(lambda _: configuration.current().version, range(8)))

    assert versions == [2] * 8
