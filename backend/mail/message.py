"""Letters as messages by RFC 5322."""

from __future__ import annotations

from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr

from backend.mail.post import MailEnvelope, RecipientRefused

UNFOLDED = SMTP.clone(max_line_length=998)  # a link stays in one line


def as_message(envelope: MailEnvelope, sender: str, at: datetime) -> EmailMessage:
    """Headers and text. `EmailMessage` refuses line breaks in a header, `Address` more than one address."""
    message = EmailMessage(UNFOLDED)
    name, address = parseaddr(sender)
    message["From"] = Address(name, addr_spec=address)
    try:
        message["To"] = Address(addr_spec=envelope.to)
    except (ValueError, IndexError, MessageError):  # their words repeat the address
        raise RecipientRefused("this address cannot receive email") from None
    message["Subject"] = envelope.words.subject
    message["Date"] = at
    message["Message-ID"] = f"<{envelope.name}@{address.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    body, html = envelope.words.body, envelope.words.html
    message.set_content(body, cte="7bit" if body.isascii() else "quoted-printable")
    if html:
        message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message
