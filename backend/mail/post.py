"""The interface of whatever delivers letters: a mail server or the outbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from backend.jobs.kinds import TryAgain
from backend.mail.letter import Words


class RecipientRefused(Exception):
    """The mailbox does not exist. The message names the server's code, never its words."""


class NotDelivered(TryAgain):
    """Delivery failed and may work later. The message names the trouble, never an address or a server's words."""


@dataclass(frozen=True, slots=True, repr=False)
class MailEnvelope:
    """A letter with its recipient. `name` is the same at every attempt, and says nothing about anybody."""

    name: str
    account_id: int
    to: str
    words: Words


class Post(Protocol):
    def carry(self, envelope: MailEnvelope) -> None:
        """Deliver, or raise RecipientRefused or NotDelivered."""
