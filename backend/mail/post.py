"""What the room of letters asks of whoever carries them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from backend.jobs.kinds import TryAgain
from backend.mail.letter import Words


class RecipientRefused(Exception):
    """No such mailbox, for good. It says the server's code and nothing of its words."""


class NotDelivered(TryAgain):
    """It did not work this time. It says what kind of trouble, never an address or a server's words."""


@dataclass(frozen=True, slots=True, repr=False)
class Envelope:
    """A letter ready to go. `name` is the same each time it is tried, and says nothing about anybody."""

    name: str
    account_id: int
    to: str
    words: Words


class Post(Protocol):
    def carry(self, envelope: Envelope) -> None:
        """Deliver, or raise RecipientRefused or NotDelivered."""
