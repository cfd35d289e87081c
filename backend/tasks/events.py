from __future__ import annotations

from backend.analytics.events.landing.upkeep import EventIds, LandingPartitions
from backend.plugins import get


def make_partitions() -> None:
    get(LandingPartitions).ensure()


def forget_ids() -> None:
    get(EventIds).forget()
