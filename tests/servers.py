"""Real servers on free loopback ports, started by the tests and stopped with them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
PROJECT = Path(__file__).resolve().parent.parent
CHROMIUM = "/usr/bin/chromium"
STATSD = PROJECT / ".venv" / "statsd" / "node_modules" / "statsd" / "stats.js"  # by tests/install-servers
HEADLESS_SHELL = "/usr/bin/chromium-headless-shell"  # draws the same pages for two thirds of the processor time
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def postgresql_bin() -> Path:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not folders:
        raise RuntimeError("PostgreSQL is missing: apt-get install postgresql")
    return folders[-1]


def as_postgres(*command: str | Path) -> list[str]:
    """PostgreSQL refuses to run as root; then it runs as the user its package made."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    return [*prefix, *map(str, command)]


@dataclass(frozen=True, slots=True)
class Cluster:
    """A PostgreSQL cluster of our own: its SQLAlchemy URL without a database name, and how it is started."""

    url: str
    home: Path
    control: tuple[str | Path, ...]

    def start(self) -> None:
        self._run("start", check=True)

    def stop_at_once(self) -> None:
        """As a crash would: no shutdown checkpoint, connections cut."""
        self._run("-m", "immediate", "stop", check=False)

    def _run(self, *action: str, check: bool) -> None:
        subprocess.run(as_postgres(*self.control, *action), check=check, capture_output=True, cwd=self.home)


@contextmanager
def postgresql() -> Iterator[Cluster]:
    """A private cluster on a free port."""
    binaries, port = postgresql_bin(), free_port()
    home = Path(tempfile.mkdtemp(prefix="mingus-pg-"))
    home.chmod(0o777)
    data = home / "data"
    initialise = [binaries / "initdb", "-D", data, "-A", "trust", "-U", "mingus", "--no-sync", "--locale=C.UTF-8"]
    subprocess.run(as_postgres(*initialise), check=True, capture_output=True, cwd=home)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home} -c fsync=off"
    options += " -c shared_preload_libraries=pg_stat_statements"
    control = (binaries / "pg_ctl", "-D", data, "-l", home / "log", "-w", "-o", options)
    cluster = Cluster(f"postgresql+psycopg://mingus@127.0.0.1:{port}", home, control)
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop_at_once()
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def redis(port: int = 0) -> Iterator[str]:
    """A private Redis that keeps nothing; yields its URL."""
    port = port or free_port()
    process = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        stdout=subprocess.DEVNULL,
    )
    try:
        wait_for_port(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        stop(process)


@dataclass(frozen=True, slots=True)
class Statsd:
    """The StatsD of npm by UDP and TCP on one port, with the configuration for operators, and what it flushed."""

    port: int
    process: subprocess.Popen[bytes]
    file: Path

    def flushes(self) -> list[dict[str, dict[str, Any]]]:
        """`counters`, `gauges` and `timers`, by name, of each interval."""
        return [json.loads(line) for line in self.file.read_text().splitlines()] if self.file.exists() else []

    def counted(self, name: str) -> float:
        """The sum of a counter over all intervals that are over."""
        total: float = sum(flush["counters"].get(name, 0) for flush in self.flushes())
        return total

    def last_flush(self) -> dict[str, dict[str, Any]]:
        """End the server, which flushes what it still has."""
        stop(self.process)
        return self.flushes()[-1]


@contextmanager
def statsd(folder: Path, flush_seconds: float = 1) -> Iterator[Statsd]:
    """StatsD that writes its flushes into a folder."""
    port, flushes, config = free_port(), folder / "statsd.flushes", folder / "statsd.js"
    ours = {
        "servers": [{"server": f"./servers/{kind}", "address": "127.0.0.1", "port": port} for kind in ("udp", "tcp")],
        "mgmt_port": free_port(),
        "flushInterval": flush_seconds * 1000,
        "backends": [str(PROJECT / "tests" / "statsd" / "flushes.js")],
        "flushes": str(flushes),
    }
    shipped = (PROJECT / "config" / "statsd" / "config.js").read_text()
    config.write_text(f"Object.assign({shipped}, {json.dumps(ours)})")
    with (folder / "statsd.log").open("wb") as log:
        process = subprocess.Popen(["node", STATSD, config], stdout=log, stderr=log)
    try:
        wait_for_port(port)
        yield Statsd(port, process, flushes)
    finally:
        stop(process)


@contextmanager
def prometheus(folder: Path, config: Path) -> Iterator[str]:
    """A Prometheus of a configuration file, its data in a folder; yields its address."""
    port = free_port()
    data, address = f"--storage.tsdb.path={folder / 'prometheus'}", f"--web.listen-address=127.0.0.1:{port}"
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(["prometheus", f"--config.file={config}", data, address], stdout=log, stderr=log)
    try:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/-/ready"), "Prometheus is ready")
        yield f"http://127.0.0.1:{port}"
    finally:
        stop(process)


@contextmanager
def alertmanager(folder: Path, config: Path) -> Iterator[str]:
    """An Alertmanager of a configuration file, alone, its data in a folder; yields its address."""
    port = free_port()
    data, address = f"--storage.path={folder / 'alertmanager'}", f"--web.listen-address=127.0.0.1:{port}"
    command = ["prometheus-alertmanager", f"--config.file={config}", data, address, "--cluster.listen-address="]
    with (folder / "alertmanager.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/-/ready"), "Alertmanager is ready")
        yield f"http://127.0.0.1:{port}"
    finally:
        stop(process)


@contextmanager
def running(module: str, *options: str, environ: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m module`, in a process group of its own that is gone afterwards."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *options],
            cwd=PROJECT,
            env={**os.environ, **environ},
            stdout=output,
            stderr=output,
            process_group=0,
        )
    try:
        yield process
    finally:
        stop(process)
        kill_group(process.pid)


def kill_group(leader: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def children(pid: int) -> set[int]:
    return {int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


@dataclass(frozen=True, slots=True)
class Gunicorn:
    """A running server: its address, its process, and where its log goes."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def workers(self) -> set[int]:
        return children(self.process.pid)


@contextmanager
def gunicorn(environ: Mapping[str, str], log: Path, *options: str) -> Iterator[Gunicorn]:
    """The app as `make run` serves it, ready to answer."""
    port = free_port()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", *options],
            cwd=PROJECT,
            env={**os.environ, **environ, "PORT": str(port), "HOST": "127.0.0.1"},
            stdout=output,
            stderr=output,
        )
    server = Gunicorn(f"http://127.0.0.1:{port}", process, log)
    try:
        wait_until_ready(server)
        yield server
    finally:
        stop(process)


def wait_until_ready(server: Gunicorn, seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise RuntimeError(f"gunicorn stopped:\n{server.log.read_text()}")
        with suppress(OSError, urllib.error.HTTPError):
            urllib.request.urlopen(f"{server.url}/health/ready", timeout=5).close()
            return
        time.sleep(0.1)
    raise RuntimeError(f"gunicorn is not ready:\n{server.log.read_text()}")


def wait_until(true: Callable[[], T], what: str, seconds: float = 60) -> T:
    """The first answer that is not nothing."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := true():
            return answer
        time.sleep(0.05)
    raise RuntimeError(f"not within {seconds:.0f} s: {what}")


def answers(url: str) -> bool:
    """Whether a GET is answered, and not with an error."""
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False


def wait_for_port(port: int, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise RuntimeError(f"nothing listens on port {port}")


def stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
