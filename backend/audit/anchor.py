"""Heads of the chain in a file outside the database: only they show that the chain's tail was cut off."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Anchor:
    """The head of the chain at a time."""

    number: int
    digest: str
    at: datetime


class AnchorsUnreadable(Exception):
    """A line of the file is no anchor."""


class AnchorFile:
    """One line for each anchor, appended and never changed: number, digest, time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, anchor: Anchor) -> None:
        line = f"{anchor.number} {anchor.digest} {anchor.at.isoformat()}\n"
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line.encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def all(self) -> Sequence[Anchor]:
        """The oldest first; none if nothing was anchored here. Raises AnchorsUnreadable."""
        lines = self._path.read_text().splitlines() if self._path.exists() else []
        return [self._parse(number, line) for number, line in enumerate(lines, 1)]

    def _parse(self, line_number: int, line: str) -> Anchor:
        try:
            number, digest, at = line.split(" ")
            return Anchor(int(number), digest, datetime.fromisoformat(at))
        except ValueError:
            raise AnchorsUnreadable(f"line {line_number} of {self._path.name} is no anchor") from None
