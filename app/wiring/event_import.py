from __future__ import annotations

from backend.analytics.events.wire.lines import read_lines
from backend.analytics.imports.service import DuckLimits, EventImport
from backend.analytics.lake.delta import Lake
from backend.analytics.lake.subscribers import Subscribers
from backend.analytics.lake.sync import LakeSync
from backend.clock import utc_now
from backend.faults import Faults
from backend.plugins import Registry
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    engine = DuckLimits(settings.DUCKDB_MEMORY, settings.DUCKDB_THREADS)

    def event_import() -> EventImport:
        lake, sync, subscribers = registry.build(Lake), registry.build(LakeSync), registry.build(Subscribers)
        return EventImport(lake, sync.run, subscribers, read_lines, engine, Faults(settings.FAULT_POINT), utc_now)

    registry.add_service(EventImport, event_import)
