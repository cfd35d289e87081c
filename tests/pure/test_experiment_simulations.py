"""EXP-*: the promises of the statistics, kept in seeded worlds; counts against exact binomial bounds of 99.9 %."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tests.experiment_worlds import (
    bandit_losses,
    false_winners,
    missed_lifts,
    power_of_fixed,
    power_of_sequential,
    rate_looks,
    revenue_looks,
    split_alarms,
)


def is_at_most(count, runs, share):
    """Whether so many runs can come of a true share of at most `share`."""
    return count <= stats.binom.ppf(0.999, runs, share)


def is_at_least(count, runs, share):
    return count >= stats.binom.ppf(0.001, runs, share)


def test_a_hundred_looks_give_at_most_five_percent_false_winners_where_a_fixed_test_gives_a_third():
    runs = 2_000
    winners = false_winners(rate_looks(np.random.default_rng(16_01), runs, 0.04))
    for rule in ("sequential", "one_sided", "msprt", "shown"):
        assert is_at_most(winners[rule], runs, 0.05), rule
    assert is_at_least(winners["fixed"], runs, 0.347)
    assert is_at_most(winners["fixed"], runs, 0.392)
    assert is_at_least(winners["chance"], runs, 0.28)


@pytest.mark.parametrize("rate", [0.1, 0.02, 0.01])
def test_what_is_shown_keeps_its_promise_at_every_rate(rate):
    winners = false_winners(rate_looks(np.random.default_rng(16_02), 1_000, rate))
    assert is_at_most(winners["shown"], 1_000, 0.05)
    assert is_at_most(winners["sequential"], 1_000, 0.05)


def test_revenue_of_few_payers_keeps_the_promise_that_the_delta_lift_breaks():
    winners = false_winners(revenue_looks(np.random.default_rng(16_03), 1_000))
    assert is_at_most(winners["sequential"], 1_000, 0.05)
    assert is_at_least(winners["delta"], 1_000, 0.15)


def test_the_true_lift_stays_inside_the_interval_that_is_shown():
    missed = missed_lifts(rate_looks(np.random.default_rng(16_04), 1_000, 0.01, lift=0.3), 0.3)
    assert is_at_most(missed["fieller"], 1_000, 0.05)
    assert is_at_least(missed["delta"], 1_000, 0.08)


@pytest.mark.parametrize("weights", [(0.5, 0.5), (0.6, 0.2, 0.2)])
def test_the_split_of_a_healthy_test_raises_an_alarm_in_at_most_one_of_a_hundred(weights):
    alarms, _ = split_alarms(np.random.default_rng(16_05), 1_000, weights)
    assert is_at_most(alarms["sequential"], 1_000, 0.01)
    assert is_at_least(alarms["chi_square_05"], 1_000, 0.3)


def test_a_split_that_is_off_by_a_percent_is_found():
    alarms, _ = split_alarms(np.random.default_rng(16_06), 500, (0.5, 0.5), looks=200, drawn=(0.51, 0.49))
    assert is_at_least(alarms["sequential"], 500, 0.99)


def test_planned_units_have_the_power_they_were_planned_for():
    runs = 4_000
    rejected = power_of_fixed(np.random.default_rng(16_07), runs)
    assert is_at_least(rejected, runs, 0.785)
    assert is_at_most(rejected, runs, 0.805)


def test_an_always_valid_test_has_its_power_and_stops_early():
    runs = 2_000
    decided, stop = power_of_sequential(np.random.default_rng(16_08), runs)
    assert is_at_least(decided, runs, 0.80)
    assert 4_000 < stop < 5_000


@pytest.mark.parametrize(("lower_is_better", "most"), [(False, (1 / 3, 2 / 3)), (True, (1 / 3, 1 / 2))])
def test_a_bandit_loses_little_and_finds_the_best_arm(lower_is_better, most):
    equal = 40 * 500 * (0.0225 if not lower_is_better else 0.0175)
    for policy, share in zip(("thompson", "top_two"), most, strict=True):
        lost, best = bandit_losses(np.random.default_rng(16_09), 40, policy, lower_is_better=lower_is_better)
        assert lost <= share * equal, policy
        assert is_at_least(best, 40, 0.9 if lower_is_better else 0.97), policy
