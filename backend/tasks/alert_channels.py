from __future__ import annotations

from backend.analytics.monitoring.channels.dead_man import DeadMan
from backend.analytics.monitoring.channels.delivering import Deliveries
from backend.analytics.monitoring.channels.service import ChannelService
from backend.plugins import get


def deliver() -> None:
    get(Deliveries).run()


def signal() -> None:
    get(DeadMan).signal()


def prune_deliveries() -> None:
    get(ChannelService).prune()
