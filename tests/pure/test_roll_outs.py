"""Roll-outs in steps, and the design that follows a winner."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.analytics.experiments.definition import (
    Experiment,
    ExperimentConfig,
    ExperimentStatus,
    ExperimentUnit,
    TestType,
    Variant,
    WeightPeriod,
)
from backend.analytics.experiments.follow_up import challenge
from backend.analytics.experiments.placing import shipped_to
from backend.analytics.experiments.roll_out import STEPS, is_watched, next_share, step_phase, watched

SHIPPED_AT = datetime(2026, 12, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
CONFIG = ExperimentConfig(
    name="Offer price",
    type=TestType.CONVERSION_OFFER,
    hypothesis="A lower price is asked for more often.",
    unit=ExperimentUnit.VISITOR,
    variants=(Variant("control", "As today", 0.4), Variant("low", "$29", 0.3), Variant("high", "$59", 0.3)),
    primary="conversion_rate",
    seed="seed-1",
)
PERIOD = WeightPeriod(1, {"control": 0.4, "low": 0.3, "high": 0.3}, 1.0, SHIPPED_AT - 14 * DAY)


def shipped(share, variant="low"):
    return Experiment(
        "offer-1", CONFIG, ExperimentStatus.STOPPED, 1, (PERIOD,), SHIPPED_AT, SHIPPED_AT,
        started_at=SHIPPED_AT - 14 * DAY, stopped_at=SHIPPED_AT, shipped=variant, shipped_share=share,
        shipped_at=SHIPPED_AT,
    )  # fmt: skip


def test_a_winner_reaches_everybody_in_four_steps_of_a_day_each():
    reached, now = [STEPS[0]], SHIPPED_AT
    while share := next_share(replace(shipped(reached[-1]), shipped_at=now), now + DAY):
        reached.append(share)
        now += DAY

    assert reached == [0.1, 0.25, 0.5, 1.0]
    assert now - SHIPPED_AT == 3 * DAY


@given(st.floats(0, 1), st.timedeltas(timedelta(0), timedelta(days=400)))
def test_a_step_never_takes_anybody_back_or_passes_everybody(share, later):
    found = next_share(shipped(share), SHIPPED_AT + later)

    assert found is None or (share < found <= 1 and later >= DAY)


def test_before_its_day_is_over_a_step_lasts():
    assert next_share(shipped(0.1), SHIPPED_AT + DAY - timedelta(seconds=1)) is None


@pytest.mark.parametrize("one", [shipped(0.0), shipped(1.0), shipped(0.5, "control")])
def test_where_all_see_the_same_nothing_is_watched(one):
    assert not is_watched(one)
    with pytest.raises(ValueError, match="compares nothing"):
        watched(one)


def test_a_step_is_counted_as_an_experiment_of_two_arms_from_its_own_start():
    step = watched(shipped(0.25))

    assert [v.key for v in step.config.variants] == ["control", "low"]
    assert step.weights == {"control": 0.75, "low": 0.25}
    assert (step.started_at, step.stopped_at, step.status) == (SHIPPED_AT, None, ExperimentStatus.RUNNING)


def test_each_step_has_a_phase_of_its_own_since_it_moves_units():
    phases = [step_phase(replace(shipped(share), phase=phase)) for phase in (1, 2) for share in STEPS]

    assert len(set(phases)) == 8
    assert max(phases) < 0


def test_each_step_keeps_those_it_had_and_takes_the_others_from_the_control():
    ids = [f"unit-{number}" for number in range(4_000)]
    reached = [{each for each in ids if shipped_to(shipped(share), each).key == "low"} for share in STEPS]

    assert all(before < after for before, after in itertools.pairwise(reached))
    assert 330 <= len(reached[0]) <= 470  # 10% of 4,000, five standard deviations


def test_the_winner_is_the_control_of_the_design_that_follows():
    design = challenge(shipped(1.0), "low")

    assert [(v.key, v.name, v.weight) for v in design.variants] == [
        ("champion", "$29", 0.5),
        ("challenger", "Instead of $29", 0.5),
    ]
    assert (design.name, design.seed, design.primary) == ("After Offer price", "", "conversion_rate")
    with pytest.raises(ValueError, match="no variant"):
        challenge(shipped(1.0), "absent")
