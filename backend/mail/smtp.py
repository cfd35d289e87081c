"""Letters by SMTP. A server's answer may repeat an address, so errors carry only its codes.

What an answer means is in its enhanced status code (RFC 3463): a plain 550 may be a dead mailbox or a policy.
"""

from __future__ import annotations

import logging
import re
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from enum import StrEnum

from backend.clock import Clock
from backend.mail.message import as_message
from backend.mail.post import MailEnvelope, NotDelivered, RecipientRefused

SECONDS = 10
STATUS = re.compile(rb"([45])\.(\d{1,3})\.(\d{1,3})(?=\s|$)")
OF_THE_SENDER = frozenset({"5.1.7", "5.1.8"})
logger = logging.getLogger(__name__)


class Security(StrEnum):
    """How the connection is kept private."""

    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


@dataclass(frozen=True, slots=True, repr=False)
class SmtpServer:
    """The mail server, and the account we use there."""

    host: str
    port: int
    security: Security
    user: str = ""
    password: str = ""


class SmtpPost:
    def __init__(self, server: SmtpServer, sender: str, site_host: str, now: Clock) -> None:
        self._server = server
        self._sender = sender
        self._site_host = site_host
        self._now = now

    def carry(self, envelope: MailEnvelope) -> None:
        message = as_message(envelope, self._sender, self._now())
        try:
            self._send(message, envelope.to)
        except smtplib.SMTPRecipientsRefused as error:
            [(code, words)] = error.recipients.values()
            raise refusal(code, words, "RCPT") from None
        except smtplib.SMTPResponseException as error:
            words = error.smtp_error if isinstance(error.smtp_error, bytes) else error.smtp_error.encode()
            raise refusal(error.smtp_code, words, type(error).__name__) from None
        except (smtplib.SMTPException, OSError) as error:
            raise NotDelivered(f"the mail server cannot be used ({type(error).__name__})") from None

    def _send(self, message: EmailMessage, to: str) -> None:
        smtp = self._connect()
        try:
            if self._server.security is Security.STARTTLS:
                smtp.starttls(context=ssl.create_default_context())
            if self._server.user:
                smtp.login(self._server.user, self._server.password)
            smtp.send_message(message, to_addrs=[to])
            with suppress(smtplib.SMTPException, OSError):  # the letter is sent: do not send it twice
                smtp.quit()
        finally:
            smtp.close()

    def _connect(self) -> smtplib.SMTP:
        host, port, name = self._server.host, self._server.port, self._site_host
        if self._server.security is Security.TLS:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, port, local_hostname=name, timeout=SECONDS, context=context)
        return smtplib.SMTP(host, port, local_hostname=name, timeout=SECONDS)


def refusal(code: int, words: bytes, where: str) -> RecipientRefused | NotDelivered:
    """The error for an answer of the server: only 5.1.x and 5.2.1 say that the mailbox is gone.

    The operator has to settle a policy (5.7.x) with the server: the log says so, and the letter is kept meanwhile.
    """
    match = STATUS.match(words)
    status = match[0].decode() if match else ""
    answer = f"{code} {status}".rstrip()
    if (status.startswith("5.1.") and status not in OF_THE_SENDER) or status == "5.2.1":
        return RecipientRefused(f"the mail server refuses the recipient for good ({answer})")
    if status.startswith("5.7."):
        logger.error(
            "The mail server refuses email by its policy (%s): check that it lets MAIL_FROM send, and SPF and DKIM.",
            answer,
        )
        return NotDelivered(f"the mail server refuses email by its policy ({answer})")
    return NotDelivered(f"the mail server answered {answer} ({where})")
