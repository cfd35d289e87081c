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
from backend.analytics.metrics.funnel.reading import WayReader, code
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
    """A row for each way that began in the period: `reached_1` and on, null where not; `LISTED`; `GROUP`; `ENDED`."""
    ways = _of_columns(query, numbers) if query.is_of_columns else _of_events(query, numbers)
    is_left_out = (ways.reached_1 >= numbers.left_out_from) & (ways.reached_1 < numbers.left_out_until)
    return ways.filter(ways.reached_1 >= numbers.entered_from, ways.reached_1 < numbers.entered_before, ~is_left_out)


def _of_columns(query: FunnelQuery, numbers: Numbers) -> Table:
    """Sessions keep the first instant of each step that is not before the one of the step before it."""
    import ibis

    sessions = _sessions(query, numbers, query.filters)
    steps = [sessions[name] for name in STEP_COLUMNS[: len(query.steps)]]
    if query.window < query.scope.longest:
        until = steps[0] + numbers.window
        steps = [ibis.cases((step <= until, step)) for step in steps]
    return sessions.select(
        ENDED, **_listed_columns(sessions, query), **{f"reached_{n}": step for n, step in enumerate(steps, 1)}
    )


def _of_events(query: FunnelQuery, numbers: Numbers) -> Table:
    kinds = Kinds.of(query)
    met = _met(query, numbers, kinds)
    columns = tuple(name for name in (*LISTED, GROUP, ENDED) if name in met.columns)
    opens = met.kind.isin(kinds.of_steps[0])
    if query.scope is FunnelScope.SESSION:
        ways = _by_session(met, opens, columns)
    else:
        ways = _by_person(met, opens & (met.timestamp >= numbers.entered_from), columns, numbers.start - DAY)
    reached = WayReader(query, kinds, numbers.window).steps(ways, numbers.entered_from)
    return reached.select(*columns, *(f"reached_{n}" for n in range(1, len(query.steps) + 1)))


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
    """A visitor's way takes its columns from the session with step 1."""
    import ibis

    entry = ibis.struct({name: met[name] for name in (*columns, "keeps")})
    order = ibis.struct({name: met[name] for name in ("timestamp", "session_key", "started_at")})
    codes = code(met.timestamp - base, met.kind).collect()
    ways = met.group_by("person").aggregate(entry=entry.argmin(order, where=begins), codes=codes, opened=begins.any())
    ways = ways.filter(ways.opened).mutate(base=base)
    ways = ways.mutate(**{name: ways.entry[name] for name in (*columns, "keeps")})
    return ways.filter(ways.keeps)


def _all(sessions: Table, filters: tuple[Filter, ...]) -> BooleanValue:
    import ibis

    return ibis.and_(ibis.literal(True), *(holds(sessions, condition) for condition in filters))
