"""Measures of the catalogue as gauges, so that operators see the business beside the servers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from backend.analytics.metrics.catalogue.query import Query
from backend.analytics.metrics.catalogue.service import CatalogueService
from backend.analytics.metrics.period import Period
from backend.analytics.monitoring.exposition.gauges import BUSINESS_MEASURES
from backend.analytics.monitoring.readings import Family, Readings
from backend.clock import Clock

DAY = timedelta(days=1)
CONVERSION_RATE = "conversion_rate"
STATSD_CONVERSION_RATE = "ai_calculator.conversion_rate"


class BusinessGauges:
    """Asks the catalogue once, and tells monitoring and StatsD the same."""

    def __init__(
        self, catalogue: CatalogueService, readings: Readings, tell_statsd: Callable[[str, float], None], now: Clock
    ) -> None:
        self._catalogue = catalogue
        self._readings = readings
        self._tell_statsd = tell_statsd
        self._now = now

    def measure(self) -> Mapping[str, float]:
        """The measures of the last 24 hours; one that is unknown, such as a rate of fewer than ten, has no gauge."""
        now = self._now()
        totals = self._catalogue.answer(Query(BUSINESS_MEASURES, Period(now - DAY, now, "UTC"))).totals
        values = {name: float(value) for name, value in totals.values.items() if value is not None}
        for name in values.keys() & set(BUSINESS_MEASURES):
            self._readings.record(Family.BUSINESS, name, values[name])
        if CONVERSION_RATE in values:
            self._tell_statsd(STATSD_CONVERSION_RATE, values[CONVERSION_RATE])
        return values
