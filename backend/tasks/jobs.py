from __future__ import annotations

from backend.jobs.service import Jobs
from backend.plugins import get


def prune() -> None:
    get(Jobs).prune()
