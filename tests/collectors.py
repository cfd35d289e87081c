"""Local servers that other systems' clients send to, and that keep what they were sent."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread

import brotli

DECODERS = {"gzip": gzip.decompress, "br": brotli.decompress}


@dataclass
class Collector:
    """What arrived: path, headers by lower-case name, and body of each POST."""

    url: str = ""
    received: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    arrival: Condition = field(default_factory=Condition)

    def wait(self, count: int, seconds: float = 20) -> None:
        with self.arrival:
            assert self.arrival.wait_for(lambda: len(self.received) >= count, seconds), "nothing arrived"


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            decode = DECODERS.get(self.headers.get("Content-Encoding", ""), bytes)
            with collector.arrival:
                headers = {name.lower(): value for name, value in self.headers.items()}
                collector.received.append((self.path, headers, decode(body)))
                collector.arrival.notify_all()
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *_args: object) -> None:  # noqa: A002
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    collector.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield collector
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
