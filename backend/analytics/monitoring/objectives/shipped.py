"""The objectives that Mingus ships with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from backend.analytics.monitoring.objectives.objective import Objective
from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.route_groups import ALL, API, PAGES

_SHIPPED = (
    Objective("availability", "99.9% of requests get no server error", Family.REQUEST, 0.999, names=ALL),
    Objective("page-speed", "95% of pages take less than 200 ms", Family.REQUEST, 0.95, slowest=0.2, names=PAGES),
    Objective("api-speed", "95% of API requests take less than 100 ms", Family.REQUEST, 0.95, slowest=0.1, names=API),
    Objective("query-speed", "95% of queries take less than 100 ms", Family.QUERY, 0.95, slowest=0.1),
    Objective(
        "errors", "Less than 0.1% of requests fail in a week", Family.REQUEST, 0.999, names=ALL,
        window=timedelta(days=7),
    ),
    Objective("calculator-speed", "95% of calculators load in less than 3 s", Family.CALCULATOR_LOAD, 0.95, slowest=3),
    Objective("alert-delivery", "99% of alerts are delivered within 5 minutes", Family.ALERT, 0.99, slowest=300),
)  # fmt: skip
OBJECTIVES: Mapping[str, Objective] = MappingProxyType({objective.id: objective for objective in _SHIPPED})
