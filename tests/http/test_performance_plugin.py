"""PERF-1, PERF-2: the founding Python names, and the thread that obeys."""

from __future__ import annotations

import os

import pytest
import sqlalchemy as sa

from backend.analytics.ai_calculator_performance import AiCalculatorPerformance, ai_calculator_performance
from backend.analytics.monitoring.control import MonitoringControl, Observed
from backend.analytics.monitoring.readings import Family, Readings
from backend.extensions import db
from backend.plugins import KEY, get
from tests.conftest import ON_SQLITE
from tests.servers import wait_until


class CardDeclined(Exception):
    """What a provider raises for a card it refuses."""


@pytest.fixture
def readings(app):
    """Those of the app, with a function that takes what was recorded as family, name, outcome."""
    with app.app_context():
        yield lambda: [reading[:3] for reading in get(Readings).drain()]


@pytest.fixture
def started(any_app):
    plugin = any_app.extensions[KEY].build(AiCalculatorPerformance)
    plugin.start()
    yield plugin
    plugin.stop()


def test_what_is_tracked_is_recorded_with_its_time_and_outcome(readings):
    with ai_calculator_performance.track_calculator_load_time():
        pass
    with ai_calculator_performance.track_database_query("get_user_data"):
        pass
    with pytest.raises(ConnectionError), ai_calculator_performance.track_email_delivery("welcome"):
        raise ConnectionError

    assert readings() == [
        (Family.CALCULATOR_LOAD, "calculator", "ok"),
        (Family.QUERY, "get_user_data", "ok"),
        (Family.EMAIL, "welcome", "failed"),
    ]


@pytest.mark.parametrize(("problem", "outcome"), [(None, "ok"), (CardDeclined, "ok"), (ConnectionError, "failed")])
def test_a_declined_card_is_processed_and_an_outage_is_not(readings, problem, outcome):
    def pay():
        with ai_calculator_performance.track_payment_processing("stripe", declined=(CardDeclined,)):
            if problem:
                raise problem

    if problem:
        with pytest.raises(problem):
            pay()
    else:
        pay()

    assert readings() == [(Family.PAYMENT, "stripe", outcome)]


def test_a_started_process_obeys_says_so_and_leaves(any_app, started):
    readings = any_app.extensions[KEY].build(Readings)
    with any_app.app_context():
        status = wait_until(observed(Observed.ON), "it obeys")
        assert [worker.pid for host in status.hosts for worker in host.workers] == [os.getpid()]

        ai_calculator_performance.stop_monitoring()
        wait_until(observed(Observed.OFF), "it obeys")
        assert not readings.is_on
        readings.drain()
        with ai_calculator_performance.track_calculator_load_time():
            pass
        assert readings.drain() == []

        ai_calculator_performance.start_monitoring()
        wait_until(observed(Observed.ON), "it obeys")
        assert readings.is_on

        with ai_calculator_performance.track_calculator_load_time():
            pass
        started.stop()
        assert ai_calculator_performance.start_monitoring().hosts == ()
        assert measured_loads() == 1


def measured_loads():
    """Of the calculator, in the summary; what a process measured until it ended is in it."""
    summary = ai_calculator_performance.get_performance_summary(hours=24)
    assert len(summary.gaps) == 1
    return summary.sections["load_times"].all.window.count


@pytest.mark.parametrize("hours", [0, 2161])
def test_a_summary_is_of_1_to_2160_hours(app, hours):
    with app.app_context(), pytest.raises(ValueError, match="from 1 to 2160"):
        ai_calculator_performance.get_performance_summary(hours=hours)


def observed(wanted):
    """A question whose answer is the status, once that is what is observed."""

    def ask():
        status = get(MonitoringControl).status()
        return status if status.observed is wanted else None

    return ask


@ON_SQLITE
def test_while_the_database_is_away_the_last_desired_state_stays(any_app, started, caplog):
    readings = any_app.extensions[KEY].build(Readings)
    with any_app.app_context():
        ai_calculator_performance.stop_monitoring()
        wait_until(lambda: not readings.is_on, "it obeys")
        with db.engine.begin() as connection:
            connection.execute(sa.text("ALTER TABLE monitoring_state RENAME TO away"))

        wait_until(lambda: "the database does not answer" in caplog.text, "it asked")
        assert not readings.is_on
        with db.engine.begin() as connection:
            connection.execute(sa.text("UPDATE away SET desired = 'on', generation = 2"))
            connection.execute(sa.text("ALTER TABLE away RENAME TO monitoring_state"))
        wait_until(lambda: readings.is_on, "it obeys again")


def test_a_plugin_that_was_not_started_says_so(app):
    health = app.extensions[KEY].build(AiCalculatorPerformance).health()

    assert (health.ok, health.vital) == (False, False)
    assert "does not run" in health.reason
