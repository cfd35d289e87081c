"""When an event really happened: clocks of visitors are often wrong, sometimes by days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum

TOLERATED = timedelta(seconds=1)
AHEAD = timedelta(minutes=5)
BROWSER_MEMORY = timedelta(days=7)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
NOTHING = timedelta()


class Impossible(StrEnum):
    """Why an event cannot have happened when it says."""

    AHEAD = "ahead"
    STALE = "stale"
    BEFORE_2000 = "before_2000"

    @property
    def sentence(self) -> str:
        return SENTENCES[self]


SENTENCES = {
    Impossible.AHEAD: "It is more than 5 minutes after it was received.",
    Impossible.STALE: "It is more than 7 days before it was received. No browser holds an event that long.",
    Impossible.BEFORE_2000: "It is before the year 2000.",
}


class Receipt:
    """The clock of one request: `received_at`, and by how much the sender's clock is off.

    The offset is `received_at - sent_at`, as Segment's specification has it. Up to a second is the way through the
    network and corrects nothing.
    """

    __slots__ = ("_earliest", "_latest", "_offset", "_oldest", "received_at")

    def __init__(self, received_at: datetime, sent_at: datetime | None, *, from_browser: bool) -> None:
        offset = received_at - sent_at if sent_at else NOTHING
        self.received_at = received_at
        self._offset = offset if abs(offset) > TOLERATED else NOTHING
        self._oldest = Impossible.STALE if from_browser else Impossible.BEFORE_2000
        self._earliest = received_at - BROWSER_MEMORY if from_browser else EPOCH
        self._latest = received_at + AHEAD

    def leaves_alone(self, timestamps: Sequence[datetime]) -> bool:
        """Whether all of these are possible, in UTC, and need no correction: the common case, for speed."""
        return not self._offset and all(
            instant.tzinfo is UTC and self._earliest <= instant <= self._latest for instant in timestamps
        )

    def place(self, timestamp: datetime | None) -> datetime | Impossible:
        """The instant in UTC, on our clock; without a timestamp, that of receipt."""
        if timestamp is None:
            return self.received_at
        try:
            corrected = (timestamp + self._offset).astimezone(UTC)
        except OverflowError:
            year = timestamp.year + self._offset.days / 365
            return Impossible.AHEAD if year > EPOCH.year else self._oldest
        if corrected > self._latest:
            return Impossible.AHEAD
        return self._oldest if corrected < self._earliest else corrected
