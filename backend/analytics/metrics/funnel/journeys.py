"""Each session's way through a funnel, or each visitor's: when they reached every step.

Where the steps are the calculator's, sessions say so themselves. Otherwise a way is a list of whole numbers, one for
each event that matters, and is read by the rules of its order: lists of numbers mean the same to every engine.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from backend.analytics.lake.tables import EVENTS
from backend.analytics.metrics.catalogue.dimensions import DIMENSIONS, with_first_seen
from backend.analytics.metrics.catalogue.expressions import holds
from backend.analytics.metrics.catalogue.query import Filter
from backend.analytics.metrics.funnel.definition import FunnelQuery, FunnelScope, Order
from backend.analytics.metrics.funnel.kinds import Kinds
from backend.analytics.metrics.funnel.reading import ENTERED, LATEST, WayReader, code
from backend.analytics.warehouse.relations import DAY, SESSIONS, STEP_COLUMNS, relation

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, IntegerValue, Table, Value

LISTED = ("session_key", "started_at", "source", "device", "country")
GROUP = "group_key"
ENDED = "ended_at"


@dataclass(frozen=True, slots=True)
class Numbers:
    """The parameters of every question about a funnel, in microseconds and days since 1970.

    Events lie between `start` and `end`, or a day around; ways begin from `entered_from` up to `entered_before`, but
    not from `left_out_from` up to `left_out_until`.
    """

    start: IntegerValue
    end: IntegerValue
    first_day: IntegerValue
    last_day: IntegerValue
    entered_from: IntegerValue
    entered_before: IntegerValue
    window: IntegerValue
    now: IntegerValue
    left_out_from: IntegerValue
    left_out_until: IntegerValue


PARAMETERS = tuple(field.name for field in fields(Numbers))


def journeys(query: FunnelQuery, numbers: Numbers) -> Table:
    """A row for each who entered in the period: `reached_1` and on, null where not; `LISTED`; `GROUP`; `ENDED`.

    `LATEST`: when step 1 was last taken.
    """
    ways = _of_columns(query, numbers) if query.is_of_columns else _of_events(query, numbers)
    return ways.filter(_is_in_period(ways[ENTERED], numbers))


def _is_in_period(instant: IntegerValue, numbers: Numbers) -> BooleanValue:
    is_left_out = (instant >= numbers.left_out_from) & (instant < numbers.left_out_until)
    return (instant >= numbers.entered_from) & (instant < numbers.entered_before) & ~is_left_out


def _of_columns(query: FunnelQuery, numbers: Numbers) -> Table:
    """Sessions keep the first instant of each step that is not before the one of the step before it."""
    sessions = _sessions(query, numbers, query.filters)
    steps = [sessions[name] for name in STEP_COLUMNS[: len(query.steps)]]
    reached = {f"reached_{n}": step for n, step in enumerate(steps, 1)}
    entries = {ENTERED: steps[0], LATEST: steps[0]}
    return sessions.select(ENDED, **_listed_columns(sessions, query), **entries, **reached)


def _of_events(query: FunnelQuery, numbers: Numbers) -> Table:
    import ibis

    kinds = Kinds.of(query)
    met = _met(query, numbers, kinds)
    columns = tuple(name for name in (*LISTED, GROUP, ENDED) if name in met.columns)
    opens, reader = met.kind.isin(kinds.of_steps[0]), WayReader(query, kinds, numbers.window)
    if query.scope is FunnelScope.SESSION:
        ways = _by_session(met, opens, columns)
        ways = reader.steps(ways, ("session_key", "started_at"), lambda _: ibis.literal(True))
    else:
        opens &= _is_in_period(met.timestamp, numbers)
        ways = _by_person(met, opens, columns, numbers.start - DAY)
        ways = reader.steps(ways, ("person",), lambda instant: _is_in_period(instant, numbers))
        ways = _with_entry(ways, reader.raw(ways.taken_1), columns)
    return ways.select(*columns, ENTERED, LATEST, *(f"reached_{n}" for n in range(1, len(query.steps) + 1)))


def _sessions(query: FunnelQuery, numbers: Numbers, filters: tuple[Filter, ...]) -> Table:
    fields = [condition.field for condition in query.filters] + ([query.breakdown] if query.breakdown else [])
    sessions = with_first_seen(relation(SESSIONS), fields)
    conditions = [sessions.day >= numbers.first_day, sessions.day <= numbers.last_day]
    conditions += [] if query.bots else [~sessions.is_bot]
    return sessions.filter(*conditions, *(holds(sessions, condition) for condition in filters))


def _listed_columns(sessions: Table, query: FunnelQuery) -> dict[str, Value]:
    """The columns that a way takes from the session in which it begins."""
    group = {GROUP: DIMENSIONS[query.breakdown].column(sessions)} if query.breakdown else {}
    return {name: sessions[name] for name in LISTED} | group


def _met(query: FunnelQuery, numbers: Numbers, kinds: Kinds) -> Table:
    """The events that matter, each with its session."""
    import ibis

    owner: dict[str, Value] = {}
    if query.scope is FunnelScope.SESSION:
        sessions = _sessions(query, numbers, query.filters)
    else:
        sessions = _sessions(query, numbers, ())
        owner = {"person": sessions.person, "keeps": _all(sessions, query.filters)}
    sessions = sessions.select("day", "ended_at", **_listed_columns(sessions, query), **owner)
    # A session goes on into the day after its own at most. With days in it the join stays small, whatever a sender
    # calls one session.
    after = (sessions.day + 1).cast("int32")
    crosses = sessions.ended_at >= after.cast("int64") * DAY
    both, own = ibis.array([sessions.day, after]), ibis.array([sessions.day])
    days = sessions.mutate(on_day=ibis.ifelse(crosses, both, own).unnest())
    events = _events(query, numbers, kinds)
    within = [
        events.stream == days.session_key,
        events.happened_on == days.on_day,
        events.timestamp >= days.started_at,
        events.timestamp <= days.ended_at,
    ]
    return events.join(days, within)


def _events(query: FunnelQuery, numbers: Numbers, kinds: Kinds) -> Table:
    """For the strict order all events: what is no step stands in the way."""
    events = relation(EVENTS)
    events = events.filter(
        events.day >= numbers.first_day,
        events.day <= numbers.last_day + 1,
        events.timestamp >= numbers.start - DAY,
        events.timestamp <= numbers.end + DAY,
    )
    if query.order is not Order.STRICT:
        events = events.filter(events.event_type.isin(sorted({match.event for match in kinds.matches})))
    events = events.select("timestamp", stream=events.session_key, happened_on=events.day, kind=kinds.kind(events))
    return events if query.order is Order.STRICT else events.filter(events.kind < kinds.others)


def _by_session(met: Table, opens: BooleanValue, columns: tuple[str, ...]) -> Table:
    by = ("session_key", "started_at")
    rest = {name: met[name].arbitrary() for name in columns if name not in by}
    codes = code(met.timestamp - met.started_at, met.kind).collect()
    ways = met.group_by(by).aggregate(**rest, codes=codes, opened=opens.any())
    return ways.filter(ways.opened).mutate(base=ways.started_at)


def _by_person(met: Table, begins: BooleanValue, columns: tuple[str, ...], base: IntegerValue) -> Table:
    """A visitor's way. `entries`: the session of each event with which it may begin, by its code."""
    import ibis

    codes = code(met.timestamp - base, met.kind)
    entry = ibis.struct({"code": codes, **{name: met[name] for name in (*columns, "keeps")}})
    ways = met.group_by("person").aggregate(
        entries=entry.collect(where=begins), codes=codes.collect(), opened=begins.any()
    )
    return ways.filter(ways.opened).mutate(base=base)


def _with_entry(ways: Table, start: IntegerValue, columns: tuple[str, ...]) -> Table:
    """A visitor's way takes its columns from the session in which it begins."""
    ways = ways.mutate(start=start)
    ways = ways.mutate(entry=ways.entries.filter(lambda entry: entry["code"] == ways.start).sort()[0])
    ways = ways.mutate(**{name: ways.entry[name] for name in (*columns, "keeps")})
    return ways.filter(ways.keeps)


def _all(sessions: Table, filters: tuple[Filter, ...]) -> BooleanValue:
    import ibis

    return ibis.and_(ibis.literal(True), *(holds(sessions, condition) for condition in filters))
