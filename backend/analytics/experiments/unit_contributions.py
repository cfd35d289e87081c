"""What the units of an experiment did: a row for each event or session of theirs that adds to one of their values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.analytics.events.names import EventName
from backend.analytics.experiments.definition import ExperimentUnit
from backend.analytics.experiments.unit_measures import UnitValue, ValueKind
from backend.analytics.lake.tables import EVENTS
from backend.analytics.metrics.catalogue.measures import BY_ITSELF
from backend.analytics.warehouse.relations import SESSIONS, relation

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, IntegerValue, StringValue, Table, Value

RESULT = EventName.ASSESSMENT_SUBMITTED.value
PRICED = frozenset({ValueKind.CENTS, ValueKind.PRICES})
UNIT_COLUMNS = ("unit_id", "exposed_at", "variant", "weights_version", "segment", "day")


def hashed(kind: str, column: StringValue) -> StringValue:
    """A unit's id, whose first letter tells apart what is one's account and another's visitor id."""
    import ibis

    return ibis.literal(kind[0]) + column


def id_of(name: str, table: Table) -> StringValue:
    """The id of a row's unit, where this column names it."""
    return hashed(name, table[name])


@dataclass(frozen=True, slots=True)
class Contributions:
    """How `values` are read. `links`: the account of each visitor that has just one, where visitors are the units."""

    numbers: Mapping[str, IntegerValue]
    unit: ExperimentUnit
    values: tuple[UnitValue, ...]
    currency: str
    links: Table | None

    def of(self, units: Table, *, with_before: bool) -> Table:
        """Rows of these units: `UNIT_COLUMNS`, `at`, `is_after` the exposure, and `v0` and on, a whole number each."""
        units = units.select(UNIT_COLUMNS)
        parts = []
        if any(value.counting is not ValueKind.SESSIONS for value in self.values):
            parts += [self._of_events(units, key) for key in self._keys()]
        if any(value.counting is ValueKind.SESSIONS for value in self.values):
            parts += [self._of_sessions(units, key) for key in self._keys()]
        rows = parts[0]
        for part in parts[1:]:
            rows = rows.union(part)
        return rows if with_before else rows.filter(rows.is_after)

    def _keys(self) -> tuple[str, ...]:
        """The columns that name the unit of an event. What is a session here is a visitor id of a day on our pages."""
        if self.unit is ExperimentUnit.SESSION:
            return "visitor_id", "session_id"
        return (f"{self.unit.value}_id",)

    def _identified(self, rows: Table, key: str) -> Table:
        import ibis

        if self.links is None:
            rows = rows.mutate(of_unit=id_of(key, rows))
        else:
            rows = rows.left_join(self.links, rows.visitor_id == self.links.linked)
            account = ibis.coalesce(rows.account, ibis.cases((rows.visitor_id.isnull(), rows.user_id)))
            rows = rows.mutate(of_unit=ibis.coalesce(hashed("user_id", account), id_of(key, rows)))
        return rows.filter(rows.of_unit.notnull())

    def _of_events(self, units: Table, key: str) -> Table:
        rows = self._identified(self._events().drop("day"), key)
        rows = rows.inner_join(units, rows.of_unit == units.unit_id)
        rows = self._placed(rows.mutate(at=rows.timestamp), rows.timestamp)
        rows = rows.mutate(**self._marks(rows))
        return rows.select(*UNIT_COLUMNS, "at", "is_after", **{f"v{n}": v for n, v in self._event_values(rows)})

    def _events(self) -> Table:
        """The events that any value counts, of people, in the days around the test."""
        events = relation(EVENTS)
        names = {value.event for value in self.values if value.event}
        if any(value.counting is ValueKind.FOLLOWED for value in self.values):
            names.add(RESULT)
        return self._in_time(events, events.timestamp).filter(events.event_type.isin(sorted(map(str, names))))

    def _in_time(self, table: Table, instant: IntegerValue) -> Table:
        first, last, end = (self.numbers[name] for name in ("first_day", "last_day", "end"))
        return table.filter(table.day >= first, table.day <= last, instant < end, ~table.is_bot)

    def _placed(self, rows: Table, instant: IntegerValue) -> Table:
        """The rows in a unit's time: after its exposure, as long as its window, or so many days before it."""
        waited = instant - rows.exposed_at
        length, before = self.numbers["window"], self.numbers["before"]
        return rows.mutate(is_after=waited >= 0).filter(waited < length, waited >= -before)

    def _marks(self, rows: Table) -> dict[str, BooleanValue]:
        """Columns of more than one row: which events followed a result, which clicks are the first of equal ones."""
        import ibis

        marks: dict[str, BooleanValue] = {}
        if any(value.counting is ValueKind.FOLLOWED for value in self.values):
            is_result = rows.event_type == RESULT
            in_order = [rows.timestamp, ibis.ifelse(is_result, 0, 1)]
            so_far = ibis.cumulative_window(group_by=["unit_id", "is_after"], order_by=in_order)
            result_at = ibis.cases((is_result, rows.timestamp)).max().over(so_far)
            marks["has_followed"] = (rows.timestamp - result_at <= self.numbers["followed"]).fill_null(False)
        if any(value.counting in PRICED for value in self.values):
            is_priced = (rows.price_cents.notnull() & (rows.currency == self.currency)).fill_null(False)
            equal = ["unit_id", "is_after", "session_key", "event_type", "offer", "price_cents", "currency"]
            place = ibis.row_number().over(ibis.window(group_by=equal, order_by=["timestamp", "event_id"]))
            marks["is_priced"] = is_priced & (place == 0)
        return marks

    def _event_values(self, rows: Table) -> list[tuple[int, Value]]:
        return [(number, self._event_value(rows, value)) for number, value in enumerate(self.values)]

    def _event_value(self, rows: Table, value: UnitValue) -> Value:
        import ibis

        one, none = ibis.literal(1, "int64"), ibis.literal(0, "int64")
        if value.counting is ValueKind.SESSIONS:
            return none
        is_it = rows.event_type == value.event
        if value.step is not None:
            is_it = is_it & (rows.step == value.step).fill_null(False)
        if value.counting is ValueKind.FOLLOWED:
            is_it = is_it & rows.has_followed
        if value.counting in PRICED:
            is_it = is_it & rows.is_priced
        return ibis.ifelse(is_it, rows.price_cents if value.counting is ValueKind.CENTS else one, none)

    def _of_sessions(self, units: Table, key: str) -> Table:
        """A session that goes on when its unit is exposed is one after it."""
        import ibis

        sessions = relation(SESSIONS)
        rows = self._identified(self._in_time(sessions, sessions.started_at).drop("day"), key)
        rows = rows.inner_join(units, rows.of_unit == units.unit_id)
        goes_on = rows.ended_at >= rows.exposed_at
        rows = rows.mutate(at=ibis.ifelse(goes_on, ibis.greatest(rows.started_at, rows.exposed_at), rows.started_at))
        rows = self._placed(rows, rows.at)
        values = {f"v{number}": _session_value(rows, value) for number, value in enumerate(self.values)}
        return rows.select(*UNIT_COLUMNS, "at", "is_after", **values)


def _session_value(rows: Table, value: UnitValue) -> Value:
    import ibis

    one, none = ibis.literal(1, "int64"), ibis.literal(0, "int64")
    acts = rows.event_names.replace(BY_ITSELF, "").strip()
    conditions = {
        "bounces": ~acts.contains(" "),
        "opened_sessions": rows.step_1_at.notnull(),
        "result_sessions": rows.submitted_at.notnull(),
    }
    if value.counting is not ValueKind.SESSIONS:
        return none
    if value.name == "session_events":
        return rows.events.cast("int64")
    return ibis.ifelse(conditions[value.name], one, none) if value.name in conditions else one
