"""EXP-*: the reference values of experiments, of planning, bandits, guardrails, and a published test."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from scipy import stats

from backend.analytics.experiments.statistics import bandit, guardrail, power, srm
from backend.analytics.experiments.statistics.answers import Inconclusive
from backend.analytics.experiments.statistics.difference import difference, relative_delta
from backend.analytics.experiments.statistics.samples import Mean, Proportion
from backend.analytics.experiments.statistics.sequential import (
    sequential_difference,
)
from tests.experiment_values import VALUES, agrees, arms, expected, near


def test_p1_p2_p3_units_have_the_reference_values():
    assert power.units_for_rate(0.11, 0.08).control == near(expected("P1")["n"])
    halved = power.units_for_rate(0.11, 0.08, power.Plan(power=0.9, ratio=0.5))
    assert (halved.control, halved.treatment) == (
        near(expected("P2")["n_control"]),
        near(expected("P2")["n_treatment"]),
    )
    assert power.units_by_t(0.07, power.Plan(power=0.85)) == near(expected("P3")["n"])


def test_p4_the_arcsine_cross_check_is_within_a_thousandth_of_ours():
    assert power.units_for_rate(0.11, 0.08).control == near(expected("P4")["n"], rel=1e-3)


def chance_of_rejection(n, own_rate, other_rate):
    """The probability of every outcome that our own test rejects, by its edges: it accepts a run of successes."""
    outcomes = np.arange(n + 1)
    own, other = (stats.binom.pmf(outcomes, n, rate) for rate in (own_rate, other_rate))
    below, above = 0, 0
    total = 0.0

    def rejects(a, b):
        answer = difference(Proportion(n, a), Proportion(n, b))
        return not isinstance(answer, Inconclusive) and answer.p <= 0.05

    for a in range(n + 1):
        while below < a and rejects(a, below):
            below += 1
        above = max(above, a)
        while above <= n and not rejects(a, above):
            above += 1
        total += own[a] * (other[:below].sum() + other[above:].sum())
    return total


def test_p5_p6_exact_power_and_size_of_our_test_have_the_reference_values():
    assert chance_of_rejection(300, 0.11, 0.19) == near(expected("P5")["power"])
    assert chance_of_rejection(300, 0.11, 0.11) == near(expected("P6")["size"])


def test_p7_p8_p9_effects_and_sequential_units_have_the_reference_values():
    assert power.detectable_effect(42.25, 8000) == near(expected("P7")["mde"])
    values = expected("P8")
    assert power.units_for_effect(42.25, 42.25, 0.4).control == near(values["fixed"])
    assert power.sequential_units(42.25, 42.25, 0.4).control == near(values["sequential_N5000"])
    tuned = power.sequential_units(42.25, 42.25, 0.4, tuning=None)
    assert tuned.control == near(values["sequential_Nstar_equal_planned"])
    more = power.more_units(relative_delta(*arms("P9")).se, 12250, 0.06)
    assert (more, more / 12250) == (near(expected("P9")["additional_users"]), near(expected("P9")["scale"]))


def test_d1_d2_d4_a_ranking_has_the_reference_values():
    measured = [Mean(*numbers) for numbers in VALUES["D1"]["inputs"]["arms"]]
    answer = bandit.ranking(measured)
    assert answer.best == near(expected("D1")["p_best"])
    assert bandit.weights_of(answer.best, 0.02).tolist() == near(expected("D1")["with_floor_02"])
    assert answer.top_two == near(expected("D2")["weights"])
    mirrored = bandit.ranking(measured, lower_is_better=True)
    assert (mirrored.best, mirrored.top_two) == (near(expected("D4")["p_best"]), near(expected("D4")["top_two"]))


def test_d5_beta_arms_have_the_reference_values():
    measured = [Proportion(*numbers) for numbers in VALUES["D5"]["inputs"]["arms"]]
    assert bandit.rank_rates(measured).best == near(expected("D5")["p_best"])


def test_d6_d7_estimates_survive_changing_weights():
    log = [bandit.Weighed(*row) for row in VALUES["D6"]["inputs"]["log"]]
    for arm in "ab":
        assert bandit.inverse_propensity(log, arm) == near(expected("D6")["ipw"][arm])
        assert bandit.hajek(log, arm) == near(expected("D6")["hajek"][arm])
    periods = VALUES["D7"]["inputs"]["periods"]
    strata = [[Proportion(*one) for one in zip(period["n"], period["s"], strict=True)] for period in periods]
    answer = bandit.stratified(strata)
    assert [arm.mean for arm in answer] == near(expected("D7")["stratified"])
    assert [arm.variance for arm in answer] == near(expected("D7")["var"])


@pytest.mark.parametrize("key", ["G1", "G2", "G3"])
def test_a_guardrail_has_the_reference_value(key):
    values, answer = expected(key), guardrail.guardrail(*arms(key), max_drop=0.05)
    assert (answer.lift.interval.lower, answer.lift.interval.upper) == (near(values["lower"]), near(values["upper"]))
    assert (answer.multiplier, answer.lift.estimate) == (near(values["c"]), near(values["lift"]))
    assert answer.state == values["state"]


def udacity_days(shared_data, arm):
    with (shared_data / "ab_udacity" / f"udacity_{arm}.csv").open() as rows:
        return list(csv.DictReader(rows))


@pytest.mark.parametrize(("kind", "column"), [("gross", "Enrollments"), ("net", "Payments")])
def test_u1_the_udacity_experiment_has_the_reference_value(shared_data, kind, column):
    values = expected("U1")[kind]
    own, other = (
        Proportion(sum(int(d["Clicks"]) for d in days), sum(int(float(d[column])) for d in days))
        for days in ([d for d in udacity_days(shared_data, arm) if d[column]] for arm in ("control", "experiment"))
    )
    assert agrees(difference(own, other), values["ours"])
    assert agrees(sequential_difference(own, other), values["sequential"])


def test_u1_the_udacity_page_views_are_evenly_split(shared_data):
    views = tuple(
        sum(int(day["Pageviews"]) for day in udacity_days(shared_data, arm)) for arm in ("control", "experiment")
    )
    answer = srm.check_split([srm.SplitPeriod(views, (0.5, 0.5))])
    values = expected("U1")["srm_pageviews"]
    assert (list(views), answer.chi_square_p, answer.p) == (values["users"], near(values["p"]), 1.0)
    assert answer.log_factors[0] == near(values["sequential"]["log_bf"])
