"""EXP-*: the verdict table, row by row, with its edges."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.analytics.experiments.bandits import best_arm, strata
from backend.analytics.experiments.definition import ExperimentConfig, ExperimentUnit, TestType, Variant
from backend.analytics.experiments.statistics.answers import Comparison, Inconclusive, Interval, Lift
from backend.analytics.experiments.statistics.samples import Proportion
from backend.analytics.experiments.statistics.verdict import decide
from backend.analytics.experiments.statistics.verdict_input import (
    ArmUnits,
    GuardrailResult,
    GuardrailState,
    Reason,
    TreatmentResult,
    VerdictInput,
    VerdictKind,
)

CONTROL = ArmUnits("control", 5_000, 500)


def treatment(lower, upper, key="new", **more):
    """A treatment whose difference runs from lower to upper, at a control of 1, so that the lift does too."""
    middle = (lower + upper) / 2
    interval = Interval(lower, upper)
    answer = Comparison(middle, (upper - lower) / 6, 9_000.0, interval, 0.5, 3.0)
    return TreatmentResult(ArmUnits(key, 5_000, 500), answer, Lift(middle, interval), **more)


def facts(*treatments, **more):
    return VerdictInput(CONTROL, treatments or (treatment(-0.3, 0.3),), days=14, mde=0.1, **more)


def guard(state, arm="new", units=5_000, needed=None):
    return GuardrailResult("errors", arm, state, units, needed)


def short(verdict):
    return verdict.kind, verdict.row, verdict.arm


def test_a_failed_check_takes_the_place_of_every_verdict():
    failed = (Reason("split"),)
    breached = (guard(GuardrailState.BREACHED),)
    verdict = decide(facts(treatment(0.1, 0.2), failed_checks=failed, guardrails=breached))
    assert (verdict.kind, verdict.reasons) == (VerdictKind.UNHEALTHY, failed)


def test_a_breached_guardrail_rolls_back_before_the_minimum_is_reached():
    early = replace(facts(latest_guardrails=(guard(GuardrailState.BREACHED, units=100),)), days=1)
    assert short(decide(early)) == (VerdictKind.ROLL_BACK, 2, "new")
    too_few = replace(facts(latest_guardrails=(guard(GuardrailState.BREACHED, units=99),)), days=1)
    assert decide(too_few).row == 3


def test_before_the_minimum_everything_that_is_missing_is_named():
    small = treatment(0.1, 0.2)
    small = replace(small, arm=ArmUnits("new", 499, 24))
    verdict = decide(replace(facts(small), days=6))
    assert (verdict.kind, verdict.row) == (VerdictKind.KEEP_RUNNING, 3)
    assert [(one.code, one.subject) for one in verdict.missing] == [
        ("too_few_days", None),
        ("too_few_units", "new"),
        ("too_few_conversions", "new"),
    ]


def test_no_minimum_of_days_is_shorter_than_a_whole_week():
    assert decide(replace(facts(treatment(0.1, 0.2), minimum_days=1), days=6)).row == 3


@pytest.mark.parametrize(
    ("bounds", "answer"),
    [
        ((-0.3, -0.2), (VerdictKind.ROLL_BACK, 4, "new")),
        ((0.2, 0.3), (VerdictKind.SHIP, 5, "new")),
        ((-0.09, 0.09), (VerdictKind.NO_EFFECT, 7, None)),
        ((-0.3, 0.3), (VerdictKind.KEEP_RUNNING, 8, None)),
        ((0.0, 0.3), (VerdictKind.KEEP_RUNNING, 8, None)),
        ((-0.1, 0.09), (VerdictKind.KEEP_RUNNING, 8, None)),
    ],
)
def test_bounds_decide(bounds, answer):
    assert short(decide(facts(treatment(*bounds)))) == answer


def test_where_lower_is_better_the_signs_are_swapped():
    assert short(decide(facts(treatment(-0.3, -0.2), lower_is_better=True))) == (VerdictKind.SHIP, 5, "new")
    assert short(decide(facts(treatment(0.2, 0.3), lower_is_better=True))) == (VerdictKind.ROLL_BACK, 4, "new")
    both = (treatment(-0.3, -0.2, "large"), treatment(-0.2, -0.1, "small"))
    assert decide(facts(*both, lower_is_better=True)).arm == "large"


def test_of_several_winners_the_largest_that_is_safe_ships():
    both = (treatment(0.1, 0.2, "small"), treatment(0.2, 0.3, "large"))
    assert decide(facts(*both)).arm == "large"
    open_ = (guard(GuardrailState.UNDECIDED, "large"), guard(GuardrailState.SAFE, "small"))
    assert decide(facts(*both, guardrails=open_)).arm == "small"


def test_one_bad_arm_of_several_is_stopped_and_a_better_one_ships_beside_it():
    bad = treatment(-0.3, -0.2, "bad")
    stopped = decide(facts(bad, treatment(-0.3, 0.3, "open")))
    assert (short(stopped), stopped.stays) == ((VerdictKind.ROLL_BACK, 4, "bad"), False)
    shipped = decide(facts(bad, treatment(0.2, 0.3, "good")))
    assert short(shipped) == (VerdictKind.SHIP, 5, "good")
    assert ("stop_arm", "bad") in [(one.code, one.subject) for one in shipped.reasons]
    assert short(decide(facts(bad, treatment(-0.2, -0.1, "worse")))) == (VerdictKind.ROLL_BACK, 4, None)


def test_a_winner_with_an_open_guardrail_keeps_running_and_says_what_is_needed():
    verdict = decide(facts(treatment(0.2, 0.3), guardrails=(guard(GuardrailState.UNDECIDED, needed=1_200),)))
    assert (verdict.kind, verdict.row) == (VerdictKind.KEEP_RUNNING, 6)
    assert verdict.missing == (Reason("guardrail_undecided", "errors:new", {"units_needed": 1_200.0}),)


def test_at_the_planned_units_an_open_interval_is_no_detectable_effect():
    assert short(decide(facts(planned_units=10_000))) == (VerdictKind.NO_EFFECT, 7, None)
    assert decide(facts(planned_units=10_001)).row == 8


def test_a_fixed_horizon_decides_at_the_planned_units_only():
    winner = treatment(0.2, 0.3)
    assert decide(facts(winner, is_sequential=False, planned_units=10_001)).row == 8
    assert decide(facts(winner, is_sequential=False)).row == 8
    assert decide(facts(winner, is_sequential=False, planned_units=10_000)).row == 5


@pytest.mark.parametrize(
    ("chance", "loss", "row"), [(0.975, 0.0025, 5), (0.974, 0.0, 7), (0.99, 0.003, 8), (0.025, 0.1, 4), (0.5, 0.1, 7)]
)
def test_a_bayesian_test_ships_by_chance_and_loss(chance, loss, row):
    arm = treatment(-0.3, 0.3, chance_to_win=chance, loss_if_shipped=loss)
    assert decide(facts(arm, is_bayesian=True, planned_units=10_000)).row == row
    assert decide(facts(arm, is_bayesian=True, planned_units=20_000)).row == 8


def test_no_answer_never_becomes_an_effect_or_its_absence():
    none = Inconclusive("no variance")
    silent = TreatmentResult(ArmUnits("new", 5_000, 500), none, none)
    verdict = decide(facts(silent, planned_units=10_000))
    assert (verdict.row, verdict.reasons) == (8, (Reason("inconclusive", "new: no variance"),))


def test_a_verdict_once_taken_stays_unless_a_check_fails():
    taken = decide(facts(treatment(0.2, 0.3)))
    later = facts(treatment(-0.3, 0.3), taken=taken)
    assert decide(later) is taken
    assert decide(replace(later, failed_checks=(Reason("split"),))).row == 1
    assert decide(facts(treatment(0.2, 0.3), taken=decide(facts()))).row == 5


def test_facts_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="needs a treatment"):
        VerdictInput(CONTROL, (), days=7, mde=0.1)
    with pytest.raises(ValueError, match="one key"):
        facts(treatment(0, 1, "control"))
    with pytest.raises(ValueError, match="makes no sense"):
        replace(facts(), mde=0.0)
    with pytest.raises(ValueError, match="conversions of"):
        ArmUnits("new", 3, 4)


def test_the_roll_back_of_the_only_treatment_stays_when_later_data_look_better():
    taken = decide(facts(treatment(-0.3, -0.01)))

    assert (taken.row, taken.stays) == (4, True)
    assert decide(facts(treatment(-0.1, 0.1), taken=taken)) == taken


@pytest.mark.parametrize("engine", [{"is_sequential": False}, {"is_bayesian": True}])
def test_a_fixed_horizon_is_decided_once_so_that_more_weeks_are_no_second_chance(engine):
    taken = decide(facts(treatment(-0.3, 0.3, chance_to_win=0.5, loss_if_shipped=0.1), planned_units=9_000, **engine))
    later = treatment(0.01, 0.3, chance_to_win=0.99, loss_if_shipped=0.001)

    assert (taken.row, taken.stays) == (7, True)
    assert decide(facts(later, planned_units=9_000, taken=taken, **engine)).row == 7
    assert not decide(facts(treatment(-0.3, 0.3), planned_units=9_000)).stays


@pytest.mark.parametrize(("best", "row", "arm"), [("new", 5, "new"), ("control", 4, None), (None, 8, None)])
def test_a_bandit_is_decided_by_its_best_arm_and_never_by_bounds(best, row, arm):
    better = treatment(0.01, 0.3)

    assert short(decide(facts(better, is_bandit=True, best=best)))[1:] == (row, arm)
    if best == "new":
        assert decide(facts(better, is_bandit=True, best=best, guardrails=(guard(GuardrailState.UNDECIDED),))).row == 6


def test_a_trend_under_changing_weights_is_not_taken_for_a_better_arm():
    config = ExperimentConfig(
        "Order", TestType.CUSTOM, "Is it better?", ExperimentUnit.VISITOR,
        (Variant("control", "Today", 0.5), Variant("new", "New", 0.5)), "result_visitors", seed="s",
    )  # fmt: skip
    trend = [[Proportion(1_000, 60), Proportion(1_000, 60)], [Proportion(200, 30), Proportion(1_800, 270)]]
    truth = [[Proportion(1_000, 60), Proportion(1_000, 120)], [Proportion(200, 20), Proportion(1_800, 360)]]

    assert best_arm(config, trend, 14) is None
    assert (best_arm(config, truth, 14), best_arm(config, truth, 13)) == ("new", None)
    assert strata([*truth, [Proportion(1, 0), Proportion(60, 9)]])[-1] == [Proportion(201, 20), Proportion(1_860, 369)]
