"""DASH-3: DuckDB and ClickHouse find the ways that led to revenue as the rule says; every cent of it is credited."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from random import Random

import pyarrow as pa
import pytest

from backend.analytics.events.names import EventName
from backend.analytics.lake.delta import Lake, moved_days
from backend.analytics.lake.tables import EVENTS
from backend.analytics.metrics.attribution.models import Model
from backend.analytics.metrics.attribution.paths import LONGEST, By, SessionSelection, lost_question, paths_question
from backend.analytics.metrics.attribution.service import MOST_CHANNELS, OTHER, AttributionQuery, AttributionService
from backend.analytics.metrics.catalogue.query import Filter, Operator
from backend.analytics.metrics.period import Compare, Period
from backend.analytics.warehouse.clickhouse import ClickHouseEngine
from backend.analytics.warehouse.duck import DuckEngine
from backend.analytics.warehouse.relations import SESSIONS
from backend.analytics.warehouse.service import Warehouse
from backend.analytics.warehouse.sessions import Sessions
from backend.analytics.warehouse.snapshots import Snapshots
from backend.errors import InvalidRequest
from tests import attribution_oracle
from tests.catalogue_oracle import revenue, with_first_seen
from tests.sessions_oracle import COLUMNS, DAY, SECOND, event, micros, sessions
from tests.warehouse_in_memory import InMemory

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
APRIL = Period.between(date(2026, 4, 1), date(2026, 4, 30), "America/New_York", NOW)
START, END = micros(APRIL.start.astimezone(UTC)), micros(APRIL.end.astimezone(UTC))
MONTH = 30 * DAY


class World:
    """A lake, some of its days closed, and the engines that answer from it."""

    def __init__(self, folder):
        self.lake = Lake(str(folder / "lake"), (EVENTS, SESSIONS))
        self.duck = DuckEngine("256MB", 1, folder / "spill")
        self.snapshots = Snapshots(self.lake)
        self.visits = []

    def fill(self, rows, closed_until=NOW):
        rows = list(rows)
        base = self.lake.open("events")
        table = pa.Table.from_pylist(rows, schema=EVENTS.arrow_schema())
        self.lake.append(base, table, moved_days(base, {row["day"] for row in rows}))
        Sessions(self.lake, lambda: self.duck, lambda: closed_until).refresh()
        self.visits = with_first_seen([dict(zip(COLUMNS, row, strict=True)) for row in sessions(rows)])

    def warehouse(self, engine):
        return Warehouse(engine, self.snapshots, lambda: NOW)


@pytest.fixture(scope="module")
def make_world(tmp_path_factory):
    made = []

    def make():
        made.append(World(tmp_path_factory.mktemp("attribution")))
        return made[-1]

    yield make
    for world in made:
        world.duck.close()


@pytest.fixture(scope="module")
def world(make_world):
    """People of all kinds, who come and pay at any time from February to May; half of April is still open."""
    made, random = make_world(), Random(20_261_121)
    people = [{"user_id": "42"}, {"visitor_id": "42"}, {}]
    people += [{"user_id": f"u{number}", "visitor_id": f"v{number % 5}"} for number in range(12)]
    people += [{"visitor_id": f"v{number}"} for number in range(40)]
    rows = []
    for number in range(600):
        rows += visit(f"s{number}", START + random.randrange(-40 * DAY, 35 * DAY), random.choice(people), random)
    for number in range(200):
        who = {"visitor_id": f"w{number % 60}"}
        rows += visit(f"w{number}", START + random.randrange(-40 * DAY, 35 * DAY), who, random, pays=False)
    rows += [row for place in range(70) for row in visit(f"h{place}", START + place * DAY // 3, people[0], random)]
    made.fill([*rows, *on_the_edges()], closed_until=datetime(2026, 4, 16, tzinfo=UTC))
    return made


def visit(session, began, who, random, *, pays=True):
    """A visit that may begin with an opening, that tells where from, and may end with one upgrade or two."""
    told = {
        "source": random.choice(["google", "mail", "ads", "direct", "(direct)", "", None]),
        "medium": random.choice(["cpc", None]),
        "campaign": random.choice(["spring", "", None, None]),
    }
    who = who | {"is_bot": random.random() < 0.05}
    names = [EventName.CALCULATOR_OPENED] if random.random() < 0.9 else ["page_viewed"]
    names += [EventName.UPGRADE_CLICKED] * random.choice([0, 0, 0, 1, 1, 2] if pays else [0])
    for place, name in enumerate(names):
        paid = {
            "price_cents": random.choice([900, 4_900, 0, None]),
            "currency": random.choice(["USD", "USD", "EUR", None]),
        }
        given = paid if name == EventName.UPGRADE_CLICKED else told
        yield event(session, began + place * 20 * 60 * SECOND, name, **who, **given)


def on_the_edges():
    """Touches on the edge of the lookback, at the instant of the upgrade, two at once; upgrades on those of April."""
    for number, paid_at in enumerate([START - 1, START, END - 1, END]):
        who = {"visitor_id": f"edge{number}"}
        for place, at in enumerate([paid_at - MONTH - 1, paid_at - MONTH, paid_at - DAY, paid_at - DAY, paid_at]):
            yield event(f"e{number}-{place}", at, source=f"touch{place}", **who)
        yield event(f"e{number}-paid", paid_at - SECOND, source="paid", **who)
        yield event(f"e{number}-paid", paid_at, EventName.UPGRADE_CLICKED, price_cents=500, currency="GBP", **who)


@pytest.fixture(params=["duckdb", "clickhouse"])
def engine(request, world):
    if request.param == "duckdb":
        return world.duck
    return ClickHouseEngine(request.getfixturevalue("clickhouse_url"))


def serve(world):
    return AttributionService(world.warehouse(world.duck), lambda: NOW)


def plain(row):
    return tuple(tuple(value) if isinstance(value, list) else value for value in row)


@pytest.mark.parametrize("by", By)
def test_ways_are_those_of_the_rule(world, engine, by):
    warehouse = world.warehouse(engine)
    for aged, bots, days in [(False, False, 30), (True, True, 30), (True, False, 1)]:
        bounds = {"start": START, "end": END, "lookback": days * DAY}
        expected = attribution_oracle.paths(world.visits, bounds, by, aged=aged, bots=bots)

        found = warehouse.ask(paths_question(by, SessionSelection(bots=bots), aged=aged), **bounds).rows

        assert sorted(map(plain, found), key=repr) == expected


@pytest.mark.parametrize("by", By)
def test_those_who_paid_nothing_went_as_the_rule_says(world, engine, by):
    warehouse = world.warehouse(engine)
    for bots, days in [(False, 30), (True, 1)]:
        bounds = {"start": START, "end": END, "lookback": days * DAY}
        expected = attribution_oracle.lost(world.visits, bounds, by, bots=bots)

        found = warehouse.ask(lost_question(by, SessionSelection(bots=bots)), **bounds).rows

        assert sorted(map(plain, found), key=repr) == expected
        assert len(expected) > 5


GIVEN = [
    ("source", "in", ("google", "")),
    ("source", "not_in", ("google",)),
    ("source", "not_in", ("google", "")),
    ("source", "contains", ("GOO", "ai")),
    ("first_seen_month", "in", ("2026-03", "2026-04")),
]


def holds(value, op, values):
    """Nothing is the empty text in `values`, and a value that is empty none of them."""
    if op == "contains":
        return any(text.lower() in (value or "").lower() for text in values)
    return (("" if value is None else value or "empty") in values) == (op == "in")


@pytest.mark.parametrize(("field", "op", "values"), GIVEN)
def test_filters_are_about_the_visit_that_paid_or_was_the_last_without(world, engine, field, op, values):
    warehouse, bounds = world.warehouse(engine), {"start": START, "end": END, "lookback": MONTH}
    kept = SessionSelection((Filter(field, Operator(op), values),))

    def keeps(visit):
        return holds(visit[field], op, values)

    paid = attribution_oracle.paths(world.visits, bounds, By.SOURCE, aged=False, bots=False, keeps=keeps)
    lost = attribution_oracle.lost(world.visits, bounds, By.SOURCE, bots=False, keeps=keeps)

    found = warehouse.ask(paths_question(By.SOURCE, kept, aged=False), **bounds).rows
    assert sorted(map(plain, found), key=repr) == paid != []
    found = warehouse.ask(lost_question(By.SOURCE, kept), **bounds).rows
    assert sorted(map(plain, found), key=repr) == lost != []


@pytest.mark.parametrize("model", [Model.LINEAR, Model.MARKOV])
def test_what_was_before_stands_beside_each_channel_and_adds_up_too(world, model):
    now = serve(world).revenue(AttributionQuery(APRIL, model, compare=Compare.PREVIOUS_PERIOD))
    then = serve(world).revenue(AttributionQuery(APRIL.preceding(Compare.PREVIOUS_PERIOD, NOW), model))

    assert now.before == then
    assert sum(row.credited_cents for row in now.rows) == now.total_cents
    assert sum(row.previous.credited_cents for row in now.rows) == then.total_cents > 0
    assert {row.channel: row.previous for row in now.rows if row.previous.conversions} == {
        row.channel: row for row in then.rows if row.conversions
    }


def test_the_world_has_what_is_hard(world):
    bounds = {"start": START, "end": END, "lookback": MONTH}
    found = attribution_oracle.paths(world.visits, bounds, By.SOURCE, aged=False, bots=False)

    assert len(found) > 50
    assert max(len(row[1]) for row in found) == LONGEST
    assert {row[0] for row in found} == {"USD", "EUR", "GBP"}
    assert {row[1][0] for row in found if row[0] == "GBP"} == {"touch1"}
    assert {row[1][-1] for row in found if row[0] == "GBP"} == {"paid"}


@pytest.mark.parametrize("model", Model)
def test_every_cent_is_credited_whatever_the_model(world, model):
    paid = Counter()
    for visit_ in world.visits:
        if visit_["revenue"] and START <= visit_["upgrade_at"] < END and not visit_["is_bot"]:
            paid.update(revenue(visit_))
    paid = +paid
    service = serve(world)

    for currency in paid:
        report = service.revenue(AttributionQuery(APRIL, model, currency=currency))
        assert sum(row.credited_cents for row in report.rows) == report.total_cents == paid[currency]
        assert sum(row.conversions for row in report.rows) == report.n == sum(row.first_touches for row in report.rows)
        assert sum(row.share for row in report.rows) == pytest.approx(1)
        assert {other.currency: other.cents for other in report.other_currencies} == paid - Counter(
            {currency: paid[currency]}
        )
        assert (report.lost is not None) == (model is Model.MARKOV)


def upgrade(session, at, **given):
    yield event(session, at, **given)
    who = {name: given[name] for name in ("visitor_id", "user_id") if name in given}
    yield event(session, at + SECOND, EventName.UPGRADE_CLICKED, price_cents=1_000, currency="USD", **who)


def test_models_differ_on_one_known_person(make_world):
    """Ads, then mail, then direct, with a visit by somebody else between."""
    world = make_world()
    world.fill(
        [
            event("a", START + DAY, visitor_id="v", source="ads"),
            event("b", START + 2 * DAY, visitor_id="v", source="mail"),
            event("c", START + 3 * DAY, visitor_id="w", source="search"),
            *upgrade("d", START + 8 * DAY, visitor_id="v"),
        ]
    )
    service = serve(world)

    def credited(model):
        return {
            row.channel: row.credited_cents
            for row in service.revenue(AttributionQuery(APRIL, model)).rows
            if row.credited_cents
        }

    assert credited(Model.FIRST) == {"ads": 1_000}
    assert credited(Model.LAST) == {None: 1_000}
    assert credited(Model.LAST_NON_DIRECT) == {"mail": 1_000}
    assert credited(Model.LINEAR) == {None: 334, "ads": 333, "mail": 333}
    assert credited(Model.POSITION) == {"ads": 400, "mail": 200, None: 400}
    assert credited(Model.TIME_DECAY) == {"ads": 244, "mail": 269, None: 487}
    assert service.revenue(AttributionQuery(APRIL, Model.MARKOV)).lost == 1


def test_channels_beyond_a_hundred_stand_together(make_world):
    """Anybody may send any source."""
    world = make_world()
    paid = [upgrade(f"s{number}", START + number * DAY // 10, source=f"made up {number}") for number in range(150)]
    world.fill([row for rows in paid for row in rows])

    for model in Model:
        report = serve(world).revenue(AttributionQuery(APRIL, model))
        assert len(report.rows) == MOST_CHANNELS
        assert report.merged == 51
        assert report.rows[0].channel == OTHER
        assert report.rows[0].credited_cents == 51_000


def test_one_who_comes_and_pays_all_the_time_costs_no_more_than_others(make_world):
    """Three thousand upgrades by one user, perhaps a machine: fifty touches for each, not three thousand."""
    world = make_world()
    paid = [upgrade(f"s{number}", START + number * 600 * SECOND, user_id="u", source="ads") for number in range(3_000)]
    world.fill([row for rows in paid for row in rows])
    bounds = {"start": START, "end": END, "lookback": MONTH}

    rows = world.warehouse(world.duck).ask(paths_question(By.SOURCE, SessionSelection(), aged=False), **bounds).rows

    assert {len(row[1]): row[2] for row in rows} == dict.fromkeys(range(1, LONGEST), 1) | {LONGEST: 3_000 - LONGEST + 1}


def test_nothing_paid_is_no_row_and_no_error(make_world):
    world = make_world()
    world.fill([event("a", START, source="ads")])

    for model in Model:
        report = serve(world).revenue(AttributionQuery(APRIL, model))
        assert (report.total_cents, report.n) == (0, 0)
        assert sum(row.credited_cents for row in report.rows) == 0


@pytest.mark.parametrize(
    ("given", "field"),
    [({"lookback_days": 91}, "lookback_days"), ({"filters": (Filter("event_type", "in", ("a",)),)}, "filters.0.field")],
)
def test_what_cannot_be_asked_is_refused(given, field):
    with pytest.raises(InvalidRequest) as refused:
        AttributionQuery(APRIL, **given)
    assert [error.field for error in refused.value.errors] == [field]


def test_an_upgrade_for_nothing_is_no_conversion_and_ends_no_path():
    """By mail for the free plan, a day later by itself for the paid one; another asks for the free one alone."""
    asked = {"event_type": EventName.UPGRADE_CLICKED, "currency": "USD"}
    rows = [
        event("s1", START, source="mail", visitor_id="v"),
        event("s1", START + 60 * SECOND, visitor_id="v", price_cents=0, **asked),
        event("s2", START + DAY, visitor_id="v", price_cents=4_900, **asked),
        event("s3", START, source="ads", visitor_id="w"),
        event("s3", START + 60 * SECOND, visitor_id="w", price_cents=0, **asked),
    ]
    attribution = AttributionService(InMemory(rows, NOW), lambda: NOW)

    linear, markov = (attribution.revenue(AttributionQuery(APRIL, model)) for model in (Model.LINEAR, Model.MARKOV))

    assert (linear.n, linear.total_cents, markov.lost) == (1, 4_900, 1)
    assert {row.channel: row.credited_cents for row in linear.rows} == {"mail": 2_450, None: 2_450}
