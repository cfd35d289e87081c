from __future__ import annotations

from backend.audit.service import AuditLog
from backend.plugins import get


def anchor() -> None:
    get(AuditLog).anchor()


def verify() -> None:
    get(AuditLog).demand_whole()
