"""Measures of the catalogue as gauges, so that operators see the business beside the servers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from backend.analytics.metrics.catalogue.query import Query
from backend.analytics.metrics.catalogue.service import CatalogueService
from backend.analytics.metrics.period import Period
from backend.analytics.monitoring.exposition.gauges import BUSINESS_MEASURES
from backend.analytics.monitoring.readings import Family, Readings
from backend.clock import Clock

DAY = timedelta(days=1)


class BusinessGauges:
    """Asks the catalogue, so that gauges and dashboards cannot disagree."""

    def __init__(self, catalogue: CatalogueService, readings: Readings, now: Clock) -> None:
        self._catalogue = catalogue
        self._readings = readings
        self._now = now

    def measure(self) -> Mapping[str, float]:
        """The measures of the last 24 hours; one that is unknown, such as a rate of fewer than ten, has no gauge."""
        now = self._now()
        totals = self._catalogue.answer(Query(BUSINESS_MEASURES, Period(now - DAY, now, "UTC"))).totals
        known = {name: float(value) for name in BUSINESS_MEASURES if (value := totals.values[name]) is not None}
        for name, value in known.items():
            self._readings.record(Family.BUSINESS, name, value)
        return known
