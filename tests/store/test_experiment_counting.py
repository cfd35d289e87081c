"""EXP-4: what an experiment counts is what plain loops over its units count, on both engines."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from backend.analytics.events.names import EventName
from backend.analytics.experiments.counting import Counting, CountQuery
from backend.analytics.experiments.definition import (
    Experiment,
    ExperimentConfig,
    ExperimentStatus,
    ExperimentUnit,
    TestType,
    Variant,
)
from backend.analytics.experiments.unit_measures import UNIT_MEASURES
from backend.analytics.metrics.catalogue.query import Filter, Operator, Query
from backend.analytics.metrics.catalogue.service import CatalogueService
from backend.analytics.metrics.funnel.definition import FunnelQuery
from backend.analytics.metrics.funnel.service import FunnelService
from backend.analytics.metrics.period import Period
from tests.catalogue_oracle import moment
from tests.experiment_oracle import counted, day_of, standing_of, units_of, variants_of
from tests.landing_rows import landing_row
from tests.sessions_oracle import COLUMNS, sessions

START = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)  # clocks in New York are set forward six days later
STOP = START + timedelta(days=12)
ZONE = "America/New_York"
FOLLOWED = timedelta(hours=30)
MEASURES = ("opened", "revenue", "leads", "conversion_rate", "bounce_rate", "completion_rate")
OF_EVENTS = ("upgrades", "offer_visitors", "plan_visitors", "revenue_per_upgrade", "offer_rate")
WAY = (
    EventName.CALCULATOR_OPENED, EventName.ASSESSMENT_SUBMITTED, EventName.OFFER_VIEWED, EventName.UPGRADE_CLICKED,
    "lead_captured", "web_vitals",
)  # fmt: skip


def exposure(random, unit, at, **data):
    """An exposure as the server writes it; its keys in any order, as a database may give them back."""
    row = {
        "visitor": f"v{random.randrange(60)}",
        "user": f"u{random.randrange(25)}",
        "session": f"v{random.randrange(60)}",
    }
    key = {"user": "user_id", "visitor": "visitor_id", "session": "visitor_id"}[unit]
    columns = {key: row[unit]}
    if unit == "session" and random.random() < 0.4:
        key, columns = "session_id", {}
        data |= {"session": f"s{random.randrange(200)}"}
    number = int(row[unit][1:])
    variant = random.choice("abz") if random.random() < 0.1 else "ab"[number % 2]
    data = {"experiment": f"{unit}-test", "phase": 1, "variant": variant, "unit": unit, "unit_key": key} | data
    data |= {"propensity": 0.5, "weights_version": 1 if at < START + timedelta(days=4) else 2}
    return landing_row(
        session_id="mingus-server-experiments", event_type="experiment_exposed", timestamp=at,
        event_data=dict(random.sample(sorted(data.items()), len(data))), is_bot=random.random() < 0.08,
        country=["US", "IN", None][number % 3], **columns,
    )  # fmt: skip


def visit(random, number):
    """What one stream sends: some way through the calculator, perhaps signed in, perhaps with a click or two."""
    at = START - timedelta(days=16) + timedelta(seconds=random.randrange(30 * 86_400))
    visitor = random.randrange(60)
    who = {
        "session_id": f"s{number}",
        "visitor_id": None if random.random() < 0.1 else f"v{visitor}",
        "user_id": f"u{visitor % 25}" if random.random() < 0.3 or visitor in (3, 4) else None,
        "is_bot": number % 13 == 0,
    }
    for name in random.choices(WAY, k=random.randrange(1, 9)):
        price = {"price_cents": random.choice([900, 4_900]), "currency": random.choice(["USD", "USD", "EUR"])}
        price |= random.choice([{}, {"offer": "plus"}])
        yield landing_row(**who, event_type=name, timestamp=at, event_data=price if name == WAY[3] else {})
        at += timedelta(microseconds=random.choice([0, 61_500_000, 1_800_000_001]))


@pytest.fixture(scope="module")
def landing():
    random = Random(16)
    rows = [row for number in range(200) for row in visit(random, number)]
    for unit in ("user", "visitor", "session"):
        for _ in range(90):
            at = START - timedelta(days=1) + timedelta(seconds=random.randrange(15 * 86_400))
            rows.append(exposure(random, unit, at))
        rows.append(exposure(random, unit, START + timedelta(days=1), phase=2))
        rows.append(exposure(random, unit, START, experiment="another"))
    rows.append(exposure(random, "visitor", START) | {"session_id": "somebody-else"})
    for row in rows:
        row["event_id"] = UUID(int=random.getrandbits(128))
    return [dict.fromkeys(("visitor_id", "user_id", "country"), None) | row for row in rows]


@pytest.fixture(scope="module")
def told(events):
    """Events with their properties, and sessions with instants."""
    rows = [row | {"data": json.loads(row["event_data"])} for row in events]
    visits = [dict(zip(COLUMNS, row, strict=True)) for row in sessions(events)]
    return rows, [row | {name: moment(row[name]) for name in ("started_at", "ended_at")} for row in visits]


def experiment(unit, window=None):
    variants = (Variant("a", "A", 0.5), Variant("b", "B", 0.5))
    config = ExperimentConfig(
        "Test", TestType.CUSTOM, "Because", ExperimentUnit(unit), variants, "upgrades", "s", conversion_window=window
    )
    return Experiment(f"{unit}-test", config, ExperimentStatus.RUNNING, 1, (), START, START, START)


def query(unit, window=None, until=STOP, names=MEASURES, **options):
    measures = tuple(UNIT_MEASURES[name] for name in names)
    return CountQuery(experiment(unit, window), measures, START, until, ZONE, with_before=True, **options)


def as_told(result, name, variant, days=100):
    """The sums of one measure, at the end of a day, under the oracle's names."""
    measure, sums = UNIT_MEASURES[name], result.sums(variant, lambda row: row.day < days)
    y, x = (f"{letter}{result.place(measure.numerator)}" for letter in "yx")
    values = {
        "n": sums.n,
        "y": sums.of(y),
        "yy": sums.of(y, y),
        "x": sums.of(x),
        "xx": sums.of(x, x),
        "xy": sums.of(x, y),
    }
    if measure.denominator:
        d = f"y{result.place(measure.denominator)}"
        values |= {"d": sums.of(d), "dd": sums.of(d, d), "yd": sums.of(y, d)}
    return values


@pytest.mark.parametrize(
    ("warehouse", "unit", "window", "names"),
    [
        ("duckdb", "user", None, MEASURES),
        ("duckdb", "visitor", None, OF_EVENTS),
        ("duckdb", "session", None, MEASURES),
        ("duckdb", "visitor", timedelta(hours=60), (*OF_EVENTS, "session_events")),
        ("clickhouse", "visitor", None, OF_EVENTS),
        ("clickhouse", "session", timedelta(hours=60), ("sessions",)),
    ],
    indirect=["warehouse"],
)
def test_every_sum_is_that_of_plain_loops_over_the_units(warehouse, told, unit, window, names):
    units = units_of(f"{unit}-test", *told, START, STOP)
    standings, expected = counted(units, names, STOP, window, FOLLOWED)

    result = Counting(warehouse, FOLLOWED).count(query(unit, window, names=names))

    assert Counter({str(name): n for name, n in result.standings.items()}) == standings
    assert all(standings[reason] for reason in ("crossed", "bot", *(["immature"] if window else [])))
    for (name, variant), sums in expected.items():
        values = as_told(result, name, variant)
        assert values == pytest.approx({key: sums[key] for key in values}), (name, variant)
    assert result.units() == {variant: expected[names[0], variant]["n"] for variant in result.units()}


@pytest.mark.parametrize(
    ("warehouse", "window"),
    [("duckdb", None), ("duckdb", timedelta(hours=60))],
    indirect=["warehouse"],
)
def test_the_sums_of_the_rows_up_to_a_day_are_those_at_its_end(warehouse, told, window):
    names = ("conversion_rate", "revenue")
    units = units_of("visitor-test", *told, START, STOP)
    kept = {key: unit for key, unit in units.items() if standing_of(unit, STOP, window) == "counted"}

    result = Counting(warehouse, FOLLOWED).count(query("visitor", window, names=names))

    for days in (3, 7, 10):
        end = START + timedelta(days=days, hours=-1 if days >= 6 else 0)
        entered = {key: unit for key, unit in kept.items() if unit.at + (window or timedelta()) < end}
        _, expected = counted(entered, names, end, window, FOLLOWED)
        for (name, variant), sums in expected.items():
            values = as_told(result, name, variant, days)
            assert values == pytest.approx({key: sums[key] for key in values}), (days, name, variant)


def test_units_are_counted_by_segment_weights_and_day_of_their_first_exposure(warehouse, told):
    units = units_of("visitor-test", *told, START, STOP)
    kept = [unit for unit in units.values() if not unit.is_bot and len(unit.variants) == 1]

    result = Counting(warehouse, FOLLOWED).count(query("visitor", names=("leads",), segment="country"))

    by_row = Counter()
    for row in result.rows:
        if row.n:
            by_row[row.variant, row.version, row.day] += row.n
    assert by_row == Counter((unit.variant, unit.version, day_of(unit, START, ZONE)) for unit in kept)
    assert {row.segment for row in result.rows} == {"US", "IN", None}


@pytest.mark.parametrize("warehouse", ["duckdb"], indirect=True)
def test_sessions_and_funnels_are_broken_down_by_what_their_persons_were_in(warehouse, told):
    rows, visits = told
    exposures = [
        row
        for row in rows
        if row["event_type"] == "experiment_exposed" and row["session_id"] == "mingus-server-experiments"
    ]
    visits = [visit for visit in visits if not visit["is_bot"]]
    sizes = Counter(variants_of(visit, exposures) for visit in visits)
    period = Period(START - timedelta(days=20), STOP + timedelta(days=20), ZONE)

    by_variant = CatalogueService(warehouse, lambda: STOP, FOLLOWED).answer(
        Query(("sessions",), period, ("experiment_variant",), limit=1_000)
    )
    of_one = Query(("sessions",), period, filters=(Filter("experiment_variant", Operator.CONTAINS, ("user-test: b",)),))
    of_all = CatalogueService(warehouse, lambda: STOP, FOLLOWED).answer(of_one)
    ways = FunnelService(warehouse, lambda: STOP).answer(
        FunnelQuery(period, filters=of_one.filters, breakdown="experiment_variant")
    )

    assert {row.keys[0]: row.values["sessions"] for row in by_variant.rows} == sizes
    assert len(sizes) > 5
    assert of_all.totals.n == sum(n for name, n in sizes.items() if "user-test: b" in (name or ""))
    opened = [visit for visit in visits if visit["step_1_at"]]
    opened = [visit for visit in opened if "user-test: b" in (variants_of(visit, exposures) or "")]
    assert ways.funnel.steps[0].sessions == len(opened)
