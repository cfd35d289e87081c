"""Sums over the units of an experiment, as one grouped expression over the lake's relations.

A unit enters once, and what it does later changes its values. A row of the answer is what one day of the test adds to
the sums of one variant, so that the sums as they were at the end of any day are the sums of the rows up to it: of a
square, a day adds the square of what a unit has come to minus the square of what it had. Squares are doubles: cents
squared leave 64 bits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

from backend.analytics.experiments.definition import ExperimentUnit
from backend.analytics.experiments.unit_contributions import Contributions, hashed, id_of
from backend.analytics.experiments.unit_measures import UnitValue
from backend.analytics.lake.tables import EVENTS
from backend.analytics.metrics.catalogue.variants import property_of, server_exposures
from backend.analytics.metrics.parameters import shift_at
from backend.analytics.warehouse.relations import DAY, relation

if TYPE_CHECKING:
    from ibis.expr.types import IntegerValue, StringValue, Table, Value

    Numbers = Mapping[str, IntegerValue]

HOUR = DAY // 24
SEGMENTS = ("country", "region", "device")  # that an exposure itself tells
OWN_IDS = ("user_id", "visitor_id")  # columns of an exposure that may name its unit
KEYS = ("standing", "variant", "weights_version", "day", "segment")
BOUNDS = ("start", "end", "first_day", "last_day", "phase", "window", "before", "followed", "began")


class Standing(StrEnum):
    """Whether a unit counts, and if it does not, why."""

    COUNTED = "counted"
    BOT = "bot"
    FORCED = "forced"
    CROSSED = "crossed"
    IMMATURE = "immature"


@dataclass(frozen=True, slots=True)
class Shape:
    """What makes one question differ from another in more than its numbers and texts.

    `pairs` of values are multiplied, beside each with itself; `with_before`: the days before are counted too. Of the
    names of factors, `y0` is the first value, `x0` the same in the days before, `c0` 1 where the first is not zero.
    """

    unit: ExperimentUnit
    values: tuple[UnitValue, ...]
    pairs: tuple[tuple[int, int], ...] = ()
    segment: str | None = None
    has_window: bool = False
    with_before: bool = False
    shifts: tuple[str, ...] = ()
    currency: str = "USD"

    @property
    def parameters(self) -> tuple[str, ...]:
        return (*BOUNDS, *self.shifts)

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        """The factors of each sum, in the order of the answer's columns; the empty name stands for 1."""
        names = [f"y{number}" for number in range(len(self.values))]
        names += [f"x{number}" for number in range(len(self.values))] if self.with_before else []
        related = {frozenset(pair) for pair in self.pairs} | {frozenset((n,)) for n in range(len(self.values))}
        products = (
            (first, second)
            for first, second in combinations_with_replacement(names, 2)
            if frozenset((int(first[1:]), int(second[1:]))) in related
        )
        conversions = [f"c{number}" for number, value in enumerate(self.values) if not value.is_flag]
        return (*(("", name) for name in (*names, *conversions)), *products)


def sums_of_units(*marks: IntegerValue, shape: Shape, test: str) -> Table:
    """A row for each of `KEYS` there is: units that enter, then the sums of `Shape.columns`."""
    import ibis

    numbers = dict(zip(shape.parameters, marks, strict=True))
    links = _links(numbers) if shape.unit is ExperimentUnit.VISITOR else None
    units = _units(numbers, shape, test, links)
    entries = units.group_by(*KEYS).aggregate(n=units.count())
    entries = entries.mutate(**{f"s{number}": _float(ibis.literal(0)) for number in range(len(shape.columns))})
    counted = units.filter(units.standing == Standing.COUNTED)
    contributions = Contributions(numbers, shape.unit, shape.values, shape.currency, links)
    days = _days(contributions.of(counted, with_before=shape.with_before), numbers, shape)
    return entries.union(_added(days, shape))


def _links(numbers: Numbers) -> Table:
    """The account of each visitor who signed in to just one, by consent: several visitors of one account are one."""
    events = relation(EVENTS)
    events = events.filter(
        events.day >= numbers["first_day"],
        events.day <= numbers["last_day"],
        events.timestamp < numbers["end"],
        events.visitor_id.notnull(),
        events.user_id.notnull(),
    )
    links = events.group_by(linked="visitor_id").aggregate(
        account=events.user_id.min(), accounts=events.user_id.nunique()
    )
    return links.filter(links.accounts == 1).select("linked", "account")


def exposures(numbers: Numbers, test: str) -> Table:
    """The exposures of one phase of an experiment, which only the server's own stream has."""
    import ibis

    events = server_exposures()
    events = events.filter(
        events.day >= numbers["start"] // DAY, events.day <= numbers["last_day"], events.timestamp >= numbers["start"]
    )
    events = events.mutate(
        of_phase=_whole(events, "phase"),
        to_variant=property_of(events, "variant"),
        version=_whole(events, "weights_version"),
        forced=events.event_data.re_search('"forced" *: *true'),
        unit_id=ibis.cases(
            *((events.event_data.re_search(f'"unit_key" *: *"{key}"'), id_of(key, events)) for key in OWN_IDS),
            else_=hashed("session_id", property_of(events, "session")),
        ),
    )
    return events.filter(property_of(events, "experiment") == test, events.of_phase == numbers["phase"])


def _units(numbers: Numbers, shape: Shape, test: str, links: Table | None) -> Table:
    """One row a unit, with `KEYS`, in the variant of its first exposure."""
    import ibis

    rows = exposures(numbers, test)
    rows = rows.filter(rows.timestamp < numbers["end"], rows.unit_id.notnull())
    if links is not None:
        rows = rows.left_join(links, rows.visitor_id == links.linked)
        rows = rows.mutate(unit_id=ibis.coalesce(hashed("user_id", rows.account), rows.unit_id))
    segment = rows[shape.segment] if shape.segment else ibis.null("string")
    # Engines do not agree on the first of values when it is null.
    rows = rows.mutate(of_segment=segment.fill_null(""), to_variant=rows.to_variant.fill_null(""))
    units = rows.group_by("unit_id").aggregate(
        exposed_at=rows.timestamp.min(),
        variant=rows.to_variant.argmin(rows.timestamp),
        weights_version=rows.version.fill_null(0).argmin(rows.timestamp),
        segment=rows.of_segment.argmin(rows.timestamp),
        variants=rows.to_variant.nunique(),
        is_bot=rows.is_bot.any(),
        is_forced=rows.forced.any(),
    )
    return units.mutate(
        standing=_standing(units, numbers, shape),
        day=_day(units.exposed_at + (numbers["window"] if shape.has_window else 0), numbers, shape),
    )


def _standing(units: Table, numbers: Numbers, shape: Shape) -> StringValue:
    import ibis

    reasons = [
        (units.is_bot, Standing.BOT.value),
        (units.is_forced, Standing.FORCED.value),
        (units.variants > 1, Standing.CROSSED.value),
    ]
    if shape.has_window:
        reasons.append((units.exposed_at + numbers["window"] > numbers["end"], Standing.IMMATURE.value))
    return ibis.cases(*reasons, else_=Standing.COUNTED.value)


def _day(instant: IntegerValue, numbers: Numbers, shape: Shape) -> IntegerValue:
    """Which day of the test it is, the first being 0: each ends at the local time of the day that the start had."""
    local = instant + shift_at(instant, [numbers[name] for name in shape.shifts])
    return (local - numbers["began"]) // DAY


def _days(contributions: Table, numbers: Numbers, shape: Shape) -> Table:
    """What each unit came to by the end of each day on which it did anything: `y` then, `was` before, and its `x`."""
    import ibis

    rows = contributions
    day = rows.day if shape.has_window else ibis.ifelse(rows.is_after, _day(rows.at, numbers, shape), rows.day)
    rows = rows.mutate(day=day)
    names = [f"v{number}" for number in range(len(shape.values))]
    sums = {f"y_{name}": rows[name].sum(where=rows.is_after) for name in names}
    sums |= {f"x_{name}": rows[name].sum(where=~rows.is_after) for name in names}
    days = rows.group_by("unit_id", *KEYS[1:]).aggregate(
        **{name: value.fill_null(0) for name, value in sums.items()}, enters=(~rows.is_after).sum()
    )
    so_far = ibis.cumulative_window(group_by="unit_id", order_by="day")
    all_days = ibis.window(group_by="unit_id")
    for number, value in enumerate(shape.values):
        total, own = days[f"y_v{number}"].sum().over(so_far), days[f"y_v{number}"]
        before = days[f"x_v{number}"].sum().over(all_days)
        columns = {f"y{number}": total, f"was_y{number}": total - own, f"x{number}": before}
        days = days.mutate(**{f"c{number}": _is_some(total), f"was_c{number}": _is_some(total - own)})
        days = days.mutate(
            **{name: _float(ibis.least(amount, 1) if value.is_flag else amount) for name, amount in columns.items()}
        )
    # The unit's sums before belong to the first of its rows: any one would do, as they are the same in all.
    return days.mutate(is_first=ibis.row_number().over(ibis.window(group_by="unit_id", order_by="day")) == 0)


def _added(days: Table, shape: Shape) -> Table:
    import ibis

    sums = {}
    for number, factors in enumerate(shape.columns):
        now, was = (_product(days, factors, prefix) for prefix in ("", "was_"))
        is_before = all(factor in {"", f"x{factor[1:]}"} for factor in factors)
        change = ibis.ifelse(days.is_first, now, 0.0) if is_before else now - was
        sums[f"s{number}"] = change.sum().fill_null(0.0)
    rows = days.group_by(*KEYS[1:]).aggregate(**sums)
    nobody = ibis.literal(0, "int64")
    counted = ibis.literal(Standing.COUNTED.value)
    return rows.mutate(standing=counted, n=nobody).select(*KEYS, "n", *sums)


def _product(days: Table, factors: tuple[str, str], prefix: str) -> Value:
    import ibis

    product: Value = ibis.literal(1.0)
    for factor in factors:
        if factor:
            product = product * days[factor if factor.startswith("x") else f"{prefix}{factor}"]
    return product


def _whole(events: Table, name: str) -> IntegerValue:
    return events.event_data.re_extract(f'"{name}" *: *([0-9]+)', 1).nullif("").cast("int64")


def _is_some(amount: IntegerValue) -> Value:
    return _float((amount != 0).cast("int64"))


def _float(amount: Value) -> Value:
    return amount.cast("float64")


def sums_of_novelty(*marks: IntegerValue, shape: Shape, test: str) -> Table:
    """A row a variant, of units exposed ten days ago: n, then sum and sum of squares of the daily mean of the first
    value in days 0-2 after the exposure, and of that of days 3-9 minus it.
    """
    import ibis

    numbers = dict(zip(shape.parameters, marks, strict=True))
    links = _links(numbers) if shape.unit is ExperimentUnit.VISITOR else None
    units = _units(numbers, shape, test, links)
    units = units.filter(units.standing == Standing.COUNTED, units.exposed_at + 10 * DAY <= numbers["end"])
    contributions = Contributions(numbers, shape.unit, shape.values[:1], shape.currency, links)
    rows = contributions.of(units, with_before=False)
    waited = rows.at - rows.exposed_at
    spans = {"early": waited < 3 * DAY, "late": (waited >= 3 * DAY) & (waited < 10 * DAY)}
    did = rows.group_by(of_unit="unit_id").aggregate(
        **{name: rows.v0.sum(where=span).fill_null(0) for name, span in spans.items()}
    )
    whole = units.left_join(did, units.unit_id == did.of_unit)
    amounts = {name: whole[name].fill_null(0) for name in spans}
    if shape.values[0].is_flag:
        amounts = {name: ibis.least(amount, 1) for name, amount in amounts.items()}
    whole = whole.select("variant", early=_float(amounts["early"]) / 3, late=_float(amounts["late"]) / 7)
    whole = whole.mutate(change=whole.late - whole.early)
    return whole.group_by("variant").aggregate(
        n=whole.count(),
        early=whole.early.sum(),
        early_squares=(whole.early * whole.early).sum(),
        change=whole.change.sum(),
        change_squares=(whole.change * whole.change).sum(),
    )


def exposures_by_hour(*marks: IntegerValue, shape: Shape, test: str) -> Table:
    """A row for each hour since 1970 with exposures, robots' left out; those after the end of the test apart."""
    numbers = dict(zip(shape.parameters, marks, strict=True))
    rows = exposures(numbers, test)
    rows = rows.filter(~rows.is_bot)
    hours = rows.group_by(hour=rows.timestamp // HOUR, is_late=rows.timestamp >= numbers["end"])
    return hours.aggregate(n=rows.count())
