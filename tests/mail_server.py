"""A real SMTP server on a free port that keeps what it gets, and can be told to refuse."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from tests.letters import Received, read
from tests.servers import free_port

USER, PASSWORD = "mingus", "the password of the mail server"


@dataclass
class MailServer:
    """`refusal` is what every recipient is answered until it is taken back."""

    port: int
    refusal: str = ""
    raw: list[bytes] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    meanwhile: list[object] = field(default_factory=list)

    @property
    def received(self) -> list[Received]:
        return [read(raw) for raw in self.raw]

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        if self.refusal:
            return f"{self.refusal} <{address}>"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        for act in self.meanwhile:
            act()
        self.raw.append(envelope.content)
        return "250 OK"

    def authenticate(self, _server, _session, _envelope, _mechanism, login):
        right = (login.login, login.password) == (USER.encode(), PASSWORD.encode())
        self.users += [login.login.decode()] if right else []
        return AuthResult(success=right)


class _Controller(Controller):
    def factory(self):
        return SMTP(self.handler, **self.SMTP_kwargs)


@contextmanager
def mail_server(
    port: int = 0, certificate: Path | None = None, *, at_once: bool = False, asks_who: bool = False
) -> Iterator[MailServer]:
    """`certificate`: it offers STARTTLS, or speaks TLS `at_once`. `asks_who`: it takes nothing before AUTH."""
    server = MailServer(port or free_port())
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH) if certificate else None
    if context:
        context.load_cert_chain(certificate)
    asking = {"authenticator": server.authenticate, "auth_required": True, "auth_require_tls": False}
    controller = _Controller(
        server,
        hostname="127.0.0.1",
        port=server.port,
        ssl_context=context if at_once else None,
        tls_context=None if at_once else context,
        **(asking if asks_who else {}),
    )
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
