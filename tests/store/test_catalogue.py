"""DASH-2, DASH-8: the catalogue's numbers are those of plain loops, on both engines."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.analytics.metrics.catalogue.measures import MEASURES, Relation
from backend.analytics.metrics.catalogue.query import Filter, Operator, Query
from backend.analytics.metrics.catalogue.service import CatalogueService
from backend.analytics.metrics.comparison import Comparison
from backend.analytics.metrics.period import Compare, Grain, Period
from backend.analytics.warehouse.question import compiled
from backend.clock import utc_now
from tests.catalogue_oracle import key, moment, of_sessions, rows_by, within

WINDOW = timedelta(hours=30)
LONG_AFTER = datetime(2027, 6, 1, tzinfo=UTC)
OF_SESSIONS = tuple(name for name, measure in MEASURES.items() if measure.source is Relation.SESSIONS)
PARTS = {part for name in OF_SESSIONS for part in MEASURES[name].parts}
TOGETHER = tuple(name for name in OF_SESSIONS if name not in PARTS)
RATES = ("offer_rate", "conversion_rate")
BREAKDOWNS = [
    (None, ()),
    (None, ("risk_level", "country")),
    (Grain.HOUR, ()),
    (Grain.DAY, ("source",)),
    (None, ("landing_page", "browser", "os")),
    (Grain.WEEK, ("major_group", "first_seen_week")),
    (Grain.MONTH, ("job_title", "source", "medium")),
]


@pytest.fixture
def now():
    return utc_now()


@pytest.fixture
def catalogue(warehouse, now):
    return CatalogueService(warehouse, lambda: now, WINDOW)


def found(result):
    return {row.keys: row.values for row in result.rows}


def same(values, expected):
    return all(
        values[name] is None if expected[name] is None else values[name] == pytest.approx(expected[name], rel=1e-12)
        for name in values
    )


@pytest.mark.parametrize(("grain", "dimensions"), BREAKDOWNS)
def test_every_measure_by_every_kind_of_key_is_that_of_its_definition(catalogue, visits, periods, grain, dimensions):
    everybody = [visit for visit in visits if not visit["is_bot"]]
    for period in periods:
        rows = within(period, visits, "started_at")
        result = catalogue.answer(Query(TOGETHER, period, dimensions, grain=grain, limit=10_000))
        expected = rows_by(rows, "started_at", grain, dimensions, period.timezone)
        values = found(result)

        assert set(values) >= set(expected)
        for keys, row in values.items():
            assert same(row, of_sessions(expected.get(keys, []), everybody, WINDOW))
            assert all(row[name] is None or 0 <= row[name] <= 1 for name in RATES if name in row)
        assert same(result.totals.values, of_sessions(rows, everybody, WINDOW))
        assert result.totals.n == len(rows)
        assert {*result.totals.values} == {*OF_SESSIONS}


def contains(value, *parts):
    return any(part in (value or "").lower() for part in parts)


FILTERS = [
    (Filter("source", Operator.EQ, ("search",)), lambda row: row["source"] == "search"),
    (Filter("source", Operator.EQ, ("",)), lambda row: row["source"] is None),
    (Filter("source", Operator.NE, ("search",)), lambda row: row["source"] != "search"),
    (Filter("source", Operator.IN, ("mail", "")), lambda row: row["source"] in ("mail", None)),
    (Filter("country", Operator.NOT_IN, ("US", "")), lambda row: row["country"] == "IN"),
    (Filter("job_title", Operator.CONTAINS, ("c++",)), lambda row: "C++" in (row["job_title"] or "")),
    (Filter("job_title", Operator.CONTAINS, ("NURS",)), lambda row: row["job_title"] == "Nurse"),
    (Filter("job_title", Operator.CONTAINS, ("%",)), lambda _: False),
    (Filter("job_title", Operator.CONTAINS, ("nurs", "C++")), lambda row: contains(row["job_title"], "nurs", "c++")),
    (Filter("source", Operator.NOT_IN, ("search",)), lambda row: row["source"] != "search"),
    (Filter("source", Operator.NOT_IN, ("search", "")), lambda row: row["source"] not in ("search", None)),
    (Filter("source", Operator.NOT_IN, ("",)), lambda row: row["source"] is not None),
    (Filter("risk_level", Operator.IS_NULL), lambda row: row["risk_level"] is None),
    (Filter("risk_level", Operator.NOT_NULL), lambda row: row["risk_level"] is not None),
    (Filter("major_group", Operator.EQ, ("29",)), lambda row: key(row, "major_group") == "29"),
    (Filter("first_seen_month", Operator.EQ, ("2026-03",)), lambda row: row["first_seen_month"] == "2026-03"),
    (Filter("source", Operator.EQ, ("' OR 1=1 --",)), lambda _: False),
    (Filter("source", Operator.IN, ("\\", "8111000000000000999", "text 0 of the question")), lambda _: False),
]


def test_filters_keep_what_they_say(catalogue, visits, periods):
    rows = within(periods[3], visits, "started_at")
    for chosen, keeps in FILTERS:
        result = catalogue.answer(Query(("sessions", "revenue"), periods[3], filters=(chosen,)))

        assert same(result.totals.values, of_sessions([row for row in rows if keeps(row)], (), WINDOW))


def test_another_text_of_a_filter_is_asked_for_without_being_compiled(catalogue, visits, periods):
    def sessions_from(source):
        filters = (Filter("source", Operator.EQ, (source,)),)
        return catalogue.answer(Query(("sessions",), periods[3], filters=filters)).totals.n

    sources = Counter(row["source"] for row in within(periods[3], visits, "started_at"))
    search = sessions_from("search")
    before = compiled.cache_info().misses

    assert (search, sessions_from("mail")) == (sources["search"], sources["mail"])
    assert sources["search"] != sources["mail"]
    assert compiled.cache_info().misses == before


def test_rows_come_in_the_order_asked_for_and_say_when_there_are_more(catalogue, periods):
    query = Query(("sessions", "conversion_rate"), periods[3], ("source", "country"), order="-sessions", limit=3)
    result = catalogue.answer(query)
    counts = [row.values["sessions"] for row in result.rows]

    assert len(counts) == 3
    assert counts == sorted(counts, reverse=True)
    assert result.more


def test_robots_count_on_request_only(catalogue, visits, periods):
    with_robots = catalogue.answer(Query(("sessions",), periods[3], bots=True)).totals.n

    assert with_robots == len(within(periods[3], visits, "started_at", bots=True))
    assert with_robots > catalogue.answer(Query(("sessions",), periods[3])).totals.n


def test_one_sum_has_one_currency_and_the_others_are_named(catalogue, visits, periods):
    result = catalogue.answer(Query(("revenue",), periods[3], currency="EUR"))

    assert result.currencies == ("EUR", "USD")
    assert same(result.totals.values, of_sessions(within(periods[3], visits, "started_at"), (), WINDOW, "EUR"))


@pytest.mark.parametrize("compare", Compare)
def test_what_is_compared_is_the_answer_about_the_other_period(catalogue, periods, now, compare):
    period = periods[0]
    result = catalogue.answer(Query(("sessions", "upgrades"), period, ("source",), grain=Grain.DAY, compare=compare))
    other = catalogue.answer(
        Query(("sessions", "upgrades"), period.preceding(compare, now), ("source",), grain=Grain.DAY)
    )

    assert result.compared == period.preceding(compare, now)
    assert result.before == other.totals
    days = dict(zip(result.query.period.buckets(Grain.DAY), other.query.period.buckets(Grain.DAY), strict=True))
    earlier = found(other)
    for row in result.rows:
        day = next(then for now, then in days.items() if now.isoformat() == row.keys[0])
        assert row.previous == earlier.get((day.isoformat(), *row.keys[1:]), {"sessions": 0, "upgrades": 0})


def test_totals_alone_are_compared_too(catalogue, periods):
    query = Query(("sessions", "revenue"), periods[0], compare=Compare.PREVIOUS_PERIOD)
    result = catalogue.answer(query)

    assert [row.previous for row in result.rows] == [result.before.values]
    assert result.before.values["sessions"] > 0


@pytest.mark.parametrize("grain", [Grain.WEEK, Grain.MONTH])
def test_weeks_and_months_are_compared_day_by_day_so_that_none_is_lost(catalogue, grain):
    period = Period.between(date(2026, 3, 8), date(2026, 3, 10), "America/New_York", LONG_AFTER)
    result = catalogue.answer(Query(("sessions",), period, grain=grain, compare=Compare.PREVIOUS_PERIOD))

    assert result.compared.first_day == date(2026, 3, 5)
    assert sum(row.previous["sessions"] for row in result.rows) == result.before.values["sessions"] > 0
    if grain is Grain.WEEK:
        sunday_then = Period.between(date(2026, 3, 5), date(2026, 3, 5), "America/New_York", LONG_AFTER)
        first = result.rows[0]
        assert first.keys == ("2026-03-02",)
        assert first.previous["sessions"] == catalogue.answer(Query(("sessions",), sunday_then)).totals.n


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 3, 9)])
def test_hours_are_compared_by_the_clock_and_none_is_lost_where_clocks_are_set(catalogue, visits, day):
    """At two in the morning of the eighth it was three."""
    zone, period = ZoneInfo("America/New_York"), Period.between(day, day, "America/New_York", LONG_AFTER)

    result = catalogue.answer(Query(("sessions",), period, grain=Grain.HOUR, compare=Compare.PREVIOUS_PERIOD))

    began = Counter(
        moment(row["started_at"]).astimezone(zone).hour for row in within(result.compared, visits, "started_at")
    )
    if day.day == 8:
        began[3] += began.pop(2, 0)
    assert {
        int(row.keys[0][11:13]): row.previous["sessions"]
        for row in result.rows
        if row.previous and row.previous["sessions"]
    } == began
    assert [row.keys[0][11:13] for row in result.rows if row.previous is None] == (["02"] if day.day == 9 else [])
    assert result.before.values["sessions"] == began.total() > 0


@pytest.mark.parametrize("clocks_set", [date(2026, 10, 4), date(2026, 4, 5)])
def test_every_hour_stands_beside_one_of_its_name_wherever_clocks_are_set(clocks_set):
    for day in (clocks_set, clocks_set + timedelta(days=1)):
        period = Period.between(day, day, "Australia/Sydney", LONG_AFTER)
        compared = period.preceding(Compare.PREVIOUS_PERIOD, LONG_AFTER)
        beside = Comparison(period, compared, Compare.PREVIOUS_PERIOD).hours()

        assert {*beside} == {hour.isoformat() for hour in compared.buckets(Grain.HOUR)}
        assert {now[11:13] for then, now in beside.items() if then[11:13] != now[11:13]} <= {"03"}


def test_what_there_is_no_more_stands_last_with_what_it_was(catalogue):
    nothing_now = Period.between(date(2027, 3, 6), date(2027, 3, 9), "UTC", LONG_AFTER)
    result = catalogue.answer(Query(("sessions",), nothing_now, ("source",), compare=Compare.PREVIOUS_YEAR))

    assert sum(row.previous["sessions"] for row in result.rows) == result.before.values["sessions"] > 0
    assert {row.values["sessions"] for row in result.rows} == {0}
    assert len({row.keys for row in result.rows}) == len(result.rows) > 1


def test_what_is_not_over_is_compared_with_as_much_of_the_other_and_has_no_rows_to_come(catalogue, now):
    today = now.astimezone(ZoneInfo("Asia/Tehran")).date()
    period = Period.between(today - timedelta(days=1), today + timedelta(days=3), "Asia/Tehran", now)
    query = Query(("sessions",), period, grain=Grain.DAY, compare=Compare.PREVIOUS_PERIOD)
    result = catalogue.answer(query)
    other = period.preceding(query.compare, now)

    assert other.end - other.start == now.replace(second=0, microsecond=0) - period.start
    assert result.before == catalogue.answer(Query(("sessions",), other)).totals
    assert [row.keys for row in result.rows] == [(f"{day}",) for day in (today - timedelta(days=1), today)]


def test_events_are_counted_beside_sessions(catalogue, events, periods):
    result = catalogue.answer(Query(("events", "sessions"), periods[3], ("country",), grain=Grain.DAY))
    counted = rows_by(within(periods[3], events, "timestamp"), "timestamp", "day", ("country",), periods[3].timezone)

    assert {keys: row["events"] for keys, row in found(result).items() if row["events"]} == {
        keys: len(rows) for keys, rows in counted.items()
    }
    alone = catalogue.answer(Query(("sessions",), periods[3], ("country",), grain=Grain.DAY))
    assert {keys: row["sessions"] for keys, row in found(result).items() if row["sessions"]} == {
        keys: row["sessions"] for keys, row in found(alone).items()
    }


def test_totals_of_questions_over_the_same_visits_are_counted_once(warehouse, now, periods):
    period, only = periods[3], (Filter("country", Operator.EQ, ("US",)),)
    queries = [
        Query(("sessions", "visitors"), period, grain=Grain.DAY, compare=Compare.PREVIOUS_PERIOD),
        Query(("conversion_rate", "events"), period, ("device",), compare=Compare.PREVIOUS_PERIOD),
        Query(("upgrades",), period, ("source",), filters=only),
    ]
    one_by_one, at_once = Overheard(warehouse), Overheard(warehouse)

    each = [CatalogueService(one_by_one, lambda: now, WINDOW).answer(query) for query in queries]
    together = CatalogueService(at_once, lambda: now, WINDOW).answers(queries)

    assert [replace(result, as_of=now) for result in together] == [replace(result, as_of=now) for result in each]
    # The second's totals of visits are in those of the first, now and before.
    assert len(at_once.asked) == len(one_by_one.asked) - 2


class Overheard:
    """A warehouse, and the different questions it was asked."""

    def __init__(self, warehouse):
        self.warehouse, self.asked = warehouse, set()

    def ask(self, question, **values):
        self.asked.add((question.name, *sorted(values.items())))
        return self.warehouse.ask(question, **values)
