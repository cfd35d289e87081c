"""Which migration the tables stand at, read without the app: `make run` migrates only when one is missing."""

from __future__ import annotations

import os
import re
import sqlite3
import sys
from contextlib import closing
from functools import cache
from pathlib import Path

from config.settings import PROJECT, Settings

# Read as text: Alembic takes longer to import than a whole health check.
REVISION = re.compile(r"(?m)^revision = ['\"](\w+)")
REVISION_BEFORE = re.compile(r"(?m)^down_revision = ['\"](\w+)")
SQLITE = "sqlite:///"


@cache
def newest_migration() -> str:
    """The migration that this version of the code needs: the one that no other one follows."""
    scripts = "\n".join(script.read_text() for script in (PROJECT / "migrations" / "versions").glob("*.py"))
    [newest] = set(REVISION.findall(scripts)) - set(REVISION_BEFORE.findall(scripts))
    return str(newest)


def is_migrated(settings: Settings) -> bool:
    """Whether nothing is to be migrated; never of PostgreSQL, where `flask db upgrade` also lets the app's role in."""
    path = Path(settings.database_url.removeprefix(SQLITE))
    if not settings.database_url.startswith(SQLITE) or not path.is_file():
        return False
    with closing(sqlite3.connect(path, timeout=10)) as database:
        try:
            return database.execute("SELECT version_num FROM alembic_version").fetchall() == [(newest_migration(),)]
        except sqlite3.Error:
            return False


if __name__ == "__main__":
    sys.exit(not is_migrated(Settings.from_env(os.environ)))
