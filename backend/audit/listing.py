from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are asked for; what is empty asks for any."""

    actor: str = ""
    action: str = ""
    object: str = ""
    since: datetime | None = None
