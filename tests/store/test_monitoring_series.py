"""Measurements from readings to windows, on both databases."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from sqlalchemy.exc import OperationalError

from backend.analytics.monitoring import route_groups
from backend.analytics.monitoring.flush_payload import packed
from backend.analytics.monitoring.flushing import Flusher, bounded
from backend.analytics.monitoring.folding import Folding
from backend.analytics.monitoring.measured import measured, merged
from backend.analytics.monitoring.models import Level
from backend.analytics.monitoring.readings import Family, Reading, Readings
from backend.analytics.monitoring.spans import Piece
from backend.analytics.monitoring.store import PerformanceStore
from backend.analytics.monitoring.totals import BOUNDS, MOST_NAMES
from backend.analytics.monitoring.windows import ANY, NameFilter, Windows
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

    def fold(self, now=None) -> int:
        self.now = now or self.now
        return self.folding.fold()

    def count(self, since, names=ANY) -> int:
        return self.windows.one(Family.REQUEST, since, self.now, names).count

    def starts(self, level):
        return [row.starts for row in self.store.rows([Piece(level, 0, 2**40)])]


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
    readings = list(traffic(Random(1), NOW - timedelta(days=3), NOW, 600))
    for number in range(6):
        site.flush(readings[number::6], pid=number % 4)
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


def test_hours_days_and_weeks_say_the_same_as_the_minutes_did(site):
    readings = list(traffic(Random(2), NOW - timedelta(hours=47), NOW, 500))
    site.flush(readings)
    site.fold(NOW + timedelta(minutes=1))
    for since in (NOW - timedelta(hours=60), NOW - timedelta(days=89)):
        for names in (ANY, route_groups.API, NameFilter(names=(ROUTES[0],))):
            asked = [r for r in readings if names.includes(r.name)]
            window = site.windows.one(Family.REQUEST, since, site.now, names)
            assert (window.count, window.total) == (len(asked), pytest.approx(sum(r.value for r in asked)))
            by_name = site.windows.by_name(Family.REQUEST, since, site.now, names)
            assert {name: one.count for name, one in by_name.items()} == Counter(r.name for r in asked)
            course = site.windows.course(Family.REQUEST, since, site.now, names)
            assert sum(bucket.window.count for bucket in course if bucket.window) == len(asked)


def test_each_flush_counts_once_even_if_a_fold_dies(site, monkeypatch):
    site.flush([request(NOW, 0.1), request(NOW, 0.2)])
    with monkeypatch.context() as patched:
        patched.setattr(site.session, "commit", lambda: (_ for _ in ()).throw(RuntimeError("killed")))
        with pytest.raises(RuntimeError, match="killed"):
            site.fold()
    site.session.rollback()
    assert [site.fold(), site.fold()] == [1, 0]
    assert site.count(NOW - timedelta(minutes=5)) == 2
    [total] = site.store.totals()
    assert (total.count, total.total) == (2, pytest.approx(0.3))


def test_a_late_flush_belongs_to_the_time_it_was_measured_in(site):
    early = NOW - timedelta(hours=3)
    site.flush([request(NOW, 0.1)])
    site.fold(NOW + timedelta(minutes=2))
    site.flush([request(early, 0.1)], pid=2)
    assert site.fold(NOW + timedelta(minutes=3)) == 1
    hour = site.windows.one(Family.REQUEST, early - timedelta(minutes=5), early + timedelta(minutes=5))
    assert (hour.count, site.count(NOW - timedelta(hours=6)), site.count(NOW - timedelta(days=80))) == (1, 2, 2)


def test_totals_never_go_back_and_count_by_fixed_bounds(site):
    values = [0.0, 0.004, 0.06, 0.06, 1.5, 99.0]
    site.flush([request(NOW, value) for value in values])
    site.fold()
    [first] = site.store.totals()
    assert first.buckets == [sum(value <= bound for value in values) for bound in BOUNDS]
    site.flush([request(NOW, 0.06)], pid=2)
    site.fold(NOW + timedelta(days=100))
    [second] = site.store.totals()
    assert second.count == first.count + 1
    assert all(later >= earlier for later, earlier in zip(second.buckets, first.buckets, strict=True))


def test_minutes_are_thinned_to_hours_and_hours_to_days(site):
    site.flush([request(NOW, 0.1)])
    site.fold(NOW + timedelta(minutes=1))
    for later, kept in (
        (timedelta(hours=47), {Level.MINUTE, Level.HOUR, Level.DAY}),
        (timedelta(hours=49), {Level.HOUR, Level.DAY}),
        (timedelta(days=61), {Level.DAY}),
    ):
        site.now = NOW + later
        site.flush([request(site.now - timedelta(minutes=1), 0.2)])
        site.fold()
        asked = NOW.timestamp()
        rows = {level: site.starts(level) for level in (Level.MINUTE, Level.HOUR, Level.DAY)}
        assert {level for level, starts in rows.items() if asked // level * level in starts} == kept
        assert site.windows.one(Family.REQUEST, NOW, NOW + timedelta(minutes=1)).count == 1


def test_time_without_monitoring_is_a_gap_and_a_quiet_time_is_none(site):
    since = NOW - timedelta(minutes=30)
    beats = [Reading(Family.FLUSH, "write", "ok", 0.01, (since + timedelta(minutes=n)).timestamp()) for n in range(31)]
    quiet = [beat for n, beat in enumerate(beats) if not 10 <= n < 20]
    site.flush([*quiet, request(NOW - timedelta(minutes=2), 0.1)])
    site.fold()
    site.off = [(since + timedelta(minutes=10), since + timedelta(minutes=20))]
    course = site.windows.course(Family.REQUEST, since, NOW)
    counts = [bucket.window.count if bucket.window else None for bucket in course]
    assert counts == [0] * 10 + [None] * 10 + [0] * 8 + [1, 0, 0]
    assert site.windows.one(Family.REQUEST, since, NOW).covered == timedelta(minutes=20, seconds=20)


def test_a_process_that_invents_names_fills_nothing(site):
    site.flush([request(NOW, 0.1, "GET /known")])
    site.fold()
    site.flush(
        [request(NOW, 0.1, f"GET /{number}") for number in range(MOST_NAMES + 50)] + [request(NOW, 0.1, "GET /known")]
    )
    site.fold()
    totals = {total.name: total.count for total in site.store.totals()}
    assert len(totals) == MOST_NAMES + 1
    assert (totals["GET /known"], totals["other"]) == (2, 51)


class Outage:
    """A database that is away while `is_away`."""

    def __init__(self, site):
        self.site, self.is_away = site, False

    def __call__(self, payload):
        if self.is_away:
            raise OperationalError("INSERT", {}, ConnectionError())
        self.site.store.add_flush("host", 1, self.site.now, payload)
        self.site.session.commit()


def test_nothing_is_lost_while_the_database_is_away(site, caplog):
    readings, outage = Readings(), Outage(site)
    flusher = Flusher(readings, outage)
    outage.is_away = True
    for _ in range(3):
        readings.record(Family.JOB, "kind", 0.5)
        assert not flusher.flush()
    outage.is_away = False
    assert flusher.flush()
    site.now = datetime.now(UTC)
    site.fold()
    assert site.windows.one(Family.JOB, site.now - timedelta(minutes=5), site.now).count == 3
    assert len(caplog.records) == 1


def test_what_runs_with_each_flush_runs_whatever_fails(site):
    ran = []
    flusher = Flusher(Readings(), Outage(site))
    flusher.also(lambda: ran[7])
    flusher.also(lambda: ran.append("errors"))
    flusher.flush()
    assert ran == ["errors"]


def test_a_forked_process_writes_nothing_of_its_parent(site):
    readings = Readings()
    readings.record(Family.JOB, "of the parent", 0.5)
    flusher = Flusher(readings, Outage(site))
    flusher.begin()
    readings.record(Family.JOB, "of the child", 0.5)
    flusher.flush()
    site.fold()
    assert {total.name for total in site.store.totals() if total.family == Family.JOB} == {"of the child"}


def test_a_long_outage_costs_detail_before_it_costs_counts():
    long = merged([measured([request(NOW + timedelta(minutes=n), 0.1 * n) for n in range(180)])])
    shorter = bounded(long, most_bytes=180 * 150)
    assert len(shorter) == 4
    assert sum(int(series.columns.counts.sum()) for series in shorter.values()) == 180
    assert len(bounded(long, most_bytes=1_000)) < 4
