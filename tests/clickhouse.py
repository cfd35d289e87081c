"""A ClickHouse for tests: its engine in one process of its own (`chdb` cannot be forked), behind its HTTP protocol."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from tests.servers import PROJECT

ALONE = threading.Lock()
FORMAT = re.compile(r"\bFORMAT\s+(\w+)\s*$")


@contextmanager
def clickhouse() -> Iterator[str]:
    """Start one; its working directory is /, the only folder from which chdb reads any other."""
    command = [
        sys.executable,
        "-c",
        f"import sys; sys.path.insert(0, {str(PROJECT)!r}); import tests.clickhouse as c; c.main()",
    ]
    with subprocess.Popen(command, cwd="/", stdout=subprocess.PIPE, text=True) as process:
        try:
            yield f"clickhouse://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.terminate()


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Front)
    print(server.server_port, flush=True)  # noqa: T201
    server.serve_forever()


class Front(BaseHTTPRequestHandler):
    """As much of ClickHouse's HTTP protocol as its driver needs to ask."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    connection = None

    def do_GET(self) -> None:
        self.answer(200, b"Ok.\n")

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        parameters = parse_qs(urlsplit(self.path).query)
        sql = "".join([*parameters.get("query", []), self.rfile.read(length).decode()]).strip()
        format_clause = FORMAT.search(sql)
        form = format_clause[1] if format_clause else self.headers.get("X-ClickHouse-Format") or "TabSeparated"
        try:
            with ALONE:
                body = engine().query(FORMAT.sub("", sql), form).bytes()
        except RuntimeError as error:
            code = re.search(r"Code: (\d+)", str(error))
            self.answer(500, str(error).encode(), {"X-ClickHouse-Exception-Code": code[1] if code else "1"})
        else:
            self.answer(200, body or b"", {"X-ClickHouse-Format": form})

    def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        all_headers = {"X-ClickHouse-Timezone": "UTC", "X-ClickHouse-Summary": "{}", **(headers or {})}
        for name, value in {"Content-Length": str(len(body)), **all_headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


def engine():
    import chdb

    if Front.connection is None:
        Front.connection = chdb.connect(":memory:")
    return Front.connection
