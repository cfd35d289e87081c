"""`make run` on a machine that has nothing yet: what installing prints."""

from __future__ import annotations

import os
import shutil
import subprocess
from hashlib import sha256
from zipfile import ZipFile

import pytest

from tests.servers import PROJECT


@pytest.fixture
def installing(tmp_path):
    """`make` installs what a requirements file names, with one package index that does not answer; what it printed."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(PROJECT / ".venv" / "bin" / "python")
    (tmp_path / ".made").touch()
    shutil.copy(PROJECT / "Makefile", tmp_path)
    wheel = tmp_path / "mingus_wanted-1-py3-none-any.whl"
    with ZipFile(wheel, "w") as archive:
        archive.writestr(
            "mingus_wanted-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: mingus-wanted\nVersion: 1\n"
        )
        archive.writestr(
            "mingus_wanted-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr("mingus_wanted-1.dist-info/RECORD", "")
    indexes = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "PIP_FIND_LINKS": str(tmp_path)}

    def install(name):
        digest = sha256(wheel.read_bytes()).hexdigest()
        (tmp_path / "requirements-analytics.txt").write_text(f"{name}==1 --hash=sha256:{digest}\n")
        environ = os.environ | indexes | {"PIP_TARGET": str(tmp_path / "target")}
        words = ["make", "--no-print-directory", f"VENV={tmp_path}", f"{tmp_path}/.runtime"]
        return subprocess.run(words, cwd=tmp_path, env=environ, check=False, capture_output=True, text=True)

    return install


def test_installing_says_what_it_does_and_nothing_of_what_indexes_are_warned_about(installing):
    done = installing("mingus-wanted")

    assert (done.returncode, done.stdout, done.stderr) == (0, "Installing what Mingus runs on (once)...\n", "")


def test_installing_says_what_fails(installing):
    done = installing("mingus-unheard-of")

    assert done.returncode != 0
    assert "No matching distribution found for mingus-unheard-of" in done.stdout
