"""Statements that differ only in their values have one name, and no value is in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.analytics.monitoring.queries.fingerprints import LONG, fingerprint


def named(statement):
    return fingerprint(statement).name


@pytest.mark.parametrize(
    ("statement", "masked"),
    [
        ("SELECT 1", "SELECT ?"),
        ("SELECT a FROM t WHERE b = 'it''s -- me' AND c = 3.5e-7", "SELECT a FROM t WHERE b = ? AND c = ?"),
        ("SELECT a -- it's\n  FROM t1 /* 'x' */ LIMIT 10", "SELECT a FROM t1 LIMIT ?"),
        ("SELECT $secret$ it's $secret$, E'it\\'s', x'ff', col1 FROM t", "SELECT ?, ?, ?, col1 FROM t"),
        ("SELECT a FROM t WHERE id IN (1,2, 3)", "SELECT a FROM t WHERE id IN (?)"),
        (
            "SELECT a FROM t WHERE id IN (%(a_1)s::VARCHAR(9), %(a_2)s::VARCHAR(9))",
            "SELECT a FROM t WHERE id IN (?::VARCHAR(9))",
        ),
        ("SELECT a FROM t WHERE id IN (SELECT id FROM u)", "SELECT a FROM t WHERE id IN (SELECT id FROM u)"),
        (
            "INSERT INTO t (a, b) VALUES (?, f(?)), (?, f(?)) RETURNING id",
            "INSERT INTO t (a, b) VALUES (?, f(?)) RETURNING id",
        ),
        ("SELECT CAST(a AS NUMERIC(10, 2)) %% 3 FROM t", "SELECT CAST(a AS NUMERIC(10, 2)) % ? FROM t"),
        ("SELECT interval '5 days'", "SELECT CAST(? AS INTERVAL)"),
        ('SELECT "User 1" FROM "t 2"', 'SELECT "User 1" FROM "t 2"'),
        ("SAVEPOINT sa_savepoint_12", "SAVEPOINT sa_savepoint"),
    ],
)
def test_values_are_masked_and_names_stay(statement, masked):
    assert fingerprint(statement).statement == masked


@given(
    st.lists(st.integers(0, 10**9), min_size=1, max_size=40), st.text(alphabet=st.characters(exclude_characters="\x00"))
)
def test_however_many_values_there_are_the_name_is_one(numbers, text):
    quoted = text.replace("'", "''")
    statement = f"SELECT id FROM people WHERE age IN ({', '.join(map(str, numbers))}) AND name = '{quoted}'"

    assert fingerprint(statement) == fingerprint("SELECT id FROM people WHERE age IN (1) AND name = 'x'")


def test_a_name_says_what_is_done_to_which_table():
    assert named("UPDATE jobs SET state = 'done' WHERE id = 7").startswith("UPDATE jobs ")
    assert named("INSERT INTO jobs (id) VALUES (7)").startswith("INSERT jobs ")
    assert named("SELECT a FROM jobs") != named("SELECT b FROM jobs")
    assert named("BEGIN IMMEDIATE") == "BEGIN IMMEDIATE"
    assert named("PRAGMA busy_timeout = 10000") == named("PRAGMA foreign_keys = ON") == "PRAGMA"


def test_of_a_long_statement_only_the_beginning_is_looked_at():
    long = fingerprint(f"INSERT INTO t (a) VALUES ({', '.join(['1'] * LONG)})")

    assert long.name == "INSERT t long"
    assert len(long.statement) < 1_000
