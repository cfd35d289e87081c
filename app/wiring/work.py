"""Background work: jobs, the schedule, leases."""

from __future__ import annotations

import backend.jobs.models  # noqa: F401
from backend.plugins import Registry
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None: ...
