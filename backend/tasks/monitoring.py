from __future__ import annotations

from backend.analytics.monitoring.business import BusinessGauges
from backend.analytics.monitoring.folding import Folding
from backend.plugins import get


def fold() -> None:
    get(Folding).fold()


def measure_business() -> None:
    get(BusinessGauges).measure()
