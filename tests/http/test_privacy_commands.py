"""`flask privacy …`: what an operator does for a person, and after a restore."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from pydantic import SecretStr

from tests.accounts import make_account
from tests.conftest import close, make_app, make_settings


@pytest.fixture
def run(app):
    return lambda *arguments: app.test_cli_runner().invoke(args=["privacy", *arguments])


@pytest.mark.parametrize("name", ["copy.json", "copy.zip"])
def test_a_copy_for_a_person_is_written_to_a_file_only_its_owner_reads(app, run, tmp_path, name):
    account, file = make_account(app), tmp_path / name
    said = run("export", account.public_id, str(file))

    assert said.output.startswith("Wrote ")
    assert file.stat().st_mode & 0o777 == 0o600
    assert (b"PK" if name.endswith("zip") else account.email.encode()) in file.read_bytes()


def test_erasing_says_so_every_time(app, run):
    account = make_account(app)

    said = [run("erase", "--yes", account.public_id) for _ in range(2)]

    assert [(one.exit_code, one.output) for one in said] == [(0, f"Nothing is left of {account.public_id}.\n")] * 2


def test_a_replay_without_the_ledger_says_so_and_fails(app, run, tmp_path):
    account = make_account(app)
    run("erase", "--yes", account.public_id)
    assert (run("replay").exit_code, run("replay").output) == (0, "Erased 0 people again.\n")
    (tmp_path / "erasures.ledger").unlink()

    said = run("replay")

    assert said.exit_code == 1
    assert said.output.startswith(f"Error: There is no ledger of erasures at {tmp_path / 'erasures.ledger'}")


def test_a_replay_with_another_audit_key_says_so_and_fails(app, run, tmp_path):
    run("erase", "--yes", make_account(app).public_id)
    restored = make_app(make_settings(tmp_path, AUDIT_KEY=SecretStr("another key than the ledger was written with")))

    said = restored.test_cli_runner().invoke(args=["privacy", "replay"])
    close(restored)

    assert said.exit_code == 1
    assert "another AUDIT_KEY" in said.output


@pytest.mark.parametrize("command", [["erase", "--yes"], ["export"]])
def test_who_is_not_here_is_named_in_a_sentence(run, tmp_path, command):
    person = str(uuid4())
    more = [str(tmp_path / "copy.json")] if command == ["export"] else []
    said = run(*command, person, *more)

    assert said.exit_code == 1
    assert said.output.startswith(f"Error: There is no account {person}")


def test_pruning_and_the_classes_are_shown(run):
    assert run("prune").output == "Deleted 0 rows.\n"
    assert "| account | To let you sign in" in run("classes").output


def test_an_export_holds_what_the_page_gives(app, run, tmp_path):
    account = make_account(app)
    run("export", account.public_id, str(tmp_path / "copy.json"))

    found = json.loads((tmp_path / "copy.json").read_text())

    assert found["account"] == account.public_id
    assert found["data"]["audit_log"]["rows"][0]["actor"] == "cli"
