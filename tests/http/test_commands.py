"""Whatever goes wrong, a command says so in a sentence and ends with 1."""

from __future__ import annotations

import shutil

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from backend.audit.models import AuditEntry
from backend.database import get_db_session
from backend.reference.loading import SHIPPED
from backend.reference.snapshot import SNAPSHOT
from tests.accounts import make_account
from tests.conftest import close, make_app, make_settings

COMMANDS = [
    "keys create --name me --scope dashboards:read",
    "keys list",
    "accounts list",
    "accounts create --email a@example.com --role admin --invite",
    "assessments clean",
    "audit verify",
    "events quarantine list",
    "jobs list",
    "jobs retry 1",
    "jobs schedule",
    "lake status",
    "privacy prune",
    "privacy rotate",
    "privacy erase --yes 46c60a37-35c7-438c-9cf9-c1e278805e73",
]


@pytest.fixture
def empty(tmp_path):
    app = make_app(make_settings(tmp_path))
    yield app
    close(app)


@pytest.mark.parametrize("command", COMMANDS)
def test_before_the_database_was_made_a_command_says_how_to_make_it(empty, command):
    said = empty.test_cli_runner().invoke(args=command.split())

    assert (said.exit_code, said.exception.__class__) == (1, SystemExit), said.output
    assert said.output.startswith("Error: The database is not ready: it has no tables yet. Run `flask db upgrade`")


def test_a_database_that_does_not_answer_is_said_to(tmp_path):
    url = SecretStr("postgresql+psycopg://nobody@127.0.0.1:9/none")
    app = make_app(make_settings(tmp_path, DATABASE_URL=url))

    said = app.test_cli_runner().invoke(args=["keys", "list"])

    assert (said.exit_code, said.output.startswith("Error: The database is not ready: no answer")) == (1, True)


def test_a_copy_for_a_folder_that_is_not_there_is_not_made(app, tmp_path):
    account = make_account(app)

    said = app.test_cli_runner().invoke(args=["privacy", "export", account.public_id, str(tmp_path / "no" / "copy")])

    assert (said.exit_code, said.output) == (1, f"Error: There is no folder {tmp_path / 'no'}.\n")
    with app.app_context():
        assert get_db_session().scalars(sa.select(AuditEntry.action)).all() == []


def test_a_copy_that_cannot_be_written_is_a_sentence(app, tmp_path):
    """By a link to nowhere, since root may write to any file."""
    account, file = make_account(app), tmp_path / "copy.json"
    file.symlink_to(tmp_path / "no" / "copy.json")

    said = app.test_cli_runner().invoke(args=["privacy", "export", account.public_id, str(file)])

    assert (said.exit_code, said.output) == (1, f"Error: {file}: No such file or directory.\n")


@pytest.fixture
def tables(tmp_path, monkeypatch):
    """A copy of the shipped tables, for commands that write beside them."""
    folder = shutil.copytree(SHIPPED, tmp_path / "tables")
    monkeypatch.setattr("backend.reference.loading.SHIPPED", folder)
    return folder


def test_the_snapshot_of_the_reference_tables_is_written_anew(app, tables):
    (tables / SNAPSHOT).unlink()

    said = app.test_cli_runner().invoke(args=["reference", "snapshot"])

    assert (said.exit_code, said.output) == (0, "6.6 MB in snapshot.npz\n")
    assert (tables / SNAPSHOT).read_bytes() == (SHIPPED / SNAPSHOT).read_bytes()


def test_a_damaged_table_of_which_a_snapshot_is_wanted_is_named(app, tables):
    (tables / "measures.csv").write_text("code,x\n1\n", encoding="utf-8")

    said = app.test_cli_runner().invoke(args=["reference", "snapshot"])

    assert (said.exit_code, said.output) == (1, "Error: measures.csv, row 2: has 1 cells instead of 2\n")
