"""Letters by SMTP. A server's answer may repeat an address, so errors carry only its codes."""

from __future__ import annotations

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
            codes = [code for code, _ in error.recipients.values()]
            if all(code >= 500 for code in codes):
                raise RecipientRefused(f"the mail server refuses the recipient for good ({codes[0]})") from None
            raise NotDelivered(f"the mail server refuses the recipient for now ({codes[0]})") from None
        except smtplib.SMTPResponseException as error:
            raise NotDelivered(f"the mail server answered {error.smtp_code} ({type(error).__name__})") from None
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
