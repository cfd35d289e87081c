"""The ledger of erased persons, on a disk of its own: a restored backup does not know of later erasures."""

from __future__ import annotations

import hmac
import os
import re
from datetime import datetime
from pathlib import Path

from backend.errors import Unavailable

LINE = re.compile(r"\S+ ([0-9a-f]{64})")
KEY_LINE = re.compile(r"key ([0-9a-f]{32})")
CANNOT_WRITE = "The list of erasures cannot be written; nothing was deleted."
OTHER_KEY = "The ledger of erasures was written with another AUDIT_KEY: put that key back. Nothing was deleted."


class LedgerUnwritable(Unavailable):
    """The ledger cannot be written, so that nobody may be erased."""

    code = "ledger_unwritable"
    title = "Deleting is not possible right now"


class LedgerMissing(Unavailable):
    """There is no ledger to erase people by again."""

    code = "ledger_missing"
    title = "The ledger of erasures is missing"


class Ledger:
    """An append-only file with a line for each person: the time, and a keyed hash of their public id.

    Its first line proves the key, since with another one every hash would be of nobody.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._key = hmac.digest(key, b"erasure ledger", "sha256")
        self._key_check = hmac.digest(self._key, b"key check", "sha256").hex()[:32]

    def name_of(self, public_id: str) -> str:
        """The keyed hash of a person; without the key nobody can tell whose it is, not even by trying ids."""
        return hmac.digest(self._key, public_id.encode(), "sha256").hex()

    def demand_writable(self) -> None:
        """Raise LedgerUnwritable now rather than in the middle of an erasure."""
        try:
            self._read_with_this_key()
        except OSError as error:
            raise LedgerUnwritable(CANNOT_WRITE) from error
        self._append("")

    def demand_complete(self) -> None:
        """Raise LedgerMissing where there is none, LedgerUnwritable where it was written with another key."""
        if not self._read_with_this_key():
            raise LedgerMissing(
                f"There is no ledger of erasures at {self._path}, or it is empty: nobody was erased again."
                " Put your copy of it there, or name its place in ERASURE_LEDGER."
                " If nobody was ever erased, nothing is to be done."
            )

    def add(self, name: str, at: datetime) -> None:
        """Add a person who is not in the ledger yet; it is on disk when this returns. Raises LedgerUnwritable."""
        if name not in self.names():
            self._append(f"{at.isoformat(timespec='seconds')} {name}\n")

    def names(self) -> frozenset[str]:
        """The hashes of all erased persons. A line that a power cut tore is skipped.

        Raises LedgerUnwritable where the file was written with another key.
        """
        return frozenset(match[1] for match in map(LINE.fullmatch, self._read_with_this_key()) if match)

    def _read_with_this_key(self) -> list[str]:
        """The lines; a file that several were put together into proves the key of each."""
        lines = self._lines()
        if any(match[1] != self._key_check for match in map(KEY_LINE.fullmatch, lines) if match):
            raise LedgerUnwritable(OTHER_KEY)
        return lines

    def _lines(self) -> list[str]:
        try:
            return self._path.read_text(errors="replace").splitlines()
        except FileNotFoundError:
            return []

    def _append(self, line: str) -> None:
        try:
            new = not self._path.exists()
            line = line if f"key {self._key_check}" in self._lines() else f"key {self._key_check}\n{line}"
            file = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(file, (_end_of_a_torn_line(file) + line).encode() if line else b"")
                os.fsync(file)
            finally:
                os.close(file)
            if new:
                _sync_folder(self._path.parent)
        except OSError as error:
            raise LedgerUnwritable(CANNOT_WRITE) from error


def _end_of_a_torn_line(file: int) -> str:
    size = os.fstat(file).st_size
    return "\n" if size and os.pread(file, 1, size - 1) != b"\n" else ""


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
