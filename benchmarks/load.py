"""Load on a server: closed loop with wrk for capacity, open loop at a constant rate for latency."""

from __future__ import annotations

import json
import re
import secrets
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np

NEW = "<new>"
LATENCIES = """
done = function(summary, latency, requests)
  io.write(string.format('{"rps": %.1f, "p50": %.3f, "p95": %.3f, "p99": %.3f, "errors": %d}\\n',
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1e3, latency:percentile(95) / 1e3,
    latency:percentile(99) / 1e3, summary.errors.status + summary.errors.connect + summary.errors.read +
    summary.errors.write + summary.errors.timeout))
end
"""


@dataclass(frozen=True, slots=True)
class Load:
    """The result of a load: requests a second, latencies in milliseconds, failed requests."""

    rps: float
    p50: float
    p95: float
    p99: float
    errors: int


@dataclass(frozen=True, slots=True)
class Request:
    """One request, repeated; of `NEW` in its path each time something new is made, where the rate is constant."""

    name: str
    path: str
    body: dict[str, object] | None = None
    headers: tuple[tuple[str, str], ...] = ()


def capacity(server: str, request: Request, seconds: int = 6, connections: int = 16) -> Load:
    """As fast as the server answers, 16 connections at once (wrk; latencies suffer coordinated omission)."""
    script = LATENCIES + _lua(request)
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", file.name, server + request.path]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return Load(**json.loads(re.findall(r"^\{.*\}$", output, re.MULTILINE)[-1]))


def at_rate(server: str, request: Request, rate: int = 100, seconds: int = 10) -> Load:
    """Requests start on a clock, whether earlier ones were answered or not; late answers count from their due time."""
    latencies: list[float] = []
    failures: list[int] = []
    begin = time.perf_counter() + 0.2
    lanes = 20

    def lane(number: int) -> None:
        connection = HTTPConnection(urlsplit(server).netloc, timeout=30)
        for due in range(number, rate * seconds, lanes):
            start = begin + due / rate
            time.sleep(max(0.0, start - time.perf_counter()))
            status = _send(connection, request)
            latencies.append((time.perf_counter() - start) * 1000)
            failures.extend([status] if status >= 400 else [])
        connection.close()

    _run_all([lambda n=n: lane(n) for n in range(lanes)])
    p50, p95, p99 = np.quantile(latencies, [0.5, 0.95, 0.99])
    return Load(len(latencies) / seconds, float(p50), float(p95), float(p99), len(failures))


def _send(connection: HTTPConnection, request: Request) -> int:
    body = None if request.body is None else json.dumps(request.body)
    headers = dict(request.headers) | ({"Content-Type": "application/json"} if body else {})
    path = request.path.replace(NEW, secrets.token_hex(8))
    connection.request("POST" if body else "GET", path, body, headers)
    response = connection.getresponse()
    response.read()
    return response.status


def _run_all(actions: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=action) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _lua(request: Request) -> str:
    lines = [f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}" for name, value in request.headers]
    if request.body is not None:
        lines += ['wrk.method = "POST"', f"wrk.body = {json.dumps(json.dumps(request.body))}"]
        lines += ['wrk.headers["Content-Type"] = "application/json"']
    return "\n".join(lines)


def wrk_is_here() -> bool:
    return Path("/usr/bin/wrk").exists()
