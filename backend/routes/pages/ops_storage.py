"""What the page of operations says of tables, connections, and disks."""

from __future__ import annotations

from datetime import datetime, timedelta

from backend.analytics.monitoring.growth import StorageGrowth
from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.windows import Windows
from backend.dashboards.ops.lists import ShownTables, tables
from backend.plugins import get

LATELY = timedelta(hours=2)


def storage(now: datetime) -> ShownTables | None:
    windows = get(Windows).by_name(Family.HOST, now - LATELY, now)
    latest = {name: window.latest for name, window in windows.items() if window.latest is not None}
    return tables(get(StorageGrowth).of_month(), latest)
