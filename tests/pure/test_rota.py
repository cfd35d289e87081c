"""PERF-4b: a weekly rota with its hand-over, its zone, and stand-ins."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.analytics.monitoring.alerts.rota import Rota, StandIn

NEW_YORK = ZoneInfo("America/New_York")
ANN, BEN, CLEO = 1, 2, 3
WEEK = timedelta(weeks=1)


def at(day, hour, minute=0, month=11):
    return datetime(2026, month, day, hour, minute, tzinfo=NEW_YORK).astimezone(UTC)


# Monday, November 2, 2026 is the day after clocks were set back in New York.
ROTA = Rota((ANN, BEN, CLEO), 0, 9, "America/New_York", at(26, 12, month=10))


@pytest.mark.parametrize(
    ("moment", "account"),
    [
        (at(26, 9, month=10), ANN),
        (at(2, 8, 59), ANN),
        (at(2, 9), BEN),
        (at(9, 8, 59), BEN),
        (at(9, 9), CLEO),
        (at(16, 9), ANN),
        (at(26, 8, month=10), CLEO),  # before the first week the order goes back
    ],
)
def test_weeks_change_at_the_hour_by_the_clock_also_where_clocks_are_set(moment, account):
    assert ROTA.on_call(moment) == account


def test_a_stand_in_is_on_call_for_a_time_and_the_next_is_somebody_else():
    rota = replace(ROTA, stand_ins=(StandIn(CLEO, at(3, 0), at(4, 0)),))

    assert [rota.on_call(moment) for moment in (at(2, 23), at(3, 12), at(4, 0))] == [BEN, CLEO, BEN]
    assert rota.next(at(3, 12)) == ANN
    assert rota.next(at(2, 23)) == CLEO


def test_whoever_is_alone_has_nobody_next():
    alone = replace(ROTA, turns=(ANN,))
    assert (alone.on_call(at(9, 9)), alone.next(at(9, 9))) == (ANN, None)


def test_a_week_of_nobody_is_a_gap_that_a_stand_in_closes():
    gone = replace(ROTA, turns=(ANN, None, CLEO))
    closed = replace(gone, stand_ins=(StandIn(ANN, at(2, 9), at(8, 9)),))

    assert ROTA.gap(at(2, 9), at(2, 9) + 2 * WEEK) == timedelta()
    assert gone.gap(at(2, 9), at(2, 9) + 2 * WEEK) == WEEK
    assert closed.gap(at(2, 9), at(2, 9) + 2 * WEEK) == timedelta(days=1)
    assert gone.next(at(26, 12, month=10)) == CLEO


def test_hand_overs_are_a_week_apart_by_the_clock():
    assert list(ROTA.hand_overs(at(26, 12, month=10), at(10, 0))) == [at(2, 9), at(9, 9)]
