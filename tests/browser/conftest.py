"""One server for all tests that neither kill nor configure it; each finds it as it was when it was installed."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.conftest import server_environ
from tests.servers import gunicorn, wait_until

# What a server remembers of its database beyond a request: today's salt. Ids go on from where they were.
KEPT_TABLES = {"alembic_version", "visitor_salts"}
KEPT_FILES = {"mingus.db", "mingus.db-wal", "mingus.db-shm", "mingus.db-landing", "gunicorn.log"}
LETTERS = "outbox"
OPEN, HALF_CLOSED = "01", "08"
PATIENCE_SECONDS = 8


class SharedServer:
    """A gunicorn that is emptied between tests, and replaced where that would not do: it died, or there is a lake."""

    def __init__(self, make_folder, migrated, **settings):
        self._make_folder = make_folder
        self._migrated = migrated
        self._settings = settings
        self._stack = ExitStack()
        self.folder = self.gunicorn = None

    def as_installed(self):
        if self.gunicorn and self._is_alive() and self._is_idle() and not self._other_files():
            shutil.rmtree(self.folder / LETTERS, ignore_errors=True)
            empty(self.folder / "mingus.db", self._migrated)
        else:
            self.stop()
            self._start()
        return self.folder

    def stop(self):
        self._stack.close()

    def _start(self):
        self.folder = self._make_folder()
        shutil.copy(self._migrated, self.folder / "mingus.db")
        starting = gunicorn(server_environ(self.folder, **self._settings), self.folder / "gunicorn.log")
        self.gunicorn = self._stack.enter_context(starting)
        self._workers = self.gunicorn.workers()

    def _is_alive(self):
        return self.gunicorn.process.poll() is None and self.gunicorn.workers() == self._workers

    def _is_idle(self):
        """Nobody is connected any more, so that nothing of the test before is still being written."""
        port = int(self.gunicorn.url.rpartition(":")[2])
        try:
            return wait_until(lambda: not is_connected(port), "nobody is connected", PATIENCE_SECONDS)
        except RuntimeError:
            return False

    def _other_files(self):
        return {path.name for path in self.folder.iterdir()} - KEPT_FILES - {LETTERS}


def is_connected(port):
    sockets = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return any(here.endswith(f":{port:04X}") and state in {OPEN, HALF_CLOSED} for _, here, _, state, *_ in sockets)


def empty(database, pattern):
    """Leave the rows of another database with the same tables, such as one that was only migrated."""
    with closing(sqlite3.connect(database, timeout=20, isolation_level=None)) as connection:
        connection.execute("ATTACH ? AS pattern", [str(pattern)])
        connection.execute("BEGIN IMMEDIATE")
        names = {name for (name,) in connection.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table'")}
        for name in names - KEPT_TABLES - {"sqlite_sequence"}:
            connection.execute(f"DELETE FROM main.{name}")
            connection.execute(f"INSERT INTO main.{name} SELECT * FROM pattern.{name}")
        connection.execute("COMMIT")


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory, migrated_sqlite):
    shared = SharedServer(lambda: tmp_path_factory.mktemp("shared"), migrated_sqlite)
    yield shared
    shared.stop()


@pytest.fixture
def instance(shared_server):
    """The folder of the installation that the shared server serves."""
    return shared_server.as_installed()


@pytest.fixture
def server(instance, shared_server):
    return shared_server.gunicorn


@pytest.fixture
def own_instance(tmp_path, migrated_sqlite):
    """The folder of an installation for one test alone, which starts servers of its own."""
    shutil.copy(migrated_sqlite, tmp_path / "mingus.db")
    return tmp_path
