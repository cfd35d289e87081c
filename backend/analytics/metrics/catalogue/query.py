"""A question to the catalogue, and its answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from enum import StrEnum
from re import fullmatch

from backend.analytics.lake.origin import ORIGIN, as_kept
from backend.analytics.metrics.catalogue.dimensions import DIMENSIONS
from backend.analytics.metrics.catalogue.measures import MEASURES, Relation
from backend.analytics.metrics.catalogue.vocabularies import VOCABULARIES, can_be
from backend.analytics.metrics.period import LONGEST_BY_HOUR, Compare, Grain, Period
from backend.errors import FieldError, InvalidRequest

MOST_ROWS = 10_000
MOST_MEASURES, MOST_DIMENSIONS, MOST_FILTERS, MOST_VALUES, LONGEST_VALUE = 20, 4, 100, 100, 200
DEFAULT_CURRENCY, CURRENCY = "USD", "[A-Z]{3}"
Value = int | float | None


class Operator(StrEnum):
    EQ = "eq"
    NE = "ne"
    IN = "in"
    NOT_IN = "not_in"
    CONTAINS = "contains"
    IS_NULL = "is_null"
    NOT_NULL = "not_null"


@dataclass(frozen=True, slots=True)
class Filter:
    """Keeps rows by a dimension. The empty text stands for "there is none"; what is not one of the values may be none.

    `spelled`: the values are there in every spelling, which is more than were asked for.
    """

    field: str
    op: Operator
    values: tuple[str, ...] = ()
    spelled: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """Measures by dimensions over a period. `order` is a name of either, with `-` for the greatest first."""

    measures: tuple[str, ...]
    period: Period
    dimensions: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    grain: Grain | None = None
    compare: Compare | None = None
    order: str | None = None
    limit: int = 1_000
    currency: str = DEFAULT_CURRENCY
    bots: bool = False

    def __post_init__(self) -> None:
        if faults := tuple(_faults(self)):
            raise InvalidRequest(faults)
        object.__setattr__(self, "filters", in_any_spelling(self.filters))

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns before the measures in each row: the grain, then the dimensions."""
        return (*([self.grain.value] if self.grain else []), *self.dimensions)

    @property
    def shown(self) -> tuple[str, ...]:
        """The measures, each rate with the two numbers that it divides."""
        return tuple(dict.fromkeys(part for name in self.measures for part in (name, *MEASURES[name].parts)))

    @property
    def counted(self) -> tuple[str, ...]:
        """The measures that are shown and the counts on which they rest."""
        return tuple(dict.fromkeys((*self.shown, *(MEASURES[name].rests_on for name in self.measures))))

    def for_totals(self) -> Query:
        """The query for the totals: the same without being broken down."""
        return replace(self, dimensions=(), grain=None, order=None, compare=None)


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One row: a key for each of the query's `keys`, a value for each name in `counted`, and those before, if compared.

    A key of time is the first local day of the bucket, or the instant an hour began.
    """

    keys: tuple[str | None, ...]
    values: Mapping[str, Value]
    previous: Mapping[str, Value] | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """The measures over everything the filters keep. `n`: how many sessions, or events, that is."""

    values: Mapping[str, Value]
    n: int


@dataclass(frozen=True, slots=True)
class Result:
    """Rows and totals; all events accepted before `as_of` are in them. Where `more`, the limit cut rows off.

    `version` changes with what the lake holds, and with what is compared. `demo`: demo visits are among what was
    counted, or may be.
    """

    query: Query
    rows: tuple[ResultRow, ...]
    totals: Totals
    before: Totals | None
    compared: Period | None
    more: bool
    currencies: tuple[str, ...]
    as_of: datetime
    engine: str
    version: str
    demo: bool


def _faults(query: Query) -> Iterator[FieldError]:
    yield from unknown_names("measures", query.measures, MEASURES)
    yield from unknown_names("dimensions", query.dimensions, DIMENSIONS)
    yield from unknown_names("filters", (condition.field for condition in query.filters), DIMENSIONS, ".field")
    yield from _sizes(query)
    yield from value_faults(query.filters)
    order = (query.order or "").removeprefix("-")
    columns = (*query.keys, *query.measures)
    if order and order not in columns:
        yield FieldError("order", f"must be one of the requested columns: {', '.join(columns)}")
    yield from _sources(query)


def unknown_names(
    field: str, names: Iterable[str], known: Mapping[str, object], part: str = ""
) -> Iterator[FieldError]:
    for index, name in enumerate(names):
        if name not in known:
            near = get_close_matches(name, known, n=3, cutoff=0.5)
            hint = f"; did you mean {' or '.join(near)}?" if near else "; GET /api/analytics/metrics lists all"
            yield FieldError(f"{field}.{index}{part}", f"{name[:100]!r} is not known{hint}")


def _sizes(query: Query) -> Iterator[FieldError]:
    if not query.measures:
        yield FieldError("measures", "must name at least one measure")
    for field, most in (("measures", MOST_MEASURES), ("dimensions", MOST_DIMENSIONS), ("filters", MOST_FILTERS)):
        entries = getattr(query, field)
        if len(entries) > most:
            yield FieldError(field, f"must be {most} or fewer")
        if field != "filters" and len(set(entries)) < len(entries):
            yield FieldError(field, "must not repeat a name")
    if not 1 <= query.limit <= MOST_ROWS:
        yield FieldError("limit", f"must be between 1 and {MOST_ROWS:,}")
    if query.grain is Grain.HOUR and query.period.end - query.period.start > LONGEST_BY_HOUR:
        yield FieldError("grain", f"by hour, a period is at most {LONGEST_BY_HOUR.days} days")
    if not fullmatch(CURRENCY, query.currency):
        yield FieldError("currency", "must be three capital letters such as USD")


def in_any_spelling(filters: Iterable[Filter]) -> tuple[Filter, ...]:
    """The filters, with their values as the lake keeps them: small letters for where a visitor came from, codes.

    What was kept before the lake kept small letters is found by the letters it came with.
    """
    return tuple(condition if condition.spelled else _spelled(condition) for condition in filters)


def _spelled(condition: Filter) -> Filter:
    if condition.op is Operator.CONTAINS:  # which ignores case
        return condition
    name, values = condition.field, condition.values
    if name in VOCABULARIES:
        return replace(condition, values=tuple(dict.fromkeys(map(VOCABULARIES[name].kept, values))), spelled=True)
    if name not in ORIGIN:
        return condition
    kept = (as_kept(name, value) for value in values)
    return replace(condition, values=tuple(dict.fromkeys((*values, *kept))), spelled=True)


def value_faults(filters: Iterable[Filter]) -> Iterator[FieldError]:
    for index, condition in enumerate(filters):
        least, most = (0, 0) if condition.op in (Operator.IS_NULL, Operator.NOT_NULL) else (1, MOST_VALUES)
        if not least <= len(condition.values) <= most and not condition.spelled:
            expected = f"{least} to {most} values" if most else "no value"
            yield FieldError(f"filters.{index}.value", f"{condition.op} takes {expected}")
        if condition.op is Operator.CONTAINS and "" in condition.values:
            yield FieldError(f"filters.{index}.value", "must be texts of at least one character")
        named = [(condition.field, value) for value in condition.values]
        if any(len(value) > LONGEST_VALUE or "\0" in value for value in condition.values):
            yield FieldError(f"filters.{index}.value", f"must be texts of up to {LONGEST_VALUE} characters")
        elif not (condition.spelled or condition.op is Operator.CONTAINS or all(can_be(*pair) for pair in named)):
            yield FieldError(f"filters.{index}.value", VOCABULARIES[condition.field].says)


def session_faults(filters: Iterable[Filter]) -> Iterator[FieldError]:
    """Faults of filters where only sessions are counted."""
    fields = [condition.field for condition in filters]
    yield from unknown_names("filters", fields, DIMENSIONS, ".field")
    for index, name in enumerate(fields):
        if name in DIMENSIONS and Relation.SESSIONS not in DIMENSIONS[name].sources:
            yield FieldError(f"filters.{index}.field", f"sessions have no {name}")


def _sources(query: Query) -> Iterator[FieldError]:
    """Measures of events have no source or job: those belong to sessions."""
    used = [*query.dimensions, *(condition.field for condition in query.filters)]
    for measure in query.measures:
        source = MEASURES[measure].source if measure in MEASURES else None
        for name in used:
            if source and name in DIMENSIONS and source not in DIMENSIONS[name].sources:
                kind = "events" if source is Relation.EVENTS else "sessions"
                yield FieldError("measures", f"{measure} counts {kind}, which have no {name}")
