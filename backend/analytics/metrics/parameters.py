"""A period as the whole numbers a question takes, and local time in expressions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from backend.analytics.lake.demo import DemoDays
from backend.analytics.metrics.period import Period
from backend.analytics.warehouse.relations import DAY

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, IntegerValue

MICROSECOND = timedelta(microseconds=1)
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
THURSDAY = 3  # which 1970-01-01 was
GAP = ("left_out_from", "left_out_until")
BOUNDS = ("start", "end", "first_day", "last_day")


def micros(instant: datetime) -> int:
    """Microseconds since 1970."""
    return (instant - BEGINNING) // MICROSECOND


def bounds(period: Period) -> dict[str, int]:
    """The period in microseconds, and the days on which its sessions may have begun: they may be opened a day later."""
    start, end = micros(period.start), micros(period.end)
    return {"start": start, "end": end, "first_day": start // DAY - 1, "last_day": end // DAY}


def gap_values(period: Period) -> dict[str, int]:
    """The day that is left out of a period, in microseconds; where none is, it has no length."""
    return dict(zip(GAP, map(micros, period.gap or (BEGINNING, BEGINNING)), strict=True))


def not_left_out(instant: IntegerValue, numbers: Mapping[str, IntegerValue]) -> BooleanValue:
    begin, end = (numbers[name] for name in GAP)
    return (instant < begin) | (instant >= end)


def monday(day: IntegerValue) -> IntegerValue:
    """The day on which the week of a day began."""
    return day - (day + THURSDAY) % 7


def holds_demo(demo: DemoDays | None, *periods: Period) -> bool:
    """Whether any of the periods has a day in common with the demo visits."""
    return demo is not None and any(
        period.start.astimezone(UTC).date() <= demo.last and period.end.astimezone(UTC).date() >= demo.first
        for period in periods
    )


def shift_names(changes: int) -> tuple[str, ...]:
    """The parameters for offsets of local time, where clocks are set so many times."""
    return ("offset", *(name for number in range(changes) for name in (f"change_{number}", f"offset_{number}")))


def shift_values(period: Period) -> dict[str, int]:
    offset, changes = period.shifts()
    flat = [offset // MICROSECOND]
    for instant, shift in changes:
        flat += [micros(instant), shift // MICROSECOND]
    return dict(zip(shift_names(len(changes)), flat, strict=True))


def shift_at(instant: IntegerValue, shifts: Sequence[IntegerValue]) -> IntegerValue:
    """The offset of local time at an instant; `shifts` are the parameters of `shift_names`, in their order."""
    import ibis

    offset, *changes = shifts
    later = list(zip(changes[::2], changes[1::2], strict=True))
    branches = [(instant >= change, shift) for change, shift in reversed(later)]
    return ibis.cases(*branches, else_=offset) if branches else offset


def since_shift(instant: IntegerValue, start: IntegerValue, shifts: Sequence[IntegerValue]) -> IntegerValue:
    """The start of a bucket, but not before clocks were last set."""
    import ibis

    changes = shifts[1::2]
    branches = [(instant >= change, ibis.greatest(start, change)) for change in reversed(changes)]
    return ibis.cases(*branches, else_=start) if branches else start
