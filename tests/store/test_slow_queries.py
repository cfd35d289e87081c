"""Slow statements on each database: kept without their values, and planned without them."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.wiring.measuring import connect, own_session
from backend.analytics.monitoring.queries.service import RETENTION, SlowQueries
from backend.analytics.monitoring.queries.slow import SlowBuffer
from backend.analytics.monitoring.queries.watch import QueryWatch
from backend.analytics.monitoring.readings import Family, Readings
from backend.clock import utc_now
from backend.extensions import db

JOBS = "SELECT id FROM jobs WHERE kind IN (:one, :two) AND attempts < 7 AND last_error = 'secret'"


@pytest.fixture
def watched(any_app):
    """A watch of the engine for which every statement is slow, and the readings that it makes."""
    readings, slow = Readings(), SlowBuffer(utc_now, limit_seconds=0.0)
    with any_app.app_context():
        QueryWatch(readings, slow, lambda: "GET /jobs/<slug>").attach(db.engine)
        yield readings, slow


@pytest.fixture
def queries(watched):
    return SlowQueries(own_session, connect, lambda names, _since: dict.fromkeys(names, 0.25), utc_now)


def ask(number=1):
    with db.engine.connect() as connection:
        connection.execute(sa.text(JOBS), {"one": f"kind {number}", "two": "another"})


def of_jobs(found):
    return [query for query in found if query.fingerprint.startswith("SELECT jobs ")]


def test_a_slow_statement_is_kept_once_without_its_values(watched, queries):
    for number in range(3):
        ask(number)
    queries.write_down(watched[1])
    ask()
    queries.write_down(watched[1])

    [query] = of_jobs(queries.worst(utc_now() - timedelta(hours=1), most=100))
    assert (query.count, query.route, query.p95) == (4, "GET /jobs/<slug>", 0.25)
    assert query.statement == "SELECT id FROM jobs WHERE kind IN (?) AND attempts < ? AND last_error = ?"
    assert 0 < query.maximum < 60
    assert utc_now() - query.last_at < timedelta(minutes=1)


def test_a_plan_is_made_later_and_names_the_index(watched, queries):
    with db.engine.connect() as connection:
        connection.execute(sa.text("SELECT id FROM jobs WHERE unique_key = :key"), {"key": "secret"})
    queries.write_down(watched[1])
    [before] = of_jobs(queries.worst(utc_now() - timedelta(hours=1), most=100))
    assert queries.make_plans() > 0
    [after] = of_jobs(queries.worst(utc_now() - timedelta(hours=1), most=100))

    assert before.plan is None
    assert "uq_jobs_unique_key" in after.plan or "sqlite_autoindex_jobs" in after.plan
    assert "secret" not in after.plan


def test_a_plan_is_made_once_a_day_and_changes_nothing(watched, queries):
    with db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE jobs SET kind = :kind WHERE id = 1"), {"kind": "x"})
    queries.write_down(watched[1])
    first = queries.make_plans()
    found = queries.worst(utc_now() - timedelta(hours=1), most=100)
    watched[1].drain()

    assert first > 0
    assert queries.make_plans() == 0
    [update] = [query for query in found if query.fingerprint.startswith("UPDATE jobs ")]
    assert not update.plan.startswith("No plan")
    assert {query.plan for query in found if query.fingerprint.startswith("BEGIN")} <= {
        "No plan: only queries and changes of rows have one"
    }


def test_a_failed_statement_is_a_failed_reading(watched):
    with db.engine.connect() as connection, pytest.raises(sa.exc.DBAPIError):
        connection.exec_driver_sql("SELECT nothing FROM nowhere")

    failed = [reading for reading in watched[0].drain() if reading.outcome == "failed"]
    assert [(reading.family, reading.name.rpartition(" ")[0]) for reading in failed] == [
        (Family.QUERY, "SELECT nowhere")
    ]


def test_what_is_fast_or_asked_while_monitoring_is_off_is_not_kept(watched):
    readings, slow = watched
    slow.limit_seconds = 3600.0
    ask()
    assert [reading for reading in readings.drain() if reading.name.startswith("SELECT jobs")]
    slow.limit_seconds, readings.is_on = 0.0, False
    ask()

    assert not readings.drain()
    assert not slow.drain()


def test_old_hours_and_their_statements_are_forgotten(watched, queries):
    ask()
    queries.write_down(watched[1])
    with db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE slow_hours SET last_at = :then"), {"then": utc_now() - 2 * RETENTION})

    assert queries.forget() > 0
    with db.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM slow_statements")) == 0
