"""Measurements from readings to windows, on both databases."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from backend.analytics.monitoring.flush_payload import packed
from backend.analytics.monitoring.folding import Folding
from backend.analytics.monitoring.measured import measured
from backend.analytics.monitoring.models import Level
from backend.analytics.monitoring.readings import Family, Reading
from backend.analytics.monitoring.store import PerformanceStore
from backend.analytics.monitoring.windows import Windows
from backend.database import get_db_session

NOW = datetime(2026, 11, 21, 15, 30, 20, tzinfo=UTC)
ROUTES = ("GET /jobs/<slug>", "GET /api/calculator/occupations", "POST /api/analytics/event")


class Site:
    """A database whose clock the test sets."""

    def __init__(self) -> None:
        self.now = NOW
        self.off = []
        self.session = get_db_session()
        self.store = PerformanceStore(self.session)
        self.folding = Folding(self.store, self.session, lambda: self.now)
        self.windows = Windows(self.store, lambda since, until: self.off, lambda: self.now)

    def flush(self, readings, pid=1) -> None:
        self.store.add_flush("host", pid, self.now, packed(measured(readings)))
        self.session.commit()

    def levels(self):
        found = defaultdict(set)
        for level in Level:
            rows = (
                self.store.at(
                    level,
                    range(int((self.now - timedelta(days=3)).timestamp()) // 60 * 60, int(self.now.timestamp()), 60),
                )
                if level < Level.HOUR
                else []
            )
            found[level] = {row.starts for row in rows}
        return found


@pytest.fixture
def site(any_app):
    with any_app.app_context():
        yield Site()


def request(at, seconds, name=ROUTES[0], outcome="2xx"):
    return Reading(Family.REQUEST, name, outcome, seconds, at.timestamp())


def traffic(random, since, until, many):
    span = (until - since).total_seconds()
    for _ in range(many):
        at = since + timedelta(seconds=random.random() * span)
        yield request(at, random.lognormvariate(-3, 1), random.choice(ROUTES), random.choice(["2xx"] * 9 + ["5xx"]))


def test_a_window_says_what_was_recorded_in_it(site):
    readings = list(traffic(Random(1), NOW - timedelta(days=3), NOW, 3_000))
    for number in range(12):
        site.flush(readings[number::12], pid=number % 4)
        if number % 3:
            site.folding.fold()
    for since in (NOW - timedelta(minutes=45), NOW - timedelta(hours=20), NOW - timedelta(hours=70)):
        window = site.windows.one(Family.REQUEST, since, NOW)
        first = floored(since)
        inside = [r for r in readings if r.at >= first.timestamp()]
        assert window.count == len(inside)
        assert window.failed == sum(r.outcome == "5xx" for r in inside)
        assert window.total == pytest.approx(sum(r.value for r in inside))
        assert window.maximum == pytest.approx(max(r.value for r in inside))
        exact = sorted(r.value for r in inside)[int(0.95 * (len(inside) - 1))]
        assert window.quantile(0.95) == pytest.approx(exact, rel=0.01)


def floored(since):
    """To the minute, and beyond 48 hours to the hour, as the rows are kept."""
    minute = since.replace(second=0)
    return minute if NOW - since <= timedelta(hours=48) else minute.replace(minute=0)
