"""Capacity of the event API: one event a request beside the empty route, and a thousand a request, on each database.

`python -m benchmarks.capture` prints the table. Rates depend on what else the machine does; the time of the workers'
processors for each event hardly does.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import psutil
from pydantic import SecretStr

from backend.accounts.keys.service import KeyService
from backend.accounts.permissions import Scope
from backend.analytics.events.ids import new_event_id
from backend.plugins import get
from benchmarks.load import LATENCIES
from tests.conftest import close, execute, make_app, make_settings, migrate, server_environ
from tests.servers import Gunicorn, gunicorn, postgresql

SECONDS = 5
# Kept-open connections that come all at once may all land on one worker; clients that come one after another spread.
CLIENTS, CONNECTIONS_EACH, STAGGER = 4, 4, 0.2
CONNECTIONS = CLIENTS * CONNECTIONS_EACH
MOST_BODIES = 1_000
PLAY = """
local bodies = {}
for line in io.lines("%s") do bodies[#bodies + 1] = line end
local number = math.floor(#bodies * tonumber(os.getenv("CLIENT")) / 4)
request = function()
  number = number %% #bodies + 1
  return wrk.format("POST", nil, {%s}, bodies[number])
end
"""


@dataclass(frozen=True, slots=True)
class Capture:
    """A kind of request: its number of events, and how their ids are made; without ids the server makes them."""

    name: str
    events: int
    new_id: Callable[[], UUID] | None = None


CAPTURES = (
    Capture("one event", 1),
    Capture("one event, own id (version 7)", 1, new_event_id),
    Capture("1,000 events", 1_000),
    Capture("1,000 events, own ids (version 7)", 1_000, new_event_id),
    Capture("1,000 events, own ids (version 4)", 1_000, uuid4),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """Requests a second, their latencies in milliseconds, failures, and the workers' CPU seconds."""

    rps: float
    p50: float
    p95: float
    errors: int
    processor: float
    seconds: float


def print_capture() -> None:
    print(
        f"| events taken in, {CONNECTIONS} connections | events/s | requests/s | of the empty route | p50 ms | p95 ms "
        "| processor µs an event | empty route's share of that | failed |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="mingus-bench-") as folder:
        print_database("SQLite", Path(folder), "")
    with durable_postgresql() as url, tempfile.TemporaryDirectory(prefix="mingus-bench-") as folder:
        print_database("PostgreSQL", Path(folder), url)
    print()


@contextmanager
def durable_postgresql() -> Iterator[str]:
    """Tests run without fsync; here a commit has to reach the disk."""
    with postgresql() as cluster:
        for statement in ("ALTER SYSTEM SET fsync = on", "SELECT pg_reload_conf()", "CREATE DATABASE bench"):
            execute(cluster.url, statement)
        yield f"{cluster.url}/bench"


def print_database(name: str, instance: Path, url: str) -> None:
    app = make_app(make_settings(instance, DATABASE_URL=SecretStr(url)))
    migrate(app)
    with app.app_context():
        key = str(get(KeyService).create("benchmark", [Scope.EVENTS_WRITE]))
    close(app)
    with gunicorn(server_environ(instance, DATABASE_URL=url, LOG_LEVEL="WARNING"), instance / "log") as server:
        play(server, "/health/live", LATENCIES, seconds=1)
        empty = play(server, "/health/live", LATENCIES)
        print_line(f"{name}: empty route", Capture("", 1), empty, empty)
        for capture in CAPTURES:
            measured = play(server, "/api/analytics/event", LATENCIES + script(capture, key, instance / "bodies"))
            print_line(f"{name}: {capture.name}", capture, measured, empty)


def print_line(name: str, capture: Capture, measured: Measured, empty: Measured) -> None:
    used, least = (each.processor / each.rps / each.seconds * 1e6 for each in (measured, empty))
    print(
        f"| {name} | {measured.rps * capture.events:,.0f} | {measured.rps:,.0f} | {measured.rps / empty.rps:.0%} "
        f"| {measured.p50:.1f} | {measured.p95:.1f} | {used / capture.events:,.1f} | {least / used:.0%} "
        f"| {measured.errors} |",
        flush=True,
    )


def script(capture: Capture, key: str, bodies: Path) -> str:
    """The Lua script for wrk: bodies with ids are made before, one for each request; ten without ids are repeated."""
    count = 10 if capture.new_id is None else MOST_BODIES if capture.events > 1 else 20 * MOST_BODIES
    with bodies.open("w") as file:
        file.writelines(body(capture) + "\n" for _ in range(count))
    who = {"Authorization": f"Bearer {key}"} if capture.events > 1 else {"Sec-Fetch-Site": "same-origin"}
    return PLAY % (bodies, lua_table({"Content-Type": "application/json", **who}))


def body(capture: Capture) -> str:
    events = [event(capture.new_id) for _ in range(capture.events)]
    return json.dumps(events if capture.events > 1 else events[0], separators=(",", ":"))


def event(new_id: Callable[[], UUID] | None) -> dict[str, object]:
    return {
        **({"event_id": str(new_id())} if new_id else {}),
        "event_type": "calculator_step_completed",
        "session_id": f"s-{uuid4()}",
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.123Z", time.gmtime()),
        "event_data": {"step": 2, "seconds": 14.2},
    }


def lua_table(values: Mapping[str, str]) -> str:
    return ", ".join(f"[{json.dumps(name)}] = {json.dumps(value)}" for name, value in values.items())


def play(server: Gunicorn, path: str, lua: str, seconds: int = SECONDS) -> Measured:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(lua)
        file.flush()
        before, clients = processor_seconds(server), []
        command = ["wrk", "-t1", f"-c{CONNECTIONS_EACH}", f"-d{seconds}s", "-s", file.name, server.url + path]
        for client in range(CLIENTS):
            environ = {**os.environ, "CLIENT": str(client)}
            clients.append(subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True))
            time.sleep(STAGGER)
        outputs = [client.communicate()[0] for client in clients]
    loads = [json.loads(re.findall(r"^\{.*\}$", output, re.MULTILINE)[-1]) for output in outputs]
    lasted = seconds + STAGGER * (CLIENTS - 1)
    rps = sum(load["rps"] for load in loads) * seconds / lasted
    p50, p95 = (max(load[name] for load in loads) for name in ("p50", "p95"))
    return Measured(rps, p50, p95, sum(load["errors"] for load in loads), processor_seconds(server) - before, lasted)


def processor_seconds(server: Gunicorn) -> float:
    return sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in server.workers())


if __name__ == "__main__":
    print_capture()
