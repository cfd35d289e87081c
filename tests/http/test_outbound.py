"""Check 31, with real sockets: what must not be called gets no packet, and what is called gets no more than its due."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import pytest

from backend.outbound import client
from backend.outbound.addresses import is_public
from backend.outbound.client import MOST, Outbound, OutboundFailed, resolve
from backend.outbound.target import OutboundRefused
from tests.certificates import certificate

URL = "https://hooks.example/in?x=1"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass
class Listener:
    """A TLS server that says what it is told to, and remembers what it heard and which name it was asked for."""

    port: int = 0
    connections: int = 0
    heard: list[str] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    answer: Callable[[socket.socket], None] = lambda line: line.sendall(OK)


@pytest.fixture(scope="module")
def trusted(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("tls"), "hooks.example")


@contextmanager
def listening(trusted) -> Iterator[Listener]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(trusted)
    listener = Listener()
    context.sni_callback = lambda _line, name, _context: listener.names.append(name)
    with socket.create_server(("127.0.0.1", 0)) as server:
        listener.port = server.getsockname()[1]
        thread = threading.Thread(target=serve, args=(server, context, listener))
        thread.start()
        try:
            yield listener
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def serve(server, context, listener):
    with suppress(OSError):
        while True:
            plain = server.accept()[0]
            listener.connections += 1
            with suppress(OSError), plain, context.wrap_socket(plain, server_side=True) as line:
                if asked := request_on(line):
                    listener.heard.append(asked)
                    listener.answer(line)


def request_on(line):
    """All of it: who closes with something unread cuts the other side off."""
    asked = b""
    while not asked.endswith(b"{}") and (more := line.recv(65536)):
        asked += more
    return asked.decode()


@pytest.fixture
def listener(trusted):
    with listening(trusted) as listener:
        yield listener


@pytest.fixture
def call(listener, trusted):
    """Return a function that calls a host which stands at the listener, as if that were a public address."""

    def call(url=URL, resolve=lambda _host: ["127.0.0.1"], may_call=lambda _address: True, **headers):
        outbound = Outbound(resolve, may_call, listener.port, str(trusted))
        return outbound.post(url, b"{}", {"Content-Type": "application/json", **headers})

    return call


def test_the_checked_address_is_called_under_the_name_that_was_typed(call, listener):
    answer = call()

    assert (answer.status, answer.body) == (200, b"ok")
    assert listener.names == ["hooks.example"]
    assert listener.heard[0].startswith("POST /in?x=1 HTTP/1.1\r\n")
    assert "\r\nHost: hooks.example\r\n" in listener.heard[0]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0177.0.0.1", "0x7f.1", "127.1", "localhost", "[::ffff:127.0.0.1]"]
)
def test_this_machine_gets_no_packet_however_it_is_written(call, listener, host):
    with pytest.raises((OutboundRefused, OutboundFailed)):
        call(f"https://{host}/", resolve=resolve, may_call=is_public)

    assert listener.connections == 0


def test_one_address_that_is_not_public_is_enough(call, listener):
    with pytest.raises(OutboundRefused):
        call(resolve=lambda _host: ["8.8.8.8", "127.0.0.1"], may_call=is_public)

    assert listener.connections == 0


def test_a_name_that_changes_after_the_check_gains_nothing(call, listener):
    """The resolver says something public at first, and this machine ever after."""
    asked = []

    def rebinding(host):
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    assert call(resolve=rebinding).status == 200
    assert asked == ["hooks.example"]


def test_a_redirect_is_an_answer_and_is_not_followed(call, listener):
    where = b"HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1:%d/\r\nContent-Length: 0\r\n\r\n" % listener.port
    listener.answer = lambda line: line.sendall(where)

    assert call().status == 302
    assert listener.connections == 1


def test_a_certificate_for_another_name_is_not_taken(call, listener):
    with pytest.raises(OutboundFailed, match="no connection"):
        call("https://other.example/")

    assert listener.heard == []


def test_an_endless_answer_is_cut(call, listener):
    def flood(line):
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        while True:
            line.sendall(b"x" * MOST)

    listener.answer = flood

    assert len(call().body) == MOST


def test_a_compressed_answer_stays_compressed(call, listener):
    listener.answer = lambda line: line.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00"
    )

    assert call().body == b"\x1f\x8b\x08\x00"


def test_who_answers_a_byte_at_a_time_is_cut_off(call, listener, monkeypatch):
    monkeypatch.setattr(client, "WHOLE_SECONDS", 0.5)
    stopped = threading.Event()

    def drip(line):
        try:
            while not stopped.wait(0.05):
                line.sendall(b"H")
        finally:
            stopped.set()

    listener.answer = drip

    with pytest.raises(OutboundFailed, match="no answer"):
        call()
    assert stopped.wait(10)


def test_who_does_not_answer_is_left(call, listener, monkeypatch):
    monkeypatch.setattr(client, "READ_SECONDS", 0.2)
    done = threading.Event()
    listener.answer = lambda _line: done.wait(30)

    with pytest.raises(OutboundFailed, match="no answer"):
        call()
    done.set()


def test_a_host_that_nobody_knows_may_be_tried_again(call):
    def unknown(_host):
        raise socket.gaierror

    with pytest.raises(OutboundFailed, match="the host is not known"):
        call(resolve=unknown)


def test_headers_cannot_be_smuggled(call, listener):
    with pytest.raises(ValueError, match="Invalid header value"):
        call(**{"X-Sign": "a\r\nX-Evil: b"})

    assert listener.heard == []
