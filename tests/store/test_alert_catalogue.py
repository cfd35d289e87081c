"""PERF-4: rules over measures of the catalogue: the same numbers, and a change only beyond noise."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backend.analytics.figures.tiles import TileValue
from backend.analytics.metrics.catalogue.query import Query
from backend.analytics.metrics.catalogue.service import CatalogueService
from backend.analytics.metrics.period import Period
from backend.analytics.monitoring.rules.catalogue import CatalogueValues, _change
from backend.analytics.monitoring.rules.rule import Measure, MeasureSource, Statistic
from backend.analytics.monitoring.rules.shipped import SHIPPED
from backend.plugins import get

DAY = timedelta(days=1)
SESSIONS = Measure(MeasureSource.CATALOGUE, "sessions", Statistic.LATEST)


@pytest.mark.parametrize(
    ("measure", "now", "before", "change"),
    [
        ("conversion_rate", TileValue(0.06, 1000), TileValue(0.10, 1000), -0.4),
        ("conversion_rate", TileValue(0.06, 50), TileValue(0.10, 50), 0.0),  # chance makes as much
        ("sessions", TileValue(400, 400), TileValue(1000, 1000), -0.6),
        ("sessions", TileValue(3, 3), TileValue(6, 6), 0.0),
        ("conversion_rate", TileValue(None, 5), TileValue(0.1, 1000), None),
        ("sessions", TileValue(0, 0), TileValue(0, 0), None),
        ("median_duration", TileValue(10, 1000), TileValue(20, 1000), None),  # nothing says how sure it is
    ],
)
def test_a_change_is_one_only_beyond_noise(measure, now, before, change):
    value = _change(measure, now, before).value
    assert value == (None if change is None else pytest.approx(change))


def test_a_rule_sees_what_the_catalogue_says_of_whole_hours_and_asks_once_an_hour(world_app, world):
    asked = []

    def catalogue():
        asked.append(1)
        return get(CatalogueService)

    now = datetime.now(UTC)
    hour = (now - timedelta(minutes=15)).replace(minute=0, second=0, microsecond=0)
    rule = replace(SHIPPED["visits-fell"], measure=SESSIONS, window=3 * DAY)
    values = CatalogueValues(catalogue, "UTC")

    [observed] = values.of(rule, now)
    values.of(rule, now + timedelta(seconds=10))

    result = get(CatalogueService).answer(Query(("sessions",), Period(hour - 3 * DAY, hour, "UTC")))
    assert observed.value == observed.n == result.totals.values["sessions"] > 0
    assert len(asked) == 1


def test_what_the_lake_does_not_hold_yet_is_not_known(world_app, world):
    rule = replace(SHIPPED["visits-fell"], measure=SESSIONS)
    values = CatalogueValues(lambda: get(CatalogueService), "UTC")

    [observed] = values.of(rule, datetime.now(UTC) + DAY)

    assert observed.value is None
