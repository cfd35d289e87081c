"""What the metric catalogue may be asked, and what it answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt

from backend.analytics.metrics.catalogue.dimensions import DIMENSIONS, Dimension
from backend.analytics.metrics.catalogue.measures import MEASURES, Unit
from backend.analytics.metrics.catalogue.query import (
    MOST_ROWS,
    Filter,
    Operator,
    Query,
    Result,
    ResultRow,
    Totals,
    Value,
)
from backend.analytics.metrics.period import Compare, Grain, Period
from backend.csv_table import csv_lines
from backend.routes.schemas import said_rules
from backend.routes.schemas.answer import Out, TableOut
from backend.routes.schemas.dashboard import BOTS, Covered, PeriodQuery, covered
from backend.routes.schemas.filters import SessionQuery

Cell = int | float | str | None
DIGITS = {Unit.FRACTION: 6, Unit.CENTS: 2, Unit.SECONDS: 1}


class CatalogueMeasure(Out):
    """`sums` says whether parts that share no row add up to the whole. `source` is what it counts."""

    name: str
    label: str
    unit: Unit
    description: str
    source: str
    sums: bool


class CatalogueDimension(Out):
    """`nothing` is how people call it where there is none; `sources` are what can be broken down by it."""

    name: str
    label: str
    description: str
    sources: list[str]
    nothing: str


class CatalogueOut(Out):
    measures: list[CatalogueMeasure]
    dimensions: list[CatalogueDimension]
    grains: list[Grain]
    operators: list[Operator]
    comparisons: list[Compare]

    @classmethod
    def whole(cls) -> Self:
        return cls(
            measures=[CatalogueMeasure.model_validate(measure) for measure in MEASURES.values()],
            dimensions=[
                CatalogueDimension(**_described(dimension), sources=sorted(dimension.sources))
                for dimension in DIMENSIONS.values()
            ],
            grains=list(Grain),
            operators=list(Operator),
            comparisons=list(Compare),
        )


def _described(dimension: Dimension) -> dict[str, str]:
    return {name: getattr(dimension, name) for name in ("name", "label", "description", "nothing")}


class CatalogueResponse(Out):
    data: CatalogueOut


class FilterIn(BaseModel):
    """Keeps rows by a dimension; the empty text stands for "there is none"."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=said_rules.OF_OPERATORS)

    field: str = Field(json_schema_extra=said_rules.DIMENSION)
    op: Operator = Operator.EQ
    value: str | list[str] | None = None

    def filter(self) -> Filter:
        values = [] if self.value is None else [self.value] if isinstance(self.value, str) else self.value
        return Filter(self.field, self.op, tuple(values))


class QueryBody(PeriodQuery):
    """Measures by dimensions over a period; days count whole, both included."""

    model_config = ConfigDict(json_schema_extra=said_rules.OF_SOURCES)

    measures: list[str] = Field(
        examples=[["sessions", "conversion_rate"]], json_schema_extra=said_rules.NAMES_OF_MEASURES
    )
    dimensions: list[str] = Field(
        default_factory=list, examples=[["source"]], json_schema_extra=said_rules.NAMES_OF_DIMENSIONS
    )
    filters: list[FilterIn] = Field(default_factory=list, json_schema_extra=said_rules.SOME_FILTERS)
    grain: Grain | None = None
    compare: Compare | None = None
    order: str | None = Field(
        None,
        description="A name that is asked for; with `-` before it, the greatest first.",
        json_schema_extra=said_rules.ORDER,
    )
    bots: StrictBool = Field(False, description=BOTS)
    limit: StrictInt = Field(1_000, description=f"Rows at most, up to {MOST_ROWS}.", json_schema_extra=said_rules.ROWS)
    currency: str = Field(
        "USD",
        description="Money is summed in this one; `meta.currencies` names all there are.",
        json_schema_extra=said_rules.MONEY,
    )
    format: Literal["json", "csv"] = "json"

    def query(self, default_zone: str, now: datetime) -> Query:
        return Query(
            measures=tuple(self.measures),
            period=self.period(default_zone, now),
            dimensions=tuple(self.dimensions),
            filters=tuple(chosen.filter() for chosen in self.filters),
            grain=self.grain,
            compare=self.compare,
            order=self.order,
            limit=self.limit,
            currency=self.currency,
            bots=self.bots,
        )


class PlanOut(Out):
    """The query as it was understood."""

    measures: list[str]
    dimensions: list[str]
    filters: list[dict[str, str | list[str]]]
    grain: Grain | None
    order: str | None
    limit: int
    currency: str
    bots: bool


class CompareOut(Out):
    """The period compared with. Each row's `previous` holds its values there; null beside a bucket that was not in it.

    `left_out`: a day that does not count, as no day of the period stands beside it: February 29.
    """

    start: datetime
    end: datetime
    left_out: date | None
    totals: dict[str, int | float | None]
    n: dict[str, int]


class ResultMeta(Covered):
    """What the rows cover: all events accepted before `as_of`.

    `totals` are over everything the filters keep, also what the limit cut off (`more`); people count once in them.
    `n` is for each measure the count that it rests on: the denominator of a rate. `demo`: the days asked for hold
    visits of `flask demo visits`.
    """

    plan: PlanOut
    totals: dict[str, int | float | None]
    n: dict[str, int]
    more: bool
    currencies: list[str]
    compare: CompareOut | None


class ResultResponse(TableOut):
    """A row holds its keys and measures by name; rates are fractions with both numbers, null on fewer than ten."""

    data: list[dict[str, Cell | dict[str, int | float | None]]]
    meta: ResultMeta

    @classmethod
    def of(cls, result: Result) -> Self:
        query, period = result.query, result.query.period
        zone = ZoneInfo(period.timezone)
        return cls(
            data=list(_rows(result)),
            meta=ResultMeta(
                **covered(period, result),
                plan=_plan(query),
                totals=shown(query, result.totals.values),
                n=_rests_on(query, result.totals),
                more=result.more,
                currencies=list(result.currencies),
                compare=_compare(query, result.compared, result.before, zone),
            ),
        )


def result_csv(result: Result) -> str:
    """The rows as a table: keys, measures, and those before, named `previous_<measure>`; money ends in `_cents`."""
    query = result.query
    measures = [_column(name) for name in query.shown]
    earlier = [f"previous_{column}" for column in measures] if query.compare else []
    rows = (
        [*row.keys, *shown(query, row.values).values(), *(_previous(row, query) if query.compare else ())]
        for row in result.rows
    )
    return "".join(csv_lines([*query.keys, *measures, *earlier], rows))


def _previous(row: ResultRow, query: Query) -> list[Value]:
    return [*shown(query, row.previous).values()] if row.previous else [None] * len(query.shown)


def _column(measure: str) -> str:
    """A table has no `meta` to say in what unit a number is."""
    return f"{measure}_cents" if MEASURES[measure].unit is Unit.CENTS else measure


def shown(query: Query, values: Mapping[str, Value]) -> dict[str, Value]:
    """The values that are shown. Whole numbers stay whole; the rest to as many digits as their unit has use for."""
    return {name: _round(values[name], MEASURES[name].unit) for name in query.shown}


def _round(value: Value, unit: Unit) -> Value:
    return round(value, DIGITS[unit]) + 0.0 if isinstance(value, float) else value


def _rows(result: Result) -> Iterator[dict[str, Cell | dict[str, Value]]]:
    query = result.query
    for row in result.rows:
        values = dict(zip(query.keys, row.keys, strict=True)) | shown(query, row.values)
        previous = {"previous": shown(query, row.previous) if row.previous else None} if query.compare else {}
        yield values | previous


def _plan(query: Query) -> PlanOut:
    filters = [{"field": f.field, "op": f.op.value, "value": list(f.values)} for f in query.filters]
    return PlanOut.model_validate(
        {name: getattr(query, name) for name in PlanOut.model_fields if name != "filters"} | {"filters": filters}
    )


def _rests_on(query: Query, totals: Totals) -> dict[str, int]:
    return {name: int(totals.values[MEASURES[name].rests_on] or 0) for name in query.measures}


def _compare(query: Query, compared: Period | None, before: Totals | None, zone: ZoneInfo) -> CompareOut | None:
    if compared is None or before is None:
        return None
    return CompareOut(
        start=compared.start.astimezone(zone),
        end=compared.end.astimezone(zone),
        left_out=compared.left_out,
        totals=shown(query, before.values),
        n=_rests_on(query, before),
    )


class DashboardQuery(SessionQuery):
    """A dashboard's measures by one dimension, or by time too."""

    breakdown: str | None = Field(
        None,
        description="A dimension; each endpoint has its own by default.",
        json_schema_extra=said_rules.optional(said_rules.OF_SESSIONS),
    )
    grain: Grain | None = None
    order: str | None = Field(None, json_schema_extra=said_rules.ORDER)
    limit: int = Field(1_000, json_schema_extra=said_rules.ROWS)
    currency: str = Field("USD", json_schema_extra=said_rules.MONEY)

    def query(self, measures: tuple[str, ...], breakdown: str, default_zone: str, now: datetime) -> Query:
        return Query(
            measures,
            self.period(default_zone, now),
            dimensions=(self.breakdown or breakdown,),
            filters=self.filters(),
            grain=self.grain,
            compare=self.compare,
            order=self.order,
            limit=self.limit,
            currency=self.currency,
            bots=self.bots,
        )
