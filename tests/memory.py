"""Temporary files in memory: what tests write into databases and lakes is gone a moment later, and disks are slow."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
ENOUGH = 4 * 2**30


def write_to_memory() -> None:
    """Everything temporary of this process and its children, where memory is ample and nobody chose a place."""
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ENOUGH:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None  # looked up again
