"""A query of the catalogue as expressions over the lake: one question for each relation it counts in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from backend.analytics.lake.tables import EVENTS
from backend.analytics.metrics.catalogue.buckets import bucket, bucket_values
from backend.analytics.metrics.catalogue.dimensions import DIMENSIONS, with_persons
from backend.analytics.metrics.catalogue.followed import FOLLOWED_BY, with_followed
from backend.analytics.metrics.catalogue.measures import COUNTED, MEASURES, Measure, Ratio, Relation
from backend.analytics.metrics.catalogue.query import MOST_ROWS, Filter, Operator, Query
from backend.analytics.metrics.comparison import Comparison
from backend.analytics.metrics.parameters import BOUNDS, GAP, MICROSECOND, bounds, gap_values, micros, not_left_out
from backend.analytics.warehouse.question import LATEST, MarkedTexts, Question
from backend.analytics.warehouse.relations import DAY, SESSIONS, currencies_of, relation

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, IntegerValue, StringValue, Table, Value

INSTANTS = {Relation.SESSIONS: "started_at", Relation.EVENTS: "timestamp"}
WINDOW = "window"
COUNT = "counted_rows"
CURRENCIES = "counted_currencies"


@dataclass(frozen=True, slots=True)
class RelationQuestion:
    """The question to one relation: its measures in the order of the answer's columns, after the query's keys."""

    source: Relation
    measures: tuple[str, ...]
    question: Question
    values: dict[str, int]


def parts(query: Query, window: timedelta, *, limited: bool, of: Comparison | None = None) -> list[RelationQuestion]:
    """A question for each relation the query's measures count in; unlimited where rows must be found to keys.

    `window`: how long after a result something still follows it. `of`: asks about the other period of a comparison,
    whose days stand under the names of those beside them.
    """
    sources = dict.fromkeys(MEASURES[name].source for name in query.counted)
    # The rows of two relations are matched before they are ordered.
    limit = query.limit + 1 if limited and len(sources) == 1 else 10 * MOST_ROWS
    limit = limit if query.keys else 1
    return [_part(query, source, limit, window, of) for source in sources]


def _part(query: Query, source: Relation, limit: int, window: timedelta, of: Comparison | None) -> RelationQuestion:
    names = tuple(name for name in query.counted if MEASURES[name].source is source)
    period = of.other if of else query.period
    values = bounds(period) | (gap_values(period) if period.left_out else {})
    if _asks_what_followed(names):
        length = window // MICROSECOND
        values |= {LATEST: micros(period.end) + DAY + length, WINDOW: length}
    values |= bucket_values(query, of)
    parameters, texts = tuple(values), MarkedTexts()
    query = replace(query, filters=with_marks(query.filters, texts))
    shape = (source, names, query.keys, query.filters, query.order, limit, query.currency, query.bots)
    build = partial(_expression, query=query, source=source, names=names, limit=limit, parameters=parameters)
    of_sessions = source is Relation.SESSIONS
    question = Question(f"catalogue {shape!r} {parameters}", parameters, build, texts.texts, of_sessions=of_sessions)
    return RelationQuestion(source, names, question, values)


def _expression(
    *values: IntegerValue,
    query: Query,
    source: Relation,
    names: tuple[str, ...],
    limit: int,
    parameters: tuple[str, ...],
) -> Table:
    numbers = dict(zip(parameters, values, strict=True))
    start, end, first, last = (numbers[name] for name in BOUNDS)
    fields = (*query.dimensions, *(condition.field for condition in query.filters))
    table = with_persons(relation(SESSIONS), fields) if source is Relation.SESSIONS else relation(EVENTS)
    instant = table[INSTANTS[source]]
    conditions = [table.day >= first, table.day <= last, instant >= start, instant < end]
    conditions += [not_left_out(instant, numbers)] if GAP[0] in numbers else []
    if not query.bots:
        conditions.append(~table.is_bot)
    table = table.filter(*conditions, *(holds(table, condition) for condition in query.filters))
    if _asks_what_followed(names):
        table = with_followed(table, names, first, numbers[LATEST], numbers[WINDOW], bots=query.bots)
    keys: dict[str, Value] = {}
    if query.grain:
        keys[query.grain] = bucket(table[INSTANTS[source]], query.grain, numbers)
    keys |= {name: DIMENSIONS[name].column(table) for name in query.dimensions}
    table = table.mutate(**{f"key_{number}": value for number, value in enumerate(keys.values())})
    counted = _counted(table, query, source, names)
    if not keys:
        return table.aggregate(**counted)
    by = [f"key_{number}" for number in range(len(keys))]
    return _ordered(table.group_by(by).aggregate(**counted), query, names).limit(limit)


def _asks_what_followed(names: Sequence[str]) -> bool:
    return not FOLLOWED_BY.keys().isdisjoint(names)


def _counted(table: Table, query: Query, source: Relation, names: tuple[str, ...]) -> dict[str, Value]:
    """The measures by their places, and how many rows they count; without keys, also the currencies there are."""
    needed = dict.fromkeys(part for name in names for part in _needed(name))
    counts = {name: COUNTED[name].aggregate(table, query.currency) for name in needed}
    columns: dict[str, Value] = {}
    for number, name in enumerate(names):
        measure = MEASURES[name]
        columns[f"value_{number}"] = measure.of(counts) if isinstance(measure, Ratio) else counts[name]
    columns[COUNT] = table.count()
    if not query.keys and source is Relation.SESSIONS:
        columns[CURRENCIES] = currencies_of(table.revenue).collect(distinct=True)
    return columns


def _needed(name: str) -> tuple[str, ...]:
    measure = MEASURES[name]
    return (name,) if isinstance(measure, Measure) else (measure.numerator, measure.denominator)


def _ordered(rows: Table, query: Query, names: tuple[str, ...]) -> Table:
    """The rows in the query's order, then by keys, so that every engine gives the same rows."""
    import ibis

    keys = {name: f"key_{number}" for number, name in enumerate(query.keys)}
    columns = keys | {name: f"value_{number}" for number, name in enumerate(names)}
    sort_by = query.order or ("" if query.grain else f"-{names[0]}")
    column = columns.get(sort_by.removeprefix("-"))
    order = [ibis.desc(column) if sort_by.startswith("-") else ibis.asc(column)] if column else []
    return rows.order_by(*order, *(ibis.asc(key) for key in keys.values()))


def with_marks(filters: Iterable[Filter], texts: MarkedTexts) -> tuple[Filter, ...]:
    """Filters whose values are marks, which `texts` collects; "there is none" stays as it is."""
    return tuple(
        replace(condition, values=tuple(value and texts.mark(value) for value in condition.values))
        for condition in filters
    )


def holds(table: Table, condition: Filter) -> BooleanValue:
    import ibis

    column: StringValue = DIMENSIONS[condition.field].column(table)
    match condition.op:
        case Operator.EQ | Operator.IN:
            return _is_any(column, condition.values)
        case Operator.NE | Operator.NOT_IN:
            return ~_is_any(column, condition.values)
        case Operator.CONTAINS:
            text = column.lower()
            return ibis.or_(*(text.contains(ibis.literal(part).lower()) for part in condition.values)).fill_null(False)
        case Operator.IS_NULL:
            return column.isnull()
        case Operator.NOT_NULL:
            return column.notnull()


def _is_any(column: StringValue, values: tuple[str, ...]) -> BooleanValue:
    """A condition that is never null, so that its opposite holds where there is nothing."""
    import ibis

    texts = [value for value in values if value]
    among = column.isin(texts).fill_null(False) if texts else ibis.literal(False)
    return among | column.isnull() if "" in values else among
