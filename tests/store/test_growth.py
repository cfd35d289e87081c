"""PERF-3a: how tables and disks grow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from backend.analytics.monitoring.flush_payload import packed
from backend.analytics.monitoring.folding import Folding
from backend.analytics.monitoring.growth import Growth, StorageGrowth
from backend.analytics.monitoring.measured import measured
from backend.analytics.monitoring.readings import Family, Reading
from backend.analytics.monitoring.store import PerformanceStore
from backend.analytics.monitoring.windows import Windows
from backend.database import get_db_session

MIB = 1 << 20


@pytest.mark.parametrize("now", [datetime(2026, 11, 30, 23, 3, tzinfo=UTC), datetime(2026, 12, 1, 0, 22, tzinfo=UTC)])
def test_sizes_of_a_month_tell_growth_and_when_a_disk_is_full(app, now):
    """A megabyte a day; a disk that fills by half a percent a day, from 60 to 75."""
    with app.app_context():
        store = PerformanceStore(get_db_session())
        for day in range(29, -1, -1):
            at = (now - timedelta(days=day)).timestamp()
            gauges = {"table_bytes:events": (100 - day) * MIB, "disk_percent:/": 75 - day / 2, "table_bytes:jobs": MIB}
            readings = [Reading(Family.HOST, name, "web-1", value, at) for name, value in gauges.items()]
            store.add_flush("web-1", 1, now, packed(measured(readings)))
        Folding(store, get_db_session(), lambda: now).fold()
        growth = StorageGrowth(Windows(store, lambda _since, _until: [], lambda: now), lambda: now)

        (events, jobs), [disk] = growth.of_month()

    assert (events.name, events.latest, jobs.name, jobs.grown) == ("events", 100 * MIB, "jobs", 0)
    assert events.grown / events.days == pytest.approx(MIB)
    assert disk.name == "/"
    assert disk.days_to_full == pytest.approx(30)


@pytest.mark.parametrize(
    ("growth", "days"),
    [
        (Growth("/", 95, 20, 9), 0),
        (Growth("/", 50, 50, 9), None),
        (Growth("/", 50, 60, 9), None),
        (Growth("/", 50, 50, 0), None),
        (Growth("/", 80, 70, 5), 5),
    ],
)
def test_a_disk_is_full_at_90_percent(growth, days):
    assert growth.days_to_full == days
