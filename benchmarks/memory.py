"""The memory of `make run`: the demo world is in the lake, and every dashboard was opened in every worker."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from benchmarks.boards import BOARDS, COMPARED, address, begin
from tests.accounts import make_account, signed_in_cookie
from tests.conftest import close, make_app, make_settings, migrate, server_environ
from tests.servers import PROJECT, Gunicorn, free_port, running, wait_until_ready

MIB = 2**20
SETTLING_SECONDS = 20  # in which bursts are given back
NAMES = {"gunicorn": "master", "app.scheduler": "scheduler", "config.serve": "starter"}


def print_memory() -> None:
    """Proportional set size: what processes share is counted once, in equal parts."""
    print("| `make run`, MiB | just started | demo world, every dashboard opened |")
    print("|---|---|---|")
    print(*lines(), sep="\n")
    print()


def lines() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="mingus-bench-") as folder:
        instance, port = Path(folder), free_port()
        app = make_app(make_settings(instance))
        migrate(app)
        environ = server_environ(instance, PORT=str(port), HOST="127.0.0.1", LOG_LEVEL="WARNING")
        with running("config.serve", environ=environ, log=instance / "log") as process:
            server = Gunicorn(f"http://127.0.0.1:{port}", process, instance / "log")
            wait_until_ready(server)
            time.sleep(SETTLING_SECONDS)
            started = shares(process.pid)
            subprocess.run([sys.executable, "-m", "flask", "demo", "visits"], cwd=PROJECT, env=environ, check=True)
            cookie = signed_in_cookie(app, make_account(app), server.url)
            begin(
                [server.url + address(board, f"period=30d{compared}") for board in BOARDS for compared in COMPARED],
                cookie,
            )
            time.sleep(SETTLING_SECONDS)
            used = shares(process.pid)
        close(app)
    for name in used:
        yield f"| {name} | {started.get(name, 0):.0f} | {used[name]:.0f} |"
    yield f"| all | {sum(started.values()):.0f} | {sum(used.values()):.0f} |"


def shares(pid: int) -> dict[str, float]:
    """MiB by the name of each process."""
    starter = psutil.Process(pid)
    found: dict[str, float] = {}
    for process in (starter, *starter.children(recursive=True)):
        name = next((name for part, name in NAMES.items() if part in process.cmdline()), "process")
        if name == "master" and process.ppid() != pid:
            name = f"worker {sum(known.startswith('worker') for known in found) + 1}"
        found[name] = process.memory_full_info().pss / MIB
    return found


if __name__ == "__main__":
    print_memory()
