"""`make bench`: run every benchmark once and print its tables."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import psutil

from benchmarks import importing, occupation_pages
from benchmarks.boards import boards
from benchmarks.capture import print_capture
from benchmarks.flags import print_flags
from benchmarks.lake import print_sync_speeds
from benchmarks.load import Load, Request, at_rate, capacity, wrk_is_here
from benchmarks.memory import print_memory
from benchmarks.monitoring import print_monitoring
from benchmarks.page import weigh
from benchmarks.warehouse import LARGE, SIZES, report
from tests.conftest import make_app, make_settings, migrate, server_environ
from tests.servers import gunicorn

OWN_PAGE = (("Sec-Fetch-Site", "same-origin"),)
EMPTY = Request("empty route", "/health/live")
REQUESTS = (
    Request("title search", "/api/calculator/occupations?q=customer%20serv"),
    Request("assessment", "/api/calculator/assess", {"occupation": "29-1141", "activities": {"4.A.4.a.3.I02": 20}}),
    Request(
        "one event, durable", "/api/analytics/event", {"event_type": "benchmark_ran", "session_id": "bench"}, OWN_PAGE
    ),
    Request("first question", "/"),
)


def main() -> None:
    if not wrk_is_here():
        sys.exit("Benchmarks need wrk: apt-get install wrk")
    instance = Path(tempfile.mkdtemp(prefix="mingus-bench-"))
    migrate(make_app(make_settings(instance)))
    print(f"{datetime.now(UTC):%Y-%m-%d}. {machine()}\n")
    with gunicorn(server_environ(instance, LOG_LEVEL="WARNING"), instance / "log") as server:
        print_capacity(server.url)
        print_latency(server.url)
        print_pages(server.url)
    print(*occupation_pages.occupation_pages(), "", sep="\n")
    print_memory()
    print_monitoring()
    print_capture()
    print_flags()
    print_sync_speeds()
    importing.print_importing()
    sizes = (*SIZES, LARGE) if "--large" in sys.argv else SIZES
    print(*report(sizes), sep="\n")
    print(*boards(), sep="\n")


def machine() -> str:
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}; server, load and database on the same machine; "
        "gunicorn gthread, 2 workers of 8 threads, SQLite."
    )


def print_capacity(server: str) -> None:
    """Closed loop: how many a second, beside what the same server does with nothing to do."""
    capacity(server, EMPTY, seconds=2)
    empty = capacity(server, EMPTY)
    print("| capacity, 16 connections | requests/s | of the empty route | p50 ms | p95 ms | p99 ms | errors |")
    print("|---|---|---|---|---|---|---|")
    for request in (EMPTY, *REQUESTS):
        load = empty if request is EMPTY else capacity(server, request)
        print(f"| {request.name} | {load.rps:,.0f} | {load.rps / empty.rps:.0%} | {times(load)} |")
    print()


def print_latency(server: str) -> None:
    """Open loop at 100 requests a second."""
    print("| 100 requests/s, open loop | p50 ms | p95 ms | p99 ms | errors |")
    print("|---|---|---|---|---|")
    for request in (EMPTY, *REQUESTS):
        print(f"| {request.name} | {times(at_rate(server, request))} |")
    print()


def times(load: Load) -> str:
    return f"{load.p50:.1f} | {load.p95:.1f} | {load.p99:.1f} | {load.errors}"


def print_pages(server: str) -> None:
    print("| page, 4x slower CPU, slow 4G | HTML kB | CSS kB | script kB | requests | LCP ms | CLS |")
    print("|---|---|---|---|---|---|---|")
    for page in weigh(server):
        sizes = " | ".join(f"{size / 1000:.1f}" for size in (page.html, page.css, page.script))
        print(f"| {page.name} | {sizes} | {page.requests} | {page.lcp_ms:,.0f} | {page.cls:.3f} |")
    print()


if __name__ == "__main__":
    main()
