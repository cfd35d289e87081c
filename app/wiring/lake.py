from __future__ import annotations

from backend.analytics.lake.delta import Lake
from backend.analytics.lake.tables import EVENTS
from backend.plugins import Registry
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    registry.add_service(Lake, lambda: Lake(settings.lake_url, (EVENTS,)))
