from __future__ import annotations

from backend.analytics.ai_calculator_analytics import AiCalculatorAnalytics
from backend.analytics.events.landing.group import GroupCommit
from backend.analytics.events.service import EventTracker
from backend.analytics.monitoring.browsers import BrowserReadings
from backend.analytics.monitoring.readings import Readings
from backend.clock import utc_now
from backend.plugins import Registry
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    browsers = BrowserReadings(registry.build(Readings))

    def events() -> EventTracker:
        telemetry = registry.build(AiCalculatorAnalytics).telemetry
        return EventTracker(registry.build(GroupCommit), telemetry, utc_now, browsers.take)

    registry.add_service(EventTracker, events)
