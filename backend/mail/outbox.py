"""Letters as files, which an operator can read, where there is no mail server."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from email import message_from_bytes
from email.policy import default
from glob import escape
from pathlib import Path

from backend.clock import Clock
from backend.mail.message import as_message
from backend.mail.post import MailEnvelope, NotDelivered


class Outbox:
    """Writes each letter into one .eml file, at once as a whole, readable by its owner only."""

    def __init__(self, folder: Path, sender: str, now: Clock) -> None:
        self._folder = folder
        self._sender = sender
        self._now = now

    def carry(self, envelope: MailEnvelope) -> None:
        message = as_message(envelope, self._sender, self._now())
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".", delete=False) as draft:  # 0600
                draft.write(message.as_bytes())
                draft.flush()
                os.fsync(draft.fileno())
            Path(draft.name).replace(self._folder / f"{envelope.account_id}-{envelope.name}.eml")
        except OSError as error:
            raise NotDelivered(f"the outbox cannot be written ({type(error).__name__})") from None

    def letters(self, account_id: int) -> Iterator[Mapping[str, str]]:
        """The headers and text of every letter to this person."""
        return map(_read, sorted(self._folder.glob(f"{account_id}-*.eml")))

    def letter(self, name: str) -> Mapping[str, str] | None:
        """The headers and text of the letter that `Mail` gave this name; None while it is not written."""
        return next(map(_read, self._folder.glob(f"*-{escape(name)}.eml")), None)

    def forget(self, account_id: int | None) -> None:
        """Delete every letter to this person."""
        for letter in self._folder.glob(f"{account_id}-*.eml"):
            letter.unlink(missing_ok=True)


def _read(file: Path) -> Mapping[str, str]:
    message = message_from_bytes(file.read_bytes(), policy=default)
    heads = {"sent_at": "Date", "to": "To", "subject": "Subject"}
    text = message.get_body(("plain",))
    assert text is not None  # `as_message` writes one into each letter
    return {name: str(message[head]) for name, head in heads.items()} | {"text": text.get_content()}
