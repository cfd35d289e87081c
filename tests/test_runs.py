"""How a run of the tests ends: what fails once is flaky, what fails twice fails it, and everything has its cost."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.order import FOLDERS, next_file
from tests.servers import PROJECT

GREEN = "def test_green(): pass"
RED = "def test_red(): assert False, 'always red'"
FLAKY = "def test_flaky(): only_once()"
FLAKY_SETUP = """
@pytest.fixture
def thing(): only_once()

@pytest.mark.parametrize("name", ["a b::c[d]"])
def test_flaky_setup(thing, name): pass
"""
FLAKY_TEARDOWN = """
@pytest.fixture
def thing():
    yield
    only_once()

def test_flaky_teardown(thing): pass
"""
FLAKY_CRASH = """
def test_flaky_crash():
    try: only_once()
    except AssertionError: os._exit(3)
"""
CRASH = "def test_crash(): os._exit(3)"
BUSY = """
def test_busy():
    child = "import time\\nwhile time.process_time() < 0.6: pass"
    subprocess.run([sys.executable, "-c", child])
    time.sleep(0.2)
"""
TOP = """
import os, subprocess, sys, time
from pathlib import Path
import pytest

def only_once():
    path = Path(__file__).with_suffix(".again")
    again = path.exists()
    path.touch()
    assert again, "red the first time"
"""
ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTHONPATH": str(PROJECT)}


def write(path, body):
    path.parent.mkdir(parents=True)
    path.write_text(f"{TOP}\n{body}\n")


def run(folder, *bodies, options=("-n", "2", "--rerun-failed")):
    """Run tests of these bodies, file by file; the exit code and the output."""
    for number, body in enumerate(bodies):
        write(folder / f"part{number}" / f"test_{number}.py", body)
    plugins = "xdist.plugin,tests.second_run,tests.costs,tests.order"
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "--rootdir", folder, *options],
        cwd=folder,
        env={**os.environ, **ALONE, "PYTEST_PLUGINS": plugins},
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout


def closing_counts(output):
    """`2 passed, 1 flaky` of the last line."""
    return re.fullmatch(r"=+ (.*) in [\d.]+s =+", output.strip().splitlines()[-1])[1]


def flaky_section(output):
    return output.partition(" FLAKY ")[2]


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    return run(tmp_path_factory.mktemp("mixed"), GREEN, FLAKY, FLAKY_SETUP, FLAKY_TEARDOWN, FLAKY_CRASH, RED)


def test_a_green_run_is_run_once(tmp_path):
    code, output = run(tmp_path, GREEN, options=["--rerun-failed"])

    assert (code, closing_counts(output)) == (0, "1 passed")
    assert "once more" not in output
    assert "FLAKY" not in output


@pytest.mark.parametrize("workers", ["0", "2"])
def test_what_passes_the_second_time_fails_nothing(tmp_path, workers):
    code, output = run(tmp_path, GREEN, FLAKY, FLAKY_SETUP, options=["-n", workers, "--rerun-failed"])

    assert (code, closing_counts(output)) == (0, "1 passed, 2 flaky")
    assert "= FAILURES =" not in output
    assert "= ERRORS =" not in output


def test_what_passes_the_second_time_is_shown_with_its_first_failure(mixed):
    section = flaky_section(mixed[1])

    names = re.findall(r"^_+ (.*) _+$", section.partition("short test summary")[0], re.MULTILINE)
    assert sorted(name.partition("::")[2] for name in names) == [
        "test_flaky",
        "test_flaky_crash",
        "test_flaky_setup[a b::c[d]]",
        "test_flaky_teardown",
    ]
    assert section.count("E       AssertionError: red the first time") == 3
    assert "crashed while running 'part4/test_4.py::test_flaky_crash'" in section


def test_what_fails_again_fails_the_run(mixed):
    code, output = mixed

    assert (code, closing_counts(output)) == (1, "1 failed, 2 passed, 4 flaky")
    assert re.findall("^(?:FAILED|ERROR) .*", output.rpartition("short test summary")[2], re.MULTILINE) == [
        "FAILED part5/test_5.py::test_red - AssertionError: always red"
    ]


def test_a_second_run_that_dies_clears_nobody(tmp_path):
    code, output = run(tmp_path, GREEN, CRASH, FLAKY)

    assert (code, closing_counts(output)) == (1, "2 failed, 1 passed")


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_run_that_cannot_read_a_test_fails_at_once(tmp_path, workers):
    code, output = run(tmp_path, FLAKY, "import nothing_of_this_name", options=["-n", workers, "--rerun-failed"])

    assert code != 0
    assert "once more" not in output


def test_a_run_that_stops_early_fails_for_the_tests_it_did_not_reach(tmp_path):
    code, output = run(tmp_path, FLAKY, GREEN, options=["-x", "--rerun-failed"])

    assert code == 1
    assert "once more" not in output


def test_a_first_failure_fails_the_run_unless_it_is_to_be_run_again(tmp_path):
    assert run(tmp_path, FLAKY, options=[])[0] == 1


@pytest.mark.parametrize("workers", ["0", "2"])
def test_costs_are_those_of_a_test_and_of_what_it_started_by_folder(tmp_path, workers):
    code, output = run(tmp_path, GREEN, BUSY, options=["-n", workers, "--costs"])

    rows = re.findall(r"^ +([\d.]+) +([\d.]+) +(\d+)  (\S+)$", output, re.MULTILINE)
    costs = {folder: (float(seconds), float(used)) for seconds, used, _, folder in rows}
    assert (code, closing_counts(output)) == (0, "2 passed")
    assert [row[2:] for row in rows] == [("1", "part0"), ("1", "part1"), ("2", "all")]
    assert costs["part0"][1] < 0.1
    assert 0.5 < costs["part1"][1] < costs["part1"][0]
    assert re.search(r"the slowest tests\n +[\d.]+ +[\d.]+  part1/test_1.py::test_busy\n", output)


def test_one_worker_begins_with_what_waits_and_the_other_with_what_does_not(tmp_path):
    body = "def test_it(): Path('began').open('a').write(f'{Path(__file__).parent.name}\\n'); time.sleep(1)"
    for folder in ("pure", "plugins", "browser", "faults"):
        write(tmp_path / "tests" / folder / f"test_{folder}.py", body)

    code, _ = run(tmp_path, options=["-n", "2", "--dist", "loadfile"])

    began = (tmp_path / "began").read_text().split()
    assert (code, sorted(began[:2]), sorted(began[2:])) == (0, ["browser", "faults"], ["plugins", "pure"])


def test_what_waits_is_left_for_later_while_somebody_waits():
    files = ["tests/plugins/test_a.py::test", "tests/store/test_b.py::test", "tests/pure/test_c.py::test"]

    assert next_file(files, somebody_waits=False) == files[0]
    assert next_file(files, somebody_waits=True) == files[1]
    assert next_file(files[1:], somebody_waits=False) == files[1]
    assert next_file(files[:1], somebody_waits=True) == files[0]


def test_every_folder_of_tests_has_its_place_in_the_order():
    folders = {str(path.parent.relative_to(PROJECT)) for path in PROJECT.glob("tests/**/test_*.py")}

    assert folders == set(FOLDERS)
