from __future__ import annotations

from dataclasses import replace
from datetime import date
from threading import Lock
from typing import TYPE_CHECKING

from backend.analytics.lake.delta import Lake
from backend.analytics.lake.demo import DemoDays, demo_days
from backend.analytics.lake.tables import EVENTS
from backend.analytics.warehouse.engine import FilesAreGone, Snapshot, TableVersion
from backend.analytics.warehouse.relations import SESSIONS

if TYPE_CHECKING:
    from deltalake import DeltaTable

OPEN_FROM = "open_from"  # the mark in the sessions table that says which day is the first open one
BEGINNING = -1_000_000  # a day before all events


class Snapshots:
    """Follows the lake's tables: opened once in a process, then only their newest commits are read."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._opened: dict[str, DeltaTable] = {}
        self._seen: dict[str, TableVersion] = {}
        self._demo: DemoDays | None = None
        self._lock = Lock()

    def exist(self) -> bool:
        """Whether both tables are there."""
        return self._lake.exists(EVENTS.name) and self._lake.exists(SESSIONS.name)

    def newest(self) -> Snapshot:
        """The newest version of each table, never events older than their sessions. Raises FilesAreGone.

        Sessions that another release made are left alone until they are made anew: every day is open meanwhile.
        """
        with self._lock:
            sessions = self._version(SESSIONS.name)
            open_from = self._opened[SESSIONS.name].transaction_version(OPEN_FROM)
            if has_other_columns(self._opened[SESSIONS.name]):
                sessions, open_from = replace(sessions, files=()), None
            events = self._version(EVENTS.name)
            return Snapshot(events, sessions, BEGINNING if open_from is None else open_from, self._demo)

    def first_day(self) -> date | None:
        """The first UTC day that holds events, by the names of the table's partitions."""
        with self._lock:
            self._version(EVENTS.name)
            return min(self._lake.days(self._opened[EVENTS.name]), default=None)

    def forget(self) -> None:
        """Read the tables from the beginning next time."""
        with self._lock:
            self._opened.clear()
            self._seen.clear()

    def _version(self, name: str) -> TableVersion:
        if name in self._opened:
            self._opened[name].update_incremental()
        elif name == EVENTS.name and not self._lake.exists(name):
            raise FilesAreGone("The table of events is gone.")  # to open it would make an empty one, and zeros of it
        else:
            self._opened[name] = self._lake.open(name)
        table = self._opened[name]
        if name not in self._seen or self._seen[name].version != table.version():
            self._seen[name] = version_of(table, self._lake.location(name))
            if name == EVENTS.name:
                self._demo = demo_days(table)
        return self._seen[name]


def has_other_columns(sessions: DeltaTable) -> bool:
    """Whether another release of Mingus made the table of sessions."""
    return {field.name for field in sessions.schema().fields} != {*SESSIONS.columns}


def version_of(table: DeltaTable, location: str) -> TableVersion:
    return TableVersion(str(table.metadata().id), location, table.version(), tuple(sorted(table.file_uris())))
