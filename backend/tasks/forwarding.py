from __future__ import annotations

from backend.analytics.events.forwarding.service import Forwarding
from backend.plugins import get


def forward() -> None:
    get(Forwarding).forward()  # type: ignore[type-abstract]
