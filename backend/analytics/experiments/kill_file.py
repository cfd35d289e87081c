"""The kill switch that needs no database: a file of this host, which every process looks at in each request."""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Callable
from pathlib import Path
from threading import Lock

logger = logging.getLogger(__name__)
EVERYTHING = "everything"
UNTIL = "@"  # no id and no key has it
MODE = 0o600

Change = Callable[[frozenset[str]], frozenset[str]]


def switch_of_test(test_id: str) -> str:
    return f"test:{test_id}"


def switch_of_flag(key: str) -> str:
    return f"flag:{key}"


def in_effect(switches: frozenset[str], version: int) -> frozenset[str]:
    """What is killed for whoever knows a version of the configuration: from its own on, the database decides."""
    parts = (switch.partition(UNTIL) for switch in switches)
    return frozenset(switch for switch, _, until in parts if not until.isdecimal() or version < int(until))


class KillFile:
    """One switch a line: `test:<test id>`, `flag:<key>`, or `everything`; with `@` and a version, it holds before that.

    A new file takes the old one's place at once, so that nobody reads half of one; a look costs a `stat`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._mark: tuple[int, ...] = ()
        self._switches: frozenset[str] = frozenset()

    def switches(self) -> frozenset[str]:
        """What is killed, as the file says now; as it said last, if it cannot be read."""
        try:
            state = self._path.stat()
        except FileNotFoundError:
            return frozenset()
        except OSError:
            return self._switches
        mark = (state.st_ino, state.st_mtime_ns, state.st_size)
        if mark != self._mark:
            with self._lock:
                self._switches, self._mark = self._read(), mark
        return self._switches

    def kill(self, switch: str) -> None:
        """Until it is revived."""
        self._change(lambda switches: switches | {switch})

    def kill_until(self, switch: str, version: int) -> None:
        """For processes that have not read the version of the configuration that says so too."""
        self._try(lambda switches: _without_version(switches, switch) | {f"{switch}{UNTIL}{version}"})

    def forget(self, switch: str) -> None:
        """Take back what `kill_until` wrote; what somebody killed by hand stays so."""
        if any(known.startswith(f"{switch}{UNTIL}") for known in self.switches()):
            self._try(lambda switches: _without_version(switches, switch))

    def revive(self, switch: str) -> None:
        self._change(lambda switches: _without_version(switches, switch) - {switch})

    def _try(self, change: Change) -> None:
        """A disk that takes no more stops nobody: the database says the same, and counts within two seconds."""
        try:
            self._change(change)
        except OSError as error:
            logger.warning("the kill switches of this host stay as they were: %s", error)

    def _change(self, change: Change) -> None:
        """Processes take turns, so that no kill is lost to another one."""
        turn = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, MODE)
        try:
            fcntl.flock(turn, fcntl.LOCK_EX)
            before = self._read() if self._path.exists() else frozenset()
            beside = self._path.with_suffix(".new")
            beside.write_text("".join(f"{switch}\n" for switch in sorted(change(before))))
            beside.replace(self._path)
        finally:
            os.close(turn)

    def _read(self) -> frozenset[str]:
        try:
            lines = self._path.read_text().splitlines()
        except OSError:
            return self._switches
        return frozenset(line.strip() for line in lines if line.strip())


def _without_version(switches: frozenset[str], switch: str) -> frozenset[str]:
    return frozenset(known for known in switches if not known.startswith(f"{switch}{UNTIL}"))
