"""Groups of routes that objectives and lists speak of, as filters of the names of requests."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from backend.analytics.monitoring.name_filter import NameFilter

EVENT_ROUTES = ("POST /api/analytics/event", "POST /api/analytics/events")
# A stream lasts as long as somebody reads it, and a probe says nothing of what people wait for.
NOT_TIMED = ("/analytics/live/stream", "/api/analytics/health", "/health", "/metrics", "/static/")

API = NameFilter(prefixes=("/api/",), excluded=(*EVENT_ROUTES, *NOT_TIMED))
PAGES = NameFilter(prefixes=("/",), excluded=("/api/", *NOT_TIMED))
EVENTS = NameFilter(prefixes=EVENT_ROUTES)
CALCULATOR = NameFilter(
    prefixes=("/ai-job-impact-calculator", "/result/", "/api/calculator/"), names=("GET /", "POST /")
)
ACCOUNTS = NameFilter(
    prefixes=("/account", "/sign-", "/reset", "/verify/", "/invitation/", "/email/", "/api/v1/auth"), excluded=NOT_TIMED
)
DASHBOARDS = NameFilter(prefixes=("/analytics", "/shared/", "/api/analytics/dashboard"), excluded=NOT_TIMED)
ALL = NameFilter(excluded=NOT_TIMED)

GROUPS: Mapping[str, NameFilter] = MappingProxyType(
    {"api": API, "pages": PAGES, "events": EVENTS, "calculator": CALCULATOR, "all": ALL}
)
