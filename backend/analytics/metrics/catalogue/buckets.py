"""Buckets of local time, in expressions: where the one of an instant began."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from backend.analytics.metrics.catalogue.query import Query
from backend.analytics.metrics.comparison import Comparison
from backend.analytics.metrics.parameters import MICROSECOND, monday, shift_at, shift_values, since_shift
from backend.analytics.metrics.period import Grain
from backend.analytics.warehouse.relations import DAY, EPOCH

if TYPE_CHECKING:
    from ibis.expr.types import IntegerValue

HOUR = DAY // 24
DISTANCE, MOVED = "distance", "moved"


def bucket_values(query: Query, of: Comparison | None) -> dict[str, int]:
    """The parameters of local time, by name. `of`: the instants are those of the other period of this comparison."""
    if query.grain is None:
        return {}
    distance = of.distance // MICROSECOND if of else 0
    values = {DISTANCE: distance} if distance else {}
    values |= shift_values(of.other if of and not distance else query.period)
    if query.grain is Grain.HOUR:
        return values
    moved, *later = of.moves() if of else ((query.period.first_day, 0),)
    values[MOVED] = moved[1]
    for number, (day, days) in enumerate(later):
        values |= {f"moved_from_{number}": (day - EPOCH).days, f"moved_{number}": days}
    months = query.period.buckets(Grain.MONTH) if query.grain is Grain.MONTH else ()
    return values | {f"month_{number}": (day - EPOCH).days for number, day in enumerate(months)}


def bucket(instant: IntegerValue, grain: Grain, numbers: Mapping[str, IntegerValue]) -> IntegerValue:
    """A local day since 1970; an hour in microseconds since 1970. An hour cut short by a change begins with it."""
    import ibis

    if DISTANCE in numbers:
        instant = instant + numbers[DISTANCE]
    shifts = _numbered(numbers, "offset", "change_", "offset_")
    shift = shift_at(instant, shifts)
    if grain is Grain.HOUR:
        return since_shift(instant, (instant + shift) // HOUR * HOUR - shift, shifts)
    day = (instant + shift) // DAY
    day = day + shift_at(day, _numbered(numbers, MOVED, "moved_from_", "moved_"))
    if grain is Grain.WEEK:
        return monday(day)
    if grain is Grain.MONTH:
        months = _numbered(numbers, None, "month_")
        return ibis.cases(*((day >= month, month) for month in reversed(months)))
    return day


def _numbered(numbers: Mapping[str, IntegerValue], first: str | None, *names: str) -> list[IntegerValue]:
    """The numbers of a name that is counted up, in order."""
    found = [numbers[first]] if first else []
    for number in range(len(numbers)):
        found += [numbers[f"{name}{number}"] for name in names if f"{name}{number}" in numbers]
    return found
