"""The ledger of erased persons, on a disk of its own: a restored backup does not know of later erasures."""

from __future__ import annotations

import hmac
import os
import re
from datetime import datetime
from pathlib import Path

from backend.errors import Unavailable

LINE = re.compile(r"\S+ ([0-9a-f]{64})")


class LedgerUnwritable(Unavailable):
    """The ledger cannot be written, so that nobody may be erased."""

    code = "ledger_unwritable"
    title = "Deleting is not possible right now"


class Ledger:
    """An append-only file with a line for each person: the time, and a keyed hash of their public id."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._key = hmac.digest(key, b"erasure ledger", "sha256")

    def name_of(self, public_id: str) -> str:
        """The keyed hash of a person; without the key nobody can tell whose it is, not even by trying ids."""
        return hmac.digest(self._key, public_id.encode(), "sha256").hex()

    def demand_writable(self) -> None:
        """Raise LedgerUnwritable now rather than in the middle of an erasure."""
        self._append("")

    def add(self, name: str, at: datetime) -> None:
        """Add a person who is not in the ledger yet; it is on disk when this returns. Raises LedgerUnwritable."""
        if name not in self.names():
            self._append(f"{at.isoformat(timespec='seconds')} {name}\n")

    def names(self) -> frozenset[str]:
        """The hashes of all erased persons. A line that a power cut tore is skipped."""
        try:
            text = self._path.read_text(errors="replace")
        except FileNotFoundError:
            return frozenset()
        return frozenset(match[1] for match in map(LINE.fullmatch, text.splitlines()) if match)

    def _append(self, line: str) -> None:
        try:
            new = not self._path.exists()
            file = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(file, (_end_of_a_torn_line(file) + line).encode() if line else b"")
                os.fsync(file)
            finally:
                os.close(file)
            if new:
                _sync_folder(self._path.parent)
        except OSError as error:
            raise LedgerUnwritable("The list of erasures cannot be written; nothing was deleted.") from error


def _end_of_a_torn_line(file: int) -> str:
    size = os.fstat(file).st_size
    return "\n" if size and os.pread(file, 1, size - 1) != b"\n" else ""


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
