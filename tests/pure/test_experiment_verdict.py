"""EXP-*: the verdict table, row by row, with its edges."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.analytics.experiments.statistics.answers import Comparison, Inconclusive, Interval, Lift
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
