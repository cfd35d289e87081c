"""DASH-6, DASH-8: every row stands beside the same days, hours or instants before, and rows add up to totals."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.analytics.metrics.attribution.models import Model
from backend.analytics.metrics.attribution.service import AttributionQuery, AttributionService
from backend.analytics.metrics.catalogue.query import Query
from backend.analytics.metrics.catalogue.service import CatalogueService
from backend.analytics.metrics.funnel.definition import EventMatch, FunnelQuery
from backend.analytics.metrics.funnel.service import FunnelService
from backend.analytics.metrics.period import Compare, Grain, Period
from tests.sessions_oracle import event, micros
from tests.warehouse_in_memory import InMemory

NOW = datetime(2030, 1, 1, tzinfo=UTC)
ZONE = "America/New_York"
FIRST, LAST = date(2027, 2, 20), date(2029, 3, 10)


def visits():
    """Opens the calculator: on the n-th day of a month n times or so, day and night."""
    day, rows = FIRST, []
    while day <= LAST:
        if (day.month, day.day) < (3, 12):
            noon = datetime.combine(day, datetime.min.time(), ZoneInfo(ZONE)) + timedelta(minutes=30)
            rows += [noon + timedelta(hours=number) for number in range(day.day % 7 + day.year % 5 + 1)]
        day += timedelta(days=1)
    return rows


VISITS = visits()


@pytest.fixture(scope="module")
def warehouse():
    return InMemory([event(f"s{number}", micros(at)) for number, at in enumerate(VISITS)], NOW)


@pytest.fixture
def answer(warehouse):
    return CatalogueService(warehouse, lambda: NOW, timedelta(hours=24)).answer


def asked(first, last, grain, compare=Compare.PREVIOUS_YEAR):
    return Query(("sessions",), Period.between(first, last, ZONE, NOW), grain=grain, compare=compare)


def before(result):
    return {row.keys[0]: row.previous and row.previous["sessions"] for row in result.rows}


PERIODS = [
    (date(2028, 2, 27), date(2028, 3, 2)),
    (date(2028, 2, 29), date(2028, 3, 4)),
    (date(2028, 2, 10), date(2028, 2, 29)),
    (date(2029, 2, 25), date(2029, 3, 3)),
    (date(2029, 2, 20), date(2029, 3, 9)),
]


@pytest.mark.parametrize(("first", "last"), PERIODS)
def test_every_day_stands_beside_the_same_day_a_year_earlier_and_the_29th_of_february_beside_none(answer, first, last):
    result = answer(asked(first, last, Grain.DAY))
    counted = Counter(at.date() for at in VISITS)

    for key, sessions in before(result).items():
        day = date.fromisoformat(key)
        leap = (day.month, day.day) == (2, 29)
        assert sessions == (None if leap else counted[day.replace(year=day.year - 1)])


@pytest.mark.parametrize("grain", Grain)
@pytest.mark.parametrize(("first", "last"), PERIODS)
def test_what_was_a_year_earlier_adds_up_to_its_total_by_every_grain(answer, first, last, grain):
    result = answer(asked(first, last, grain))
    days = {first + timedelta(days=number) for number in range((last - first).days + 1)}
    same = [at for at in VISITS if (at.month, at.day) != (2, 29) and at.date().replace(year=at.year + 1) in days]

    assert sum(filter(None, before(result).values())) == result.before.n == len(same) > 0


@pytest.mark.parametrize("start", [date(2028, 1, 15), date(2028, 2, 20), date(2028, 2, 29)])
def test_a_month_stands_beside_the_same_wherever_the_period_begins(answer, start):
    result = answer(asked(start, date(2028, 3, 9), Grain.MONTH))

    assert before(result)["2028-03-01"] == sum(at.year == 2027 and at.month == 3 and at.day < 10 for at in VISITS)


def test_the_29th_of_february_alone_is_compared_with_nothing(answer):
    result = answer(asked(date(2028, 2, 29), date(2028, 2, 29), Grain.DAY))

    assert (before(result), result.before, result.compared) == ({"2028-02-29": None}, None, None)


@pytest.mark.parametrize("grain", Grain)
@pytest.mark.parametrize("compare", Compare)
def test_spans_that_are_no_whole_days_lose_nothing_either(answer, grain, compare):
    """Ten hours before two in the morning lie on another day."""
    start = datetime(2029, 3, 1, 2, tzinfo=ZoneInfo(ZONE))
    period = Period(start, start + timedelta(hours=10), ZONE)
    result = answer(Query(("sessions",), period, grain=grain, compare=compare))

    other = result.compared
    assert sum(filter(None, before(result).values())) == result.before.n > 0
    assert result.before.n == sum(other.start <= at < other.end for at in VISITS)


def test_funnels_are_compared_with_the_same_calendar_days(warehouse, answer):
    steps = tuple(map(EventMatch.parse, ("ai_calculator_opened", "assessment_submitted")))
    days = asked(date(2029, 2, 25), date(2029, 3, 3), Grain.DAY)
    query = FunnelQuery(days.period, steps, compare=Compare.PREVIOUS_YEAR)
    report = FunnelService(warehouse, lambda: NOW).answer(query)

    assert report.before.steps[0].sessions == answer(days).before.n


def test_hours_cut_short_by_half_hours_hold_what_happened_in_them():
    """On Lord Howe Island clocks are set from 02:00+10:30 to 02:30+11:00, and from 02:00+11:00 to 01:30+10:30."""
    for change, names in (
        (datetime(2026, 10, 3, 15, 30, tzinfo=UTC), ["2026-10-04T01:00:00+10:30", "2026-10-04T02:30:00+11:00"]),
        (datetime(2026, 4, 4, 15, tzinfo=UTC), ["2026-04-05T01:00:00+11:00", "2026-04-05T01:30:00+10:30"]),
    ):
        around = [change - timedelta(minutes=5), change + timedelta(minutes=5)]
        lake = InMemory([event(f"s{number}", micros(at)) for number, at in enumerate(around)], NOW)
        day = around[1].astimezone(ZoneInfo("Australia/Lord_Howe")).date()
        period = Period.between(day, day, "Australia/Lord_Howe", NOW)

        result = CatalogueService(lake, lambda: NOW, timedelta(hours=24)).answer(
            Query(("sessions",), period, grain=Grain.HOUR)
        )

        assert [row.keys[0] for row in result.rows if row.values["sessions"]] == names
        assert [row.keys[0] for row in result.rows] == [hour.isoformat() for hour in period.buckets(Grain.HOUR)]


@pytest.mark.parametrize("model", [Model.LINEAR, Model.MARKOV])
def test_attribution_is_compared_with_the_same_calendar_days(model):
    """An upgrade each day; the 29th of February's is not beside any."""
    days = [datetime(2028, 2, 25, 18, tzinfo=UTC) + timedelta(days=number) for number in range(9)]
    paid = {"price_cents": 100, "currency": "USD"}
    rows = [event(f"s{at:%d%m}", micros(at), "paid_upgrade_clicked", source="mail", **paid) for at in days]
    query = AttributionQuery(Period.between(date(2029, 2, 20), date(2029, 3, 9), ZONE, NOW), model)

    before = AttributionService(InMemory(rows, NOW), lambda: NOW).revenue(replace(query, compare=Compare.PREVIOUS_YEAR))

    assert (before.before.total_cents, before.before.n) == (800, 8)
