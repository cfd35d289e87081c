from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Conditions on entries; an empty one allows any value."""

    actor: str = ""
    action: str = ""
    object: str = ""
    since: datetime | None = None
