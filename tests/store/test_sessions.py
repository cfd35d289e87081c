"""CAP-6: sessions found by one expression are those of the rule, whatever the hour, in whatever order events come."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from itertools import product

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.analytics.events.names import EventName
from backend.analytics.lake.delta import Lake, moved_days
from backend.analytics.lake.tables import EVENTS, LakeTable
from backend.analytics.warehouse.duck import DuckEngine
from backend.analytics.warehouse.engine import STANDING
from backend.analytics.warehouse.question import DIALECTS, compiled_anew, standing_sql
from backend.analytics.warehouse.relations import SESSIONS
from backend.analytics.warehouse.sessions import Sessions
from backend.analytics.warehouse.snapshots import Snapshots
from tests.sessions_oracle import ALL_SESSIONS, COLUMNS, DAY, HALF_AN_HOUR, SECOND, event, micros, sessions

# Midnight UTC and half an hour before; the hour that New York skips and the one it repeats; midnight in Kolkata and
# in Tehran.
MOMENTS = [
    datetime(2026, 3, 1, tzinfo=UTC),
    datetime(2026, 2, 28, 23, 30, tzinfo=UTC),
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2026, 3, 1, 18, 30, tzinfo=UTC),
    datetime(2026, 3, 21, 20, 30, tzinfo=UTC),
]
PAUSES = [0, 1, SECOND, HALF_AN_HOUR - 1, HALF_AN_HOUR, HALF_AN_HOUR + 1, 3600 * SECOND, DAY - 1, DAY]
OPENINGS = [
    "{}",
    '{"page":"/jobs/registered-nurses","browser":"Chrome","os":"iOS"}',
    '{"page": "/?utm_source=mail", "browser": "Samsung Internet", "os": null}',
    '{"page":7,"browser":"","os":"Windows"}',
]
NAMES = [*EventName, "page_viewed"]
MIDNIGHT = MOMENTS[0]
ENOUGH = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def streams(draw, name):
    """The events of one stream: short or long, with pauses around the half hour, some at the same instant."""
    instant = micros(draw(st.sampled_from(MOMENTS))) + draw(st.sampled_from([-1, 0, 1, -HALF_AN_HOUR]))
    found = []
    for _ in range(draw(st.integers(1, 9))):
        given = {
            "step": draw(st.sampled_from([None, 1, 2, 3, 4, 7])),
            "source": draw(st.sampled_from([None, "search", "mail"])),
            "risk_level": draw(st.sampled_from([None, "low", "high"])),
            "price_cents": draw(st.sampled_from([None, 500, 700])),
            "offer": draw(st.sampled_from([None, "plan"])),
            "currency": draw(st.sampled_from([None, "USD", "USD", "EUR"])),
            "user_id": draw(st.sampled_from([None, None, "u1", "u2"])),
            "country": draw(st.sampled_from(["US", "US", "IN", None])),
            "is_bot": draw(st.sampled_from([False, False, False, True])),
            "event_data": draw(st.sampled_from(OPENINGS)),
        }
        found.append(event(name, instant, draw(st.sampled_from(NAMES)), **given))
        instant += draw(st.sampled_from(PAUSES))
    return found


@st.composite
def long_runs(draw, name):
    """A stream that goes on for more than a day without a pause of half an hour."""
    instant = micros(draw(st.sampled_from(MOMENTS)))
    pause = draw(st.sampled_from([HALF_AN_HOUR, HALF_AN_HOUR - 1, HALF_AN_HOUR // 2]))
    return [event(name, instant + number * pause) for number in range(draw(st.integers(45, 150)))]


@st.composite
def traffic(draw):
    """Streams of visitors, and one of the server itself beside one that is only called alike."""
    short = [draw(streams(f"s{number}")) for number in range(draw(st.integers(1, 8)))]
    long = [draw(long_runs(f"long{number}")) for number in range(draw(st.integers(0, 1)))]
    own = [draw(streams("mingus-server-letters")), draw(streams("mingus-servers"))]
    return {row["event_id"]: row for stream in (*short, *long, *own) for row in stream}.values()


class Clockwork:
    """A lake, its sessions, and a clock that stands still until it is set."""

    def __init__(self, folder):
        self.lake = Lake(str(folder / "lake"), (EVENTS, SESSIONS))
        self.engine = DuckEngine("256MB", 1, folder / "spill")
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.sessions = Sessions(self.lake, lambda: self.engine, lambda: self.now)
        self.snapshots = Snapshots(self.lake)

    def add(self, rows):
        rows = list(rows)
        base = self.lake.open("events")
        days = {row["day"] for row in rows}
        table = pa.Table.from_pylist(rows, schema=EVENTS.arrow_schema())
        self.lake.append(base, table, moved_days(base, days))
        return frozenset(days)

    def found(self):
        return in_order(self.engine.run(ALL_SESSIONS, {}, self.snapshots.newest()))

    def kept(self):
        return self.lake.open("sessions").to_pyarrow_table().num_rows


def in_order(rows):
    return sorted(rows, key=repr)


@pytest.fixture(scope="module")
def make_lake(tmp_path_factory):
    made = []

    def make():
        made.append(Clockwork(tmp_path_factory.mktemp("lake")))
        return made[-1]

    yield make
    for clockwork in made:
        clockwork.engine.close()


@pytest.mark.parametrize(("question", "dialect"), list(product(STANDING, DIALECTS)))
def test_the_sql_of_a_standing_question_is_what_its_expression_says(question, dialect):
    assert standing_sql(question, dialect).read_text() == compiled_anew(question, dialect), "run: flask lake questions"


@ENOUGH
@given(events=traffic())
def test_sessions_found_on_the_fly_are_those_of_the_rule(make_lake, events):
    lake = make_lake()
    lake.add(events)

    assert lake.found() == in_order(sessions(events))


@settings(ENOUGH, max_examples=15)
@given(events=traffic(), data=st.data())
def test_sessions_that_grow_while_they_are_asked_for_are_those_of_the_rule(make_lake, events, data):
    lake, arrived = make_lake(), []
    rest = data.draw(st.permutations(list(events)))
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        lake.add(rest[:size])
        arrived, rest = arrived + rest[:size], rest[size:]

        assert lake.found() == in_order(sessions(arrived))


def test_sessions_that_no_new_event_belongs_to_are_not_made_again(make_lake):
    lake = make_lake()
    lake.add([event("quiet", micros(MIDNIGHT)), event("lively", micros(MIDNIGHT))])
    before = lake.snapshots.newest()
    assert len(lake.found()) == 2
    lake.add([event("lively", micros(MIDNIGHT) + 1)])
    with lake.engine._seeing(before, with_open=True) as cursor:
        cursor.execute("UPDATE open_sessions SET source = 'made before'")

    sources = {row[COLUMNS.index("session_id")]: row[COLUMNS.index("source")] for row in lake.found()}
    assert sources == {"quiet": "made before", "lively": None}


@ENOUGH
@given(events=traffic(), data=st.data())
def test_closed_and_open_days_together_are_all_sessions(make_lake, events, data):
    """Whatever comes late, and whenever days are closed."""
    lake, rest, all_events = make_lake(), data.draw(st.permutations(list(events))), list(events)
    days = sorted({row["day"] for row in all_events})
    for _ in range(data.draw(st.integers(1, 4))):
        some = data.draw(st.integers(1, max(1, len(rest))))
        batch, rest = rest[:some], rest[some:]
        touched = lake.add(batch) if batch else frozenset()
        day = data.draw(st.sampled_from(days)) + timedelta(days=data.draw(st.integers(0, 3)))
        lake.now = max(lake.now, datetime(day.year, day.month, day.day, 2, tzinfo=UTC))
        lake.sessions.refresh(data.draw(st.sampled_from([touched, None])))
        arrived = [row for row in all_events if row["event_id"] not in {late["event_id"] for late in rest}]
        assert lake.found() == in_order(sessions(arrived))


def test_a_closed_day_is_kept_and_an_open_one_is_not(make_lake):
    lake = make_lake()
    lake.add([event("closed", micros(MIDNIGHT)), event("open", micros(MIDNIGHT) + DAY)])
    lake.now = MIDNIGHT + timedelta(days=2, minutes=59)
    assert lake.sessions.refresh() == frozenset()

    lake.now += timedelta(minutes=1)

    assert lake.sessions.refresh() == {MIDNIGHT.date()}
    assert lake.kept() == 1
    assert len(lake.found()) == 2


def test_what_runs_over_midnights_is_carried_as_far_as_it_changes(make_lake):
    """An event in the pause between two runs makes one of them, on all the days after it."""
    lake, pause = make_lake(), HALF_AN_HOUR
    late = event("s", micros(MIDNIGHT) + 10 * pause)
    events = [event("s", micros(MIDNIGHT) + number * pause) for number in range(48 * 4) if number != 10]
    lake.add(events)
    lake.now = MIDNIGHT + timedelta(days=9)
    lake.sessions.refresh()

    made = lake.sessions.refresh(lake.add([late]))

    assert len(made) >= 4
    assert lake.found() == in_order(sessions([*events, late]))


@pytest.mark.parametrize(("begins", "pause"), [(0, 30), (-10, 25), (-10, 30), (720, 30)])
def test_a_run_of_days_is_carried_from_each_closed_day_into_the_open_ones(make_lake, begins, pause):
    """Also where its 24 hours end just before midnight, and the session before began two days ago."""
    lake, minute = make_lake(), 60 * SECOND
    events = [event("s", micros(MIDNIGHT) + (begins + pause * number) * minute) for number in range(4 * 1440 // pause)]
    lake.add(events)

    for day in range(1, 7):
        lake.now = MIDNIGHT + timedelta(days=day, hours=2)
        lake.sessions.refresh()
        assert lake.found() == in_order(sessions(events))


def test_an_event_that_changes_no_other_day_costs_no_other_day(make_lake):
    lake = make_lake()
    lake.add([event("s", micros(MIDNIGHT) + number * DAY) for number in range(5)])
    lake.now = MIDNIGHT + timedelta(days=9)
    lake.sessions.refresh()

    made = lake.sessions.refresh(lake.add([event("late", micros(MIDNIGHT) + 2 * DAY + SECOND)]))

    assert made == {MIDNIGHT.date() + timedelta(days=number) for number in (1, 2)}


def test_sessions_of_events_that_are_gone_are_gone(make_lake):
    lake = make_lake()
    kept, erased = event("kept", micros(MIDNIGHT)), event("erased", micros(MIDNIGHT))
    lake.add([kept, erased])
    lake.now = MIDNIGHT + timedelta(days=9)
    lake.sessions.refresh()

    base = lake.lake.open("events")
    rest = pa.Table.from_pylist([kept], schema=EVENTS.arrow_schema())
    lake.lake.replace(base, [MIDNIGHT.date()], rest, moved_days(base, [MIDNIGHT.date()]))
    lake.sessions.refresh({MIDNIGHT.date()})

    assert lake.kept() == 1
    assert lake.found() == in_order(sessions([kept]))


def lose_the_table(lake):
    shutil.rmtree(lake.lake.location("sessions"))
    lake.snapshots.forget()


def move_all_marks(lake):
    """As `flask lake rebuild` does."""
    base = lake.lake.open("events")
    lake.lake.commit(base, moved_days(base, lake.lake.days(base)))


@pytest.mark.parametrize("again", [lose_the_table, move_all_marks])
def test_sessions_can_be_made_again(make_lake, again):
    lake = make_lake()
    events = [event("s", micros(MIDNIGHT) + number * HALF_AN_HOUR) for number in range(120)]
    lake.add(events)
    lake.now = MIDNIGHT + timedelta(days=9)
    before = lake.sessions.refresh()

    again(lake)

    assert lake.sessions.refresh() == before
    assert lake.found() == in_order(sessions(events))


def test_a_table_that_another_release_made_is_made_again(make_lake):
    lake = make_lake()
    events = [event("s", micros(MIDNIGHT) + number * HALF_AN_HOUR) for number in range(120)]
    lake.add(events)
    lake.now = MIDNIGHT + timedelta(days=9)
    before = lake.sessions.refresh()
    older = LakeTable("sessions", {**dict(list(SESSIONS.columns.items())[:-1]), "gone": "string"}, "session_key")
    base = lake.lake.open("sessions")
    rows = base.to_pyarrow_table().drop_columns([*SESSIONS.columns][-1:])
    rows = rows.append_column("gone", pa.nulls(len(rows), pa.string()))
    lake.lake.empty(base, older, {})
    lake.lake.append(base, rows, {})

    assert lake.found() == in_order(sessions(events))  # from events meanwhile
    assert Sessions(lake.lake, lambda: lake.engine, lambda: lake.now).refresh() == before

    assert lake.found() == in_order(sessions(events))
    assert lake.kept() == len(sessions(events))


def test_of_two_who_make_sessions_at_once_one_wins_and_nothing_is_lost(make_lake):
    lake = make_lake()
    other = Sessions(lake.lake, lambda: lake.engine, lambda: lake.now)
    events = [event("s", micros(MIDNIGHT)), event("s", micros(MIDNIGHT) + DAY)]
    lake.add(events)
    lake.now = MIDNIGHT + timedelta(days=9)
    replace = lake.lake.replace

    def meanwhile(*arguments):
        lake.lake.replace = replace
        other.refresh()
        return replace(*arguments)

    lake.lake.replace = meanwhile

    assert lake.sessions.refresh() == frozenset()
    assert lake.kept() == 2
    assert lake.sessions.refresh(frozenset()) == frozenset()
    assert lake.found() == in_order(sessions(events))


def test_who_loses_against_another_commit_makes_the_sessions_nevertheless(make_lake):
    """A command that ends now has no next time."""
    lake = make_lake()
    lake.add([event("s", micros(MIDNIGHT))])
    lake.now = MIDNIGHT + timedelta(days=9)
    replace = lake.lake.replace

    def meanwhile(base, *rest):
        lake.lake.replace = replace
        lake.lake.commit(lake.lake.open("sessions"), {"made": base.version() + 1})
        return replace(base, *rest)

    lake.lake.replace = meanwhile

    assert lake.sessions.refresh() == {MIDNIGHT.date()}
    assert lake.kept() == 1


def test_a_failure_leaves_the_sync_alone_and_is_made_up_for(make_lake, caplog):
    lake = make_lake()
    touched = lake.add([event("s", micros(MIDNIGHT))])
    lake.now = MIDNIGHT + timedelta(days=9)
    replace = lake.lake.replace

    def full_disk(*_):
        lake.lake.replace = replace
        raise OSError(28, "No space left on device")

    lake.lake.replace = full_disk
    lake.sessions.follow(touched)
    assert "No space left" in caplog.text

    lake.sessions.follow(frozenset())
    assert lake.kept() == 1
