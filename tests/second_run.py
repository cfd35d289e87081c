"""`--rerun-failed`: what failed runs once more, alone. What then passes is flaky: it is shown and fails nothing."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest


def pytest_addoption(parser):
    group = parser.getgroup("second run")
    group.addoption("--rerun-failed", action="store_true", help="run what failed once more, alone, and forgive that")
    group.addoption("--passed-into", type=Path, metavar="FILE", help="write the ids of the tests that passed")


def pytest_configure(config):
    if config.option.rerun_failed and not hasattr(config, "workerinput"):
        config.pluginmanager.register(SecondRun(config))
    if config.option.passed_into:
        config.pluginmanager.register(PassedTests(config.option.passed_into))


class SecondRun:
    """The failures of a whole run, until one process has run these tests again."""

    def __init__(self, config):
        self._config = config
        self._failures = {}
        self._not_a_test = False

    def pytest_collectreport(self, report):
        self._not_a_test |= report.failed

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self._failures.setdefault(report.nodeid, report)

    @pytest.hookimpl(trylast=True)  # the workers of the first run are gone by then
    def pytest_sessionfinish(self, session, exitstatus):
        # A run that broke off, or that could not read a test, says nothing about the tests it did not reach.
        stopped = self._not_a_test or self._config.option.maxfail
        if exitstatus != pytest.ExitCode.TESTS_FAILED or stopped or not self._failures:
            return
        flaky = [nodeid for nodeid in self._run_alone() if nodeid in self._failures]
        self._forgive(flaky)
        if len(flaky) == len(self._failures):
            session.exitstatus = pytest.ExitCode.OK

    @property
    def _reporter(self):
        return self._config.pluginmanager.get_plugin("terminalreporter")

    def _run_alone(self):
        """The ids of the tests that passed this time; of a run that died, none."""
        self._reporter.write_sep("=", f"{len(self._failures)} failed: once more, alone")
        self._reporter.flush()
        with tempfile.TemporaryDirectory() as folder:
            again, passed = Path(folder, "again"), Path(folder, "passed")
            again.write_text("\n".join(self._failures))
            command = [sys.executable, "-m", "pytest", "-q", "-n0", "--passed-into", str(passed), f"@{again}"]
            subprocess.run(command, check=False, cwd=self._config.rootpath)
            return passed.read_text().splitlines() if passed.exists() else []

    def _forgive(self, flaky):
        """Count each of them as one flaky test, and no longer as failed or as an error."""
        stats = self._reporter.stats
        for outcome in ("failed", "error"):
            stats[outcome] = [report for report in stats.get(outcome, []) if report.nodeid not in flaky]
        if flaky:
            stats["flaky"] = [self._failures[nodeid] for nodeid in flaky]

    def pytest_terminal_summary(self, terminalreporter):
        flaky = terminalreporter.stats.get("flaky", [])
        if flaky:
            terminalreporter.section("FLAKY")
        for report in flaky:
            terminalreporter.write_sep("_", report.nodeid)
            report.toterminal(terminalreporter._tw)


class PassedTests:
    """The tests of which every phase passed, written down when the run has ended by itself."""

    def __init__(self, path):
        self._path = path
        self._called = []
        self._failed = set()

    def pytest_runtest_logreport(self, report):
        if report.failed:
            self._failed.add(report.nodeid)
        elif report.when == "call" and report.passed:
            self._called.append(report.nodeid)

    def pytest_sessionfinish(self):
        self._path.write_text("\n".join(nodeid for nodeid in self._called if nodeid not in self._failed))
