from __future__ import annotations

from backend.analytics.events.landing.upkeep import EventIds, LandingPartitions
from backend.analytics.events.quarantine.service import Quarantine
from backend.analytics.events.senders.visitors import VisitorSalts
from backend.clock import utc_now
from backend.plugins import get


def make_partitions() -> None:
    get(LandingPartitions).ensure()


def forget_ids() -> None:
    get(EventIds).forget()


def forget_salts() -> None:
    get(VisitorSalts).forget(utc_now())


def forget_quarantined() -> None:
    get(Quarantine).forget()
