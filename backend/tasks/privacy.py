from __future__ import annotations

from backend.accounts.privacy.retention import Retention
from backend.plugins import get


def prune() -> None:
    get(Retention).prune()
