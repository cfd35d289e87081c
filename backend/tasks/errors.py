from __future__ import annotations

from backend.analytics.monitoring.errors.service import ErrorService
from backend.plugins import get


def forget() -> None:
    get(ErrorService).forget()
