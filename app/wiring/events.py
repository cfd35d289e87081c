from __future__ import annotations

from backend.analytics.ai_calculator_analytics import AiCalculatorAnalytics
from backend.analytics.events.landing.group import GroupCommit
from backend.analytics.events.service import EventTracker
from backend.clock import utc_now
from backend.plugins import Registry
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    def events() -> EventTracker:
        return EventTracker(registry.build(GroupCommit), registry.build(AiCalculatorAnalytics).telemetry, utc_now)

    registry.add_service(EventTracker, events)
