"""Each session's way through a funnel, or each visitor's: when they reached every step.

Where the steps are the calculator's, sessions say so themselves. Otherwise the events in a session's row do: the first
of each step, or where those are not enough a list of whole numbers, one for each event that matters, which is read by
the rules of its order. Lists of numbers mean the same to every engine.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from backend.analytics.metrics.catalogue.dimensions import DIMENSIONS, with_persons
from backend.analytics.metrics.catalogue.expressions import holds
from backend.analytics.metrics.catalogue.query import Filter
from backend.analytics.metrics.funnel.definition import FunnelQuery, FunnelScope, Order
from backend.analytics.metrics.funnel.kinds import Kinds
from backend.analytics.metrics.funnel.plain import PlainReader
from backend.analytics.metrics.funnel.reading import KIND_BITS, WayReader, code
from backend.analytics.warehouse.relations import DAY, SESSIONS, STEP_COLUMNS, relation
from backend.analytics.warehouse.sessionise import GAP

if TYPE_CHECKING:
    from ibis.expr.types import ArrayValue, BooleanValue, IntegerValue, Table, Value

LISTED = ("session_key", "started_at", "source", "device", "country")
GROUP, LISTED_GROUP = "group_key", "listed_key"
ENDED, ENTERED, LATEST = "ended_at", "entered", "latest"


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


def journeys(query: FunnelQuery, numbers: Numbers, *, listed: bool = False, grouped: str = "") -> Table:
    """A row for each who entered in the period: `reached_1` and on, null where not; `GROUP`; `ENDED`.

    `LATEST`: when step 1 was last taken, if the way may yet go on. With `LISTED`, if `listed`. With `LISTED_GROUP`, the
    value of the dimension `grouped`, if one is named.
    """
    if query.is_of_columns:
        ways = _of_columns(query, numbers, grouped)
    elif query.scope is FunnelScope.SESSION:
        ways = _of_sessions(query, numbers, grouped)
    else:
        ways = _of_visitors(query, numbers, grouped, listed=listed)
    return ways.filter(_is_in_period(ways[ENTERED], numbers))


def _is_in_period(instant: IntegerValue, numbers: Numbers) -> BooleanValue:
    is_left_out = (instant >= numbers.left_out_from) & (instant < numbers.left_out_until)
    return (instant >= numbers.entered_from) & (instant < numbers.entered_before) & ~is_left_out


def _of_columns(query: FunnelQuery, numbers: Numbers, grouped: str) -> Table:
    """Sessions keep the first instant of each step that is not before the one of the step before it."""
    sessions = _sessions(query, numbers, query.filters, grouped)
    steps = [sessions[name] for name in STEP_COLUMNS[: len(query.steps)]]
    reached = {f"reached_{n}": step for n, step in enumerate(steps, 1)}
    entries = {ENTERED: steps[0], LATEST: steps[0]}
    return sessions.select(ENDED, **_listed_columns(sessions, query, grouped), **entries, **reached)


def _of_sessions(query: FunnelQuery, numbers: Numbers, grouped: str) -> Table:
    """Plain ways as they are; only of the others all events are read."""
    import ibis

    kinds = Kinds.of(query)
    reader = WayReader(query, kinds, numbers.window)
    sessions = _sessions(query, numbers, query.filters, grouped)
    sessions = sessions.mutate(**_listed_columns(sessions, query, grouped))
    ways = PlainReader(query, kinds, numbers.window).of_sessions(sessions)
    # The last start matters only while the session is not over.
    is_searched = ~ways.is_plain | (numbers.now - ways[ENDED] <= GAP)
    none = ibis.literal([], "array<int64>")
    ways = ways.mutate(codes=ibis.ifelse(is_searched, reader.numbered(_codes(ways, query, kinds)), none))
    ways = ways.mutate(starts=ways.codes.filter(lambda code: reader.serves(code, 0)))
    ways = ways.mutate(best=ibis.ifelse(ways.is_plain, none, reader.best(ways.codes, ways.starts)))
    searched = reader.reached(ways.best, ways.started_at)
    reached = {f"reached_{n}": ibis.ifelse(ways.is_plain, ways[f"plain_{n}"], time) for n, time in searched.items()}
    is_known = ways.starts.length() > 0
    last = ibis.ifelse(is_known, ways.started_at + reader.time(ways.starts.maxs()), ways.first_1)
    columns = [name for name in (*LISTED, GROUP, LISTED_GROUP, ENDED) if name in ways.columns]
    return ways.select(*columns, **{ENTERED: ways.first_1, LATEST: last}, **reached)


def _codes(ways: Table, query: FunnelQuery, kinds: Kinds) -> ArrayValue:
    """The codes of a session's events; for the strict order of all, as what is no step stands in the way."""
    from backend.analytics.warehouse.lists import pairs

    events = pairs(ways.event_times, ways[kinds.names].split(" "))
    codes = events.map(lambda event: code(event["left"] - ways.started_at, kinds.kind(event["right"])))
    return codes if query.order is Order.STRICT else codes.filter(lambda code: code % 2**KIND_BITS != kinds.others)


def _of_visitors(query: FunnelQuery, numbers: Numbers, grouped: str, *, listed: bool) -> Table:
    """The events of all sessions of a visitor as one way."""
    import ibis

    kinds = Kinds.of(query)
    plain, reader = PlainReader(query, kinds, numbers.window), WayReader(query, kinds, numbers.window)
    base = numbers.start - 2 * DAY
    events = _events(query, numbers, kinds, grouped)
    starts = events.kind.isin(kinds.of_steps[0]) & _is_in_period(events.timestamp, numbers)
    ways = events.group_by("person").aggregate(
        codes=code(events.timestamp - base, events.kind).collect(),
        **{LATEST: events.timestamp.max(where=starts)},
        **plain.firsts(events, starts, numbers.entered_from),
    )
    ways = plain.of_visitors(ways.filter(ways.first_1.notnull()))
    none = ibis.literal([], "array<int64>")
    ways = ways.mutate(codes=ibis.ifelse(ways.is_plain, none, reader.numbered(ways.codes.sort())))
    of_steps = {f"codes_{step}": reader.of_step(ways.codes, step) for step in range(len(query.steps))}
    ways = ways.mutate(**of_steps)
    begins = ways.codes_0.filter(lambda code: _is_in_period(base + reader.time(code), numbers))
    best = reader.best(ways.codes, begins, [ways[name] for name in of_steps])
    ways = ways.mutate(best=ibis.ifelse(ways.is_plain, none, best))
    reached = {
        f"reached_{n}": ibis.ifelse(ways.is_plain, ways[f"plain_{n}"], time)
        for n, time in reader.reached(ways.best, base).items()
    }
    ways = ways.select("person", LATEST, **{ENTERED: ways.first_1}, **reached)
    if not (listed or grouped or query.filters or query.breakdown):
        return ways
    opened = events.filter(events.kind.isin(kinds.of_steps[0]))
    columns = (*LISTED, *((GROUP,) if query.breakdown else ()), *((LISTED_GROUP,) if grouped else ()))
    return _with_sessions(ways, opened, columns)


def _with_sessions(ways: Table, opened: Table, columns: tuple[str, ...]) -> Table:
    """A visitor's way takes its columns from the session in which it begins."""
    import ibis

    session = ibis.struct({name: opened[name] for name in (*columns, "keeps")})
    order = ibis.struct({name: opened[name] for name in ("session_key", "started_at")})
    begun = opened.group_by("person", "timestamp").aggregate(session=session.argmin(order))
    ways = ways.join(begun, [ways.person == begun.person, ways.reached_1 == begun.timestamp])
    ways = ways.mutate(**{name: ways.session[name] for name in (*columns, "keeps")})
    return ways.filter(ways.keeps)


def _events(query: FunnelQuery, numbers: Numbers, kinds: Kinds, grouped: str) -> Table:
    """The events that matter of every visitor, each with its session."""
    from backend.analytics.warehouse.lists import pairs

    sessions = _sessions(query, numbers, (), grouped)
    events = sessions.select(
        "person",
        keeps=_all(sessions, query.filters),
        **_listed_columns(sessions, query, grouped),
        event=pairs(sessions.event_times, sessions[kinds.names].split(" ")).unnest(),
    )
    events = events.mutate(timestamp=events.event["left"], name=events.event["right"])
    events = events.mutate(kind=kinds.kind(events.name))
    return events if query.order is Order.STRICT else events.filter(events.kind < kinds.others)


def _sessions(query: FunnelQuery, numbers: Numbers, filters: tuple[Filter, ...], grouped: str) -> Table:
    fields = [condition.field for condition in query.filters] + [query.breakdown or "", grouped]
    sessions = with_persons(relation(SESSIONS), fields)
    conditions = [sessions.day >= numbers.first_day, sessions.day <= numbers.last_day]
    conditions += [] if query.bots else [~sessions.is_bot]
    return sessions.filter(*conditions, *(holds(sessions, condition) for condition in filters))


def _listed_columns(sessions: Table, query: FunnelQuery, grouped: str) -> dict[str, Value]:
    """The columns that a way takes from the session in which it begins."""
    dimensions = {GROUP: query.breakdown, LISTED_GROUP: grouped}
    groups = {name: DIMENSIONS[dimension].column(sessions) for name, dimension in dimensions.items() if dimension}
    return {name: sessions[name] for name in LISTED} | groups


def _all(sessions: Table, filters: tuple[Filter, ...]) -> BooleanValue:
    import ibis

    return ibis.and_(ibis.literal(True), *(holds(sessions, condition) for condition in filters))
