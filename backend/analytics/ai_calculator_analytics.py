"""The analytics plugin: takes events in and reports them to StatsD."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from backend.analytics.events.event import UNKNOWN, Event, Sender
from backend.analytics.events.service import EventTracker, Recorded
from backend.analytics.telemetry import NullTelemetry, Telemetry, telemetry_for
from backend.plugins import Health, current, get

if TYPE_CHECKING:
    from flask import Flask


class AiCalculatorAnalytics:
    """Owns this process's connection to StatsD."""

    name = "ai_calculator_analytics"

    def __init__(self) -> None:
        self.telemetry: Telemetry = NullTelemetry()

    def init_app(self, app: Flask) -> None:
        self.telemetry = telemetry_for(
            app.config["STATSD_HOST"], app.config["STATSD_PORT"], app.config["STATSD_PROTOCOL"]
        )

    def start(self) -> None:
        self.telemetry.start()

    def stop(self) -> None:
        self.telemetry.stop()

    def health(self) -> Health:
        return self.telemetry.health()

    def record(self, events: Sequence[Event], sender: Sender = UNKNOWN) -> Recorded:
        """Store events, each once; durable when this returns."""
        return get(EventTracker).record(events, sender)


ai_calculator_analytics = current(AiCalculatorAnalytics)
