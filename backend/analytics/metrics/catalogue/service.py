"""Answer queries of the catalogue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from backend.analytics.metrics.catalogue.expressions import parts
from backend.analytics.metrics.catalogue.measures import MEASURES
from backend.analytics.metrics.catalogue.query import Query, Result, ResultRow, Totals, Value
from backend.analytics.metrics.comparison import Comparison
from backend.analytics.metrics.parameters import BEGINNING, MICROSECOND, holds_demo
from backend.analytics.metrics.period import Grain, Period
from backend.analytics.warehouse.relations import EPOCH
from backend.analytics.warehouse.service import Answer, Warehouse
from backend.clock import Clock

Keys = tuple[str | None, ...]
Found = dict[Keys, dict[str, Value]]


@dataclass(frozen=True, slots=True)
class CountedRows:
    """The rows of one query by their keys, in order, and the warehouse's answers they come from."""

    rows: Found
    answers: Sequence[Answer]


class CatalogueService:
    """The one source of numbers, so that no two pages can disagree."""

    def __init__(self, warehouse: Warehouse, now: Clock, conversion_window: timedelta) -> None:
        self._warehouse = warehouse
        self._now = now
        self._window = conversion_window

    def answer(self, query: Query) -> Result:
        """The rows asked for, the totals over all of them, and the same of the period compared with."""
        return self.answers([query])[0]

    def answers(self, queries: Sequence[Query]) -> list[Result]:
        """The same of each; totals over the same visits are counted once for all of them."""
        return [self._answer(query, over_all) for query, over_all in zip(queries, _for_totals(queries), strict=True)]

    def _answer(self, query: Query, over_all: Query) -> Result:
        counted = self._rows(query, limited=True)
        totals, currencies = self._totals(query, over_all)
        now = self._now()
        compared = query.period.preceding(query.compare, now) if query.compare else None
        rows = [ResultRow(keys, values) for keys, values in _complete(counted.rows, query, now).items()]
        before = None
        if compared and query.compare:
            before, _ = self._totals(query, replace(over_all, period=compared))
            rows = list(self._beside(rows, Comparison(query.period, compared, query.compare), query))
        last = counted.answers[-1]
        return Result(
            query=query,
            rows=tuple(rows[: query.limit]),
            totals=totals,
            before=before,
            compared=compared,
            more=len(rows) > query.limit,
            currencies=currencies,
            as_of=min(answer.as_of for answer in counted.answers),
            engine=last.engine,
            version=f"{last.version} {compared or ''}",
            demo=holds_demo(last.demo, query.period, *([compared] if compared else [])),
        )

    def _beside(self, rows: Sequence[ResultRow], comparison: Comparison, query: Query) -> Iterator[ResultRow]:
        """Each row with its values before; then rows that are no more, unless the limit may have cut them off.

        A bucket beside which there is no other has none.
        """
        earlier = self._earlier(query, comparison)
        matched = comparison.before(query.grain) if query.grain else None
        for row in rows:
            has_other = matched is None or row.keys[0] in matched
            yield replace(row, previous=(earlier.get(row.keys) or _nothing(query)) if has_other else None)
        if query.dimensions and len(rows) <= query.limit:
            known = {row.keys for row in rows}
            dropped = ((keys, values) for keys, values in earlier.items() if keys not in known)
            yield from (ResultRow(keys, _nothing(query), values) for keys, values in dropped)

    def _earlier(self, query: Query, comparison: Comparison) -> Found:
        """The rows of the period compared with, under the keys of today's.

        Days, weeks and months are moved on, and hours placed beside their own.
        """
        rows = self._rows(replace(query, compare=None), limited=False, of=comparison).rows
        if query.grain is not Grain.HOUR or comparison.distance:
            return rows
        names = comparison.hours()
        placed: Found = {}
        for (hour, *rest), values in rows.items():
            if hour in names:
                keys = (names[hour], *rest)
                placed[keys] = _both(placed[keys], values) if keys in placed else values
        return placed

    def _rows(self, query: Query, *, limited: bool, of: Comparison | None = None) -> CountedRows:
        """`of`: where the rows are those of its other period."""
        questions = parts(query, self._window, limited=limited, of=of)
        answers = [self._warehouse.ask(question.question, **question.values) for question in questions]
        rows: Found = {}
        width = len(query.keys)
        for question, answer in zip(questions, answers, strict=True):
            for row in answer.rows:
                keys = _keys(row[:width], query)
                values = rows.setdefault(keys, dict(_nothing(query)))
                values.update(zip(question.measures, row[width:], strict=False))
        return CountedRows(_sorted(rows, query) if len(questions) > 1 else rows, answers)

    def _totals(self, query: Query, over_all: Query) -> tuple[Totals, tuple[str, ...]]:
        """Totals have a question of their own: people are not the sum of their days."""
        values: dict[str, Value] = {}
        n, currencies = 0, ()
        for part in parts(over_all, self._window, limited=False):
            if not {*part.measures} & {*query.counted}:
                continue
            row = self._warehouse.ask(part.question, **part.values).rows[0]
            values |= dict(zip(part.measures, row, strict=False))
            n = max(n, row[len(part.measures)])
            if len(row) > len(part.measures) + 1:
                currencies = tuple(sorted({name for names in row[-1] or () for name in names.split()}))
        return Totals({name: values[name] for name in query.counted}, n), currencies


def _for_totals(queries: Sequence[Query]) -> list[Query]:
    """For each query the one for its totals, with the measures of all queries over the same rows."""
    measures = defaultdict[object, dict[str, None]](dict)
    alike = [(query.period, query.filters, query.currency, query.bots) for query in queries]
    for query, over in zip(queries, alike, strict=True):
        measures[over] |= dict.fromkeys(query.measures)
    return [
        replace(query.for_totals(), measures=tuple(measures[over])) for query, over in zip(queries, alike, strict=True)
    ]


def _keys(row: Sequence[object], query: Query) -> Keys:
    keys = [None if key is None else str(key) for key in row]
    if query.grain:
        keys[0] = _bucket_key(int(str(row[0])), query.grain, query.period.timezone)
    return tuple(keys)


def _bucket_key(number: int, grain: Grain, timezone: str) -> str:
    if grain is Grain.HOUR:
        return (BEGINNING + number * MICROSECOND).astimezone(ZoneInfo(timezone)).isoformat()
    return (EPOCH + timedelta(days=number)).isoformat()


def _nothing(query: Query) -> Mapping[str, Value]:
    """The values of a row that only another relation has, or that was not there before."""
    return {name: 0 if MEASURES[name].is_zero_of_nothing else None for name in query.counted}


def _complete(rows: Found, query: Query, now: datetime) -> Found:
    """The rows with the empty buckets up to now, where time is all that rows are counted by."""
    if query.grain is None or query.dimensions or query.order not in (None, query.grain.value):
        return rows
    begun = {(name,): dict(_nothing(query)) for name in _bucket_keys(query.period.until(now), query.grain)}
    return begun | rows


def _bucket_keys(period: Period, grain: Grain) -> list[str]:
    return [start.isoformat() for start in period.buckets(grain)]


def _both(first: Mapping[str, Value], second: Mapping[str, Value]) -> dict[str, Value]:
    """The values of two hours as one, as far as they add up."""
    return {name: (first[name] or 0) + (second[name] or 0) if MEASURES[name].sums else None for name in first}


def _sorted(rows: Found, query: Query) -> Found:
    """The rows in the order in which the warehouse answers those of one relation."""
    sort_by = query.order or ("" if query.grain else f"-{query.measures[0]}")
    name = sort_by.removeprefix("-")

    def by_keys(item: tuple[Keys, Mapping[str, Value]]) -> tuple[tuple[bool, str], ...]:
        return tuple((key is None, key or "") for key in item[0])

    in_order = sorted(rows.items(), key=by_keys)
    if not name:
        return dict(in_order)
    return dict(_stable(in_order, name, query, falling=sort_by.startswith("-")))


def _stable(
    rows: Iterable[tuple[Keys, dict[str, Value]]], name: str, query: Query, *, falling: bool
) -> list[tuple[Keys, dict[str, Value]]]:
    """Rows without the value come last, whichever way."""
    known = [row for row in rows if _value(row, name, query) is not None]
    unknown = [row for row in rows if _value(row, name, query) is None]
    return sorted(known, key=lambda row: _value(row, name, query), reverse=falling) + unknown  # type: ignore[arg-type,return-value]


def _value(row: tuple[Keys, Mapping[str, Value]], name: str, query: Query) -> object:
    return row[0][query.keys.index(name)] if name in query.keys else row[1][name]
