"""Visitors who arrive at a constant rate, whatever the server does, with and without a worker killed every 30 seconds.

`python -m benchmarks.arrival` takes twice ten minutes; `--seconds 60` makes it twice one. Each of 1,000 visitors asks
for something every ten seconds, over a connection of its own, as 1,000 browsers would: 100 requests a second. A late
answer counts from the moment its request was due.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import tempfile
from argparse import ArgumentParser
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import numpy as np
import psutil

from benchmarks.load import Request
from benchmarks.memory import shares
from tests.conftest import make_app, make_settings, migrate, server_environ
from tests.servers import Gunicorn, free_port, running, wait_until_ready

PATIENCE, SETTLING, KILLS_EVERY, LOOKS_EVERY = 30, 10, 30, 10
HEADERS = "User-Agent: Mozilla/5.0 Firefox/140.0\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\n"
REQUESTS = (
    Request("home", "/"),
    Request("job", "/jobs/registered-nurses"),
    Request("title search", "/api/calculator/occupations?q=customer%20serv"),
    Request("assessment", "/api/calculator/assess", {"occupation": "29-1141"}),
    Request("event", "/api/analytics/event", {"event_type": "ai_calculator_opened", "session_id": "arrival"}),
)
WEIGHTS = (3, 3, 2, 1, 3)


@dataclass
class Arrivals:
    """What became of the requests: seconds since each was due, failures by what went wrong; MiB over time."""

    seconds: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    memory: list[float] = field(default_factory=list)
    killed: int = 0

    def row(self, name: str, lasted: float) -> str:
        p50, p95, p99 = (value * 1000 for value in np.quantile(self.seconds, [0.5, 0.95, 0.99]))
        failed = self.failures.total()
        share, third = failed / len(self.seconds), max(1, len(self.memory) // 3)
        begun, ended = np.mean(self.memory[:third]), np.mean(self.memory[-third:])
        what = ", ".join(f"{count} {what}" for what, count in self.failures.most_common(3)) or "none"
        return (
            f"| {name} | {self.killed} | {len(self.seconds) / lasted:.0f} | {p50:.1f} | {p95:.1f} | {p99:.1f} "
            f"| {share:.3%} | {what} | {begun:.0f} | {ended:.0f} |"
        )


class Visitors:
    """Sends requests on a clock."""

    def __init__(self, server: str, pid: int, arrivals: Arrivals) -> None:
        self._host, self._pid, self._arrivals = urlsplit(server), pid, arrivals
        self._texts = [self._text(request) for request in REQUESTS]

    async def arrive(self, seconds: int, rate: float, *, kills: bool) -> None:
        begin, dice = monotonic() + 0.5, random.Random(15)
        aside = [asyncio.create_task(self._look_at_memory())]
        aside += [asyncio.create_task(self._kill())] if kills else []
        visits = []
        for number in range(int(seconds * rate)):
            due = begin + number / rate
            await asyncio.sleep(max(0.0, due - monotonic()))
            [text] = dice.choices(self._texts, WEIGHTS)
            visits.append(asyncio.create_task(self._visit(text, due)))
        await asyncio.gather(*visits)
        for task in aside:
            task.cancel()

    async def _visit(self, text: bytes, due: float) -> None:
        failure = ""
        try:
            async with asyncio.timeout(PATIENCE):
                status = await self._ask(text)
            failure = f"answers of {status}" if status >= 400 else ""
        except TimeoutError:
            failure = "timeouts"
        except (OSError, ValueError, asyncio.IncompleteReadError):
            failure = "cut connections"
        self._arrivals.seconds.append(monotonic() - due)
        if failure:
            self._arrivals.failures[failure] += 1

    async def _ask(self, text: bytes) -> int:
        """The status; ValueError where the answer has none. Its end is the end of the connection."""
        reader, writer = await asyncio.open_connection(self._host.hostname, self._host.port)
        try:
            writer.write(text)
            answer = await reader.read(-1)
            return int(answer[9:12])
        finally:
            writer.close()

    async def _kill(self) -> None:
        while True:
            await asyncio.sleep(KILLS_EVERY)
            os.kill(self._workers()[0].pid, signal.SIGKILL)
            self._arrivals.killed += 1

    def _workers(self) -> list[psutil.Process]:
        """Of the web server, the oldest first."""
        below = psutil.Process(self._pid).children()
        [web] = [process for process in below if any("gunicorn" in part for part in process.cmdline())]
        return sorted(web.children(), key=lambda worker: worker.create_time())

    async def _look_at_memory(self) -> None:
        while True:
            with suppress(psutil.NoSuchProcess):  # one was killed meanwhile
                memory = await asyncio.to_thread(shares, self._pid)
                self._arrivals.memory.append(sum(memory.values()))
            await asyncio.sleep(LOOKS_EVERY)

    def _text(self, request: Request) -> bytes:
        headers = f"Host: {self._host.netloc}\r\n{HEADERS}"
        if request.body is None:
            return f"GET {request.path} HTTP/1.1\r\n{headers}\r\n".encode()
        body = json.dumps(request.body)
        kind = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        return f"POST {request.path} HTTP/1.1\r\n{headers}{kind}\r\n{body}".encode()


def arrivals(seconds: int, rate: float, *, kills: bool) -> Arrivals:
    """All of `make run`, with monitoring on and limits off."""
    seen = Arrivals()
    with tempfile.TemporaryDirectory(prefix="mingus-bench-") as folder:
        instance, port = Path(folder), free_port()
        migrate(make_app(make_settings(instance)))
        environ = server_environ(instance, PORT=str(port), HOST="127.0.0.1", LOG_LEVEL="WARNING")
        with running("config.serve", environ=environ, log=instance / "log") as process:
            server = Gunicorn(f"http://127.0.0.1:{port}", process, instance / "log")
            wait_until_ready(server)
            asyncio.run(Visitors(server.url, process.pid, Arrivals()).arrive(SETTLING, rate / 5, kills=False))
            asyncio.run(Visitors(server.url, process.pid, seen).arrive(seconds, rate, kills=kills))
    return seen


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--visitors", type=int, default=1000)
    parser.add_argument("--every", type=float, default=10.0, help="seconds between the requests of a visitor")
    given = parser.parse_args()
    rate = given.visitors / given.every
    print(
        f"| {given.visitors:,} visitors, {rate:.0f} requests/s for {given.seconds} s | killed | answers/s | p50 ms "
        "| p95 ms | p99 ms | failed | of these | MiB first third | MiB last third |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name, kills in (("all workers live", False), (f"one killed every {KILLS_EVERY} s", True)):
        print(arrivals(given.seconds, rate, kills=kills).row(name, given.seconds), flush=True)


if __name__ == "__main__":
    main()
