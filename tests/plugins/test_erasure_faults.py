"""Check 35 through kills and restores: who asked to be erased is erased, whatever happens in between."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys

import pytest
import sqlalchemy as sa
from sqlalchemy import make_url

from backend.audit.chain import START, ChainEntry, digest
from backend.audit.models import AuditEntry, AuditHead
from backend.extensions import db
from backend.jobs.models import Job
from backend.jobs.service import Jobs
from backend.plugins import get
from tests.canary import can_be_read, make_canary, places_with
from tests.conftest import SECRET, server_environ
from tests.servers import PROJECT, postgresql_bin

POINTS = ["ledger", "account", "events", "erasures"]


@pytest.fixture
def account(any_app):
    return make_canary(any_app)


@pytest.fixture
def flask(any_app, tmp_path):
    """`flask …` in a process of its own, on this app's stores."""

    def run(*arguments, **given):
        environ = server_environ(tmp_path, DATABASE_URL=any_app.config["SQLALCHEMY_DATABASE_URI"], FLASK_APP="wsgi")
        command = [sys.executable, "-m", "flask", *arguments]
        environ = {**os.environ, **environ, **given}
        return subprocess.run(command, cwd=PROJECT, env=environ, capture_output=True, text=True, check=False)

    return run


@pytest.mark.parametrize("point", POINTS)
def test_an_erasure_killed_at_any_step_is_finished_by_background_work(any_app, account, flask, point, tmp_path):
    killed = flask("privacy", "erase", "--yes", account.public_id, FAULT_POINT=f"privacy.erase.{point}")
    assert killed.returncode == -signal.SIGKILL, killed.stderr

    with any_app.app_context():
        get(Jobs).run_due()

    assert places_with(any_app, tmp_path) == []


def test_an_erasure_killed_before_the_ledger_knew_of_it_still_happens(any_app, account, flask, tmp_path):
    """The answer was never given; access is gone, and the job sees to the rest."""
    ask = (
        "import wsgi; from backend.plugins import get; from backend.accounts.privacy.erasure import Erasures;"
        f"context = wsgi.app.app_context(); context.push(); get(Erasures).ask({account.id})"
    )
    environ = server_environ(tmp_path, DATABASE_URL=any_app.config["SQLALCHEMY_DATABASE_URI"])
    environ = {**os.environ, **environ, "FAULT_POINT": "privacy.erase.asked"}
    killed = subprocess.run([sys.executable, "-c", ask], cwd=PROJECT, env=environ, capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert people_in_ledger(tmp_path) == []

    with any_app.app_context():
        db.session.execute(sa.update(Job).values(due_at=sa.func.now()))
        db.session.commit()
        get(Jobs).run_due()

    assert places_with(any_app, tmp_path) == []
    assert len(people_in_ledger(tmp_path)) == 1


def people_in_ledger(folder):
    """Its lines but for the one that proves the key."""
    key, *people = (folder / "erasures.ledger").read_text().splitlines()
    assert key.startswith("key ")
    return people


def test_a_restored_backup_is_made_to_forget_whoever_was_erased_since(any_app, account, flask, tmp_path):
    backup = Backup(any_app, tmp_path)
    assert flask("privacy", "erase", "--yes", account.public_id).returncode == 0
    backup.restore()
    assert can_be_read(any_app, account)

    replayed = flask("privacy", "replay")

    assert replayed.stdout == "Erased 1 people again.\n", replayed.stderr
    backup.remove()
    assert places_with(any_app, tmp_path) == []
    assert flask("privacy", "replay").stdout == "Erased 0 people again.\n"
    with any_app.app_context():
        assert_chain_is_sound()


def assert_chain_is_sound():
    before = START
    for row in db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.number)):
        entry = ChainEntry(row.number, row.at, row.actor, row.action, row.object, row.details)
        assert row.digest == digest(SECRET.encode(), before, entry)
        before = row.digest
    assert db.session.get(AuditHead, 1).digest == before != START


class Backup:
    """Database and lake as they are now."""

    def __init__(self, app, folder):
        self.app, self.folder, self.copy = app, folder, folder / "yesterday"
        shutil.copytree(folder / "lake", self.copy / "lake")
        url = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
        self.postgresql = url.get_backend_name() == "postgresql" and url.set(drivername="postgresql", username="mingus")
        if self.postgresql:
            self.dump = self._tool("pg_dump", "--clean", "--if-exists")
        else:
            self._copy(folder / "mingus.db", self.copy / "mingus.db")

    def restore(self):
        shutil.rmtree(self.folder / "lake")
        shutil.copytree(self.copy / "lake", self.folder / "lake")
        with self.app.app_context():
            db.engine.dispose()
        if self.postgresql:
            self._tool("psql", "--quiet", given=self.dump)
        else:
            self._copy(self.copy / "mingus.db", self.folder / "mingus.db")

    def remove(self):
        shutil.rmtree(self.copy)

    def _copy(self, source, target):
        with sqlite3.connect(source) as read, sqlite3.connect(target) as written:
            read.backup(written)

    def _tool(self, name, *options, given=None):
        command = [postgresql_bin() / name, *options, self.postgresql.render_as_string(hide_password=False)]
        return subprocess.run(command, input=given, check=True, capture_output=True).stdout
