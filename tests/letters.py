"""What the outbox of a test's installation holds."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default

from backend.jobs.service import Jobs
from backend.plugins import get


@dataclass(frozen=True)
class Received:
    """A letter as its reader has it."""

    to: str
    subject: str
    body: str
    html: str = ""


def read(raw: bytes) -> Received:
    message = message_from_bytes(raw, policy=default)
    text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    body = text.get_content().replace("\r\n", "\n")
    return Received(message["To"], message["Subject"], body, html.get_content() if html else "")


def deliver(app):
    """Do the jobs that are due, letters among them."""
    with app.app_context():
        return get(Jobs).run_due()


def outbox(instance):
    """Every letter that was delivered, the newest last."""
    files = sorted(instance.glob("outbox/*.eml"), key=lambda file: file.stat().st_mtime_ns)
    return [read(file.read_bytes()) for file in files]
