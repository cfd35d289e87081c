"""`--costs`: what a run took, in seconds and in seconds of one core, by folder and for the slowest tests.

A test's core-seconds are those of its worker and of every process below it, gone or still there: gunicorn, Celery,
Redis, Chromium. PostgreSQL's servers leave the worker's process tree when they start and are not counted.
"""

from __future__ import annotations

import os
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
SLOWEST = 10


def pytest_addoption(parser):
    parser.getgroup("costs").addoption("--costs", action="store_true", help="end with a table of what the tests took")


def pytest_configure(config):
    if config.option.costs:
        config.pluginmanager.register(Costs())


def core_seconds(pid):
    """What a process, its children and theirs have used, and what those had used that it has waited for."""
    with suppress(FileNotFoundError, ProcessLookupError):  # it may end while it is looked at
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks = sum(map(int, fields[11:15]))
        return ticks / TICKS_PER_SECOND + sum(core_seconds(child) for child in children(pid))
    return 0.0


def children(pid):
    """Of all its threads."""
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):
            yield from listed.read_text().split()


@dataclass
class Cost:
    seconds: float = 0
    core_seconds: float = 0


def folder_of(nodeid):
    """`tests/store/test_jobs.py::test_a_job` is of `tests/store`."""
    return str(Path(nodeid.partition("::")[0]).parent)


class Costs:
    """In a worker: measures a phase and notes it in its report. Where reports arrive: adds them up."""

    def __init__(self):
        self._used = 0.0
        self._tests = defaultdict(Cost)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        self._used = core_seconds(os.getpid())
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item):
        report = yield
        used = core_seconds(os.getpid())
        report.core_seconds = max(0.0, used - self._used)  # less, when a process was left to init
        self._used = used
        return report

    def pytest_runtest_logreport(self, report):
        cost = self._tests[report.nodeid]
        cost.seconds += report.duration
        cost.core_seconds += getattr(report, "core_seconds", 0.0)  # a worker that crashed measured nothing

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter):
        write = terminalreporter.write_line
        terminalreporter.section("costs")
        write(f"{'seconds':>9} {'core-seconds':>12} {'tests':>6}  folder")
        for folder, tests in [*sorted(self._by_folder().items()), ("all", self._tests.values())]:
            seconds, used = sum(test.seconds for test in tests), sum(test.core_seconds for test in tests)
            write(f"{seconds:9.1f} {used:12.1f} {len(tests):6}  {folder}")
        write(f"\n{'seconds':>9} {'core-seconds':>12}  the slowest tests")
        for nodeid, cost in self._slowest():
            write(f"{cost.seconds:9.1f} {cost.core_seconds:12.1f}  {nodeid}")

    def _by_folder(self):
        folders = defaultdict(list)
        for nodeid, cost in self._tests.items():
            folders[folder_of(nodeid)].append(cost)
        return folders

    def _slowest(self):
        return sorted(self._tests.items(), key=lambda test: -test[1].seconds)[:SLOWEST]
