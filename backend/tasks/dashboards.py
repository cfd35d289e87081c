from __future__ import annotations

import subprocess
import sys

from backend.analytics.warehouse.sessions import Sessions
from backend.plugins import get

LARGE = 1_000_000  # events from which somebody would wait for the first page


def prepare() -> None:
    """In a process of its own, which gives the memory of a whole warehouse back."""
    if get(Sessions).number_of_events() >= LARGE:
        subprocess.run([sys.executable, "-m", "flask", "dashboards", "prepare"], check=True, capture_output=True)
