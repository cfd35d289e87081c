"""What PostgreSQL says of rows in its errors stays out of the log and out of the jobs' rows."""

from __future__ import annotations

import io
import logging

import pytest
import sqlalchemy as sa

from app.logs import json_lines
from backend.jobs.attempt import Attempts, kind_and_place

TABLE = "CREATE TEMPORARY TABLE person (name text PRIMARY KEY, age int CHECK (age > 0))"
ADD = "INSERT INTO person VALUES (:name, CAST(CAST(:age AS text) AS int))"
GOOD = {"name": "canary", "age": "1"}


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (GOOD, "UniqueViolation"),
        ({"name": "canary", "age": "0"}, "CheckViolation"),
        ({"name": "x", "age": "canary"}, "InvalidTextRepresentation"),
    ],
)
def test_a_failed_job_tells_no_row(postgresql_url, row, kind):
    log = logging.StreamHandler(io.StringIO())
    log.setFormatter(json_lines())
    logging.getLogger("backend.jobs.attempt").addHandler(log)
    engine = sa.create_engine(postgresql_url, hide_parameters=True, poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(TABLE))
        connection.execute(sa.text(ADD), GOOD)

        error = Attempts(lambda _what, _error: None).attempt("a job", lambda: connection.execute(sa.text(ADD), row))

    logging.getLogger("backend.jobs.attempt").removeHandler(log)
    assert error is not None
    assert "canary" in str(error)
    assert kind in log.stream.getvalue()
    assert "canary" not in log.stream.getvalue() + kind_and_place(error)
