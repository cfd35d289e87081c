from __future__ import annotations

import subprocess
import sys

from backend.analytics.experiments.decisions import Decisions
from backend.analytics.experiments.schedules import ExperimentSchedules
from backend.plugins import get


def look_at_schedules() -> None:
    get(ExperimentSchedules).look()


def look() -> None:
    """In a process of its own, which gives the memory of a whole warehouse back."""
    if get(Decisions).watched():
        subprocess.run([sys.executable, "-m", "flask", "experiments", "look"], check=True, capture_output=True)
