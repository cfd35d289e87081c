from __future__ import annotations

from backend.analytics.ai_calculator_analytics import AiCalculatorAnalytics
from backend.analytics.events.service import EventTracker
from backend.analytics.events.store import EventStore
from backend.clock import utc_now
from backend.database import get_db_session
from backend.plugins import Registry
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    def events() -> EventTracker:
        session = get_db_session()
        return EventTracker(EventStore(session), session, registry.build(AiCalculatorAnalytics).telemetry, utc_now)

    registry.add_service(EventTracker, events)
