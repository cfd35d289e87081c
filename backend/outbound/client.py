"""The client for URLs that people typed: it connects to the address that was checked and to no other."""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from threading import Timer
from time import perf_counter
from typing import TYPE_CHECKING

from backend.observing import FAILED, OK, Observe, unobserved
from backend.outbound.addresses import is_public
from backend.outbound.target import PORT, OutboundRefused, OutboundTarget

if TYPE_CHECKING:
    from urllib3.connection import HTTPSConnection

CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 3.0, 5.0, 10.0
MOST = 64 * 1024
FIRST_FAULT = 500  # status codes from here on are the fault of the server that was called
Resolve = Callable[[str], Sequence[str]]


class OutboundFailed(Exception):
    """The call failed and may work later. The message names the kind of trouble, never the URL."""


@dataclass(frozen=True, slots=True, repr=False)
class OutboundAnswer:
    """The response, even if it is a redirect: none is followed. `body` is undecoded and cut after 64 KiB.

    `retry_after`: the header of that name, as sent.
    """

    status: int
    body: bytes
    retry_after: str = ""


def resolve(host: str) -> Sequence[str]:
    """Every address of a host, IPv4 and IPv6. Raises OSError."""
    return list(dict.fromkeys(str(info[4][0]) for info in socket.getaddrinfo(host, PORT, type=socket.SOCK_STREAM)))


class Outbound:
    """A host is looked up once and its checked addresses are called, so that a DNS answer that changes gains nothing.

    `observe` is told how each call went. `may_call`, `port` and `trusted` are for tests, whose servers are on this
    machine.
    """

    def __init__(
        self,
        resolve: Resolve = resolve,
        may_call: Callable[[str], bool] = is_public,
        port: int = PORT,
        trusted: str | None = None,
        observe: Observe = unobserved,
    ) -> None:
        self._resolve = resolve
        self._may_call = may_call
        self._port = port
        self._trusted = trusted
        self._observe = observe

    def post(self, url: str, body: bytes, headers: Mapping[str, str], what_for: str = "other") -> OutboundAnswer:
        """Raises OutboundRefused for a URL that must not be called, OutboundFailed for one that could not be.

        `what_for` names the service that is called where calls are measured.
        """
        outcome, began = FAILED, perf_counter()
        try:
            answer = self._post(url, body, headers)
            outcome = OK if answer.status < FIRST_FAULT else FAILED
            return answer
        finally:
            self._observe(what_for, perf_counter() - began, outcome)

    def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> OutboundAnswer:
        target = OutboundTarget.parse(url)
        addresses = self._addresses(target.host)
        from urllib3.exceptions import HTTPError  # megabytes that a web worker without webhooks need not load

        for address in addresses:
            connection = self._connection(address, target.host)
            try:
                connection.connect()
            except (HTTPError, OSError, ValueError) as error:  # the last for a certificate of another name
                connection.close()
                failed = OutboundFailed(f"no connection ({type(error).__name__})")
                continue
            try:
                return _ask(connection, target, body, headers)
            except (HTTPError, HTTPException, OSError) as error:
                raise OutboundFailed(f"no answer ({type(error).__name__})") from None
            finally:
                connection.close()
        raise failed from None

    def _addresses(self, host: str) -> Sequence[str]:
        try:
            addresses = self._resolve(host)
        except (OSError, UnicodeError):
            raise OutboundFailed("the host is not known") from None
        if not addresses:
            raise OutboundFailed("the host is not known")
        if not all(self._may_call(address) for address in addresses):
            raise OutboundRefused("the host has an address that is not public")
        return addresses

    def _connection(self, address: str, host: str) -> HTTPSConnection:
        from urllib3.connection import HTTPSConnection

        return HTTPSConnection(
            address,
            self._port,
            timeout=CONNECT_SECONDS,
            server_hostname=host,
            assert_hostname=host,
            cert_reqs="CERT_REQUIRED",
            ca_certs=self._trusted,
        )


def _ask(
    connection: HTTPSConnection, target: OutboundTarget, body: bytes, headers: Mapping[str, str]
) -> OutboundAnswer:
    """One request and its response. A server that answers byte by byte is cut off after `WHOLE_SECONDS`."""
    line = connection.sock
    line.settimeout(READ_SECONDS)
    connection.timeout = READ_SECONDS  # which urllib3 sets anew for the response

    def cut() -> None:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)

    deadline = Timer(WHOLE_SECONDS, cut)
    deadline.start()
    host = f"[{target.host}]" if ":" in target.host else target.host
    try:
        fixed = {"Host": host, "Accept-Encoding": "identity", "Connection": "close", "User-Agent": "Mingus"}
        connection.request("POST", target.path, body, {**headers, **fixed}, preload_content=False)
        response = connection.getresponse()
        later = response.headers.get("Retry-After", "")
        return OutboundAnswer(response.status, response.read(MOST, decode_content=False), later)
    finally:
        deadline.cancel()
