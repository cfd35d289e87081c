"""What StatsD is told of readings: few names, units in them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from backend.analytics.monitoring.readings import Family, Readings
from backend.analytics.monitoring.route_groups import GROUPS
from backend.analytics.telemetry import Telemetry

LOAD_TIME, CONVERSION_RATE = (
    "ai_calculator.load_time",
    "ai_calculator.conversion_rate",
)  # as founded
DISJOINT = ("events", "api", "pages")  # of the groups of routes; the calculator's routes are in the last two
UNKNOWN = "unknown"
OUTCOMES = {
    Family.JOB: "mingus.job.milliseconds",
    Family.EMAIL: "mingus.email.milliseconds",
    Family.OUTBOUND: "mingus.outbound.milliseconds",
}


class ReportedReadings(Readings):
    """Readings that StatsD hears of too. `telemetry` is asked when something is measured, since it is built later."""

    def __init__(self, telemetry: Callable[[], Telemetry]) -> None:
        super().__init__()
        self._telemetry = telemetry

    def record(self, family: Family, name: str, value: float, outcome: str = "ok") -> None:
        super().record(family, name, value, outcome)
        if not self.is_on:
            return
        if family is Family.BUSINESS:
            if name == "conversion_rate":
                self._telemetry().gauge(CONVERSION_RATE, value)
            return
        timer = timer_of(family, name, outcome)
        if timer is not None:
            self._telemetry().timing(timer, value)


@lru_cache(maxsize=2000)
def timer_of(family: Family, name: str, outcome: str) -> str | None:
    """The name under which StatsD times such a reading; None for most."""
    if family is Family.CALCULATOR_LOAD:
        return LOAD_TIME
    if family is Family.REQUEST:
        if "/" not in name:
            return f"mingus.request.milliseconds.{UNKNOWN}.{outcome}"
        group = next((group for group in DISJOINT if GROUPS[group].includes(name)), None)
        return None if group is None else f"mingus.request.milliseconds.{group}.{outcome}"
    return f"{OUTCOMES[family]}.{outcome}" if family in OUTCOMES else None
