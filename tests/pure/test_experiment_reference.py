"""EXP-*: the reference values of experiments, each by its id, to nine digits."""

from __future__ import annotations

import csv
import json
from math import log, sqrt
from pathlib import Path

import mpmath
import numpy as np
import pytest
from scipy import stats

from backend.analytics.experiments.statistics import bandit, bayesian, guardrail, power, quantile, srm
from backend.analytics.experiments.statistics.answers import Alternative, Inconclusive
from backend.analytics.experiments.statistics.capping import pooled_cap
from backend.analytics.experiments.statistics.corrections import benjamini_hochberg, holm
from backend.analytics.experiments.statistics.cuped import ProportionPair, RatioPair, adjust, mean_pair
from backend.analytics.experiments.statistics.difference import difference, exact_conditional, relative_delta
from backend.analytics.experiments.statistics.lift import fieller
from backend.analytics.experiments.statistics.samples import Mean, Proportion, Ratio
from backend.analytics.experiments.statistics.sequential import (
    Sequence,
    msprt,
    sequential_difference,
    sequential_relative_delta,
)

RECORDS = json.loads((Path(__file__).parents[1] / "data/experiment_reference.json").read_text())
VALUES = {record["id"]: record for record in RECORDS}
SIDES = {"greater": Alternative.GREATER, "lesser": Alternative.LESS}


def expected(key):
    return VALUES[key]["out"]


def near(value, rel=1e-9):
    return pytest.approx(value, rel=rel, abs=1e-12)


def sample(numbers):
    """A proportion of two numbers (n, successes), a mean of three (n, sum, sum of squares)."""
    if isinstance(numbers, dict):
        names = ("n", "sum_m", "sum_m2", "sum_d", "sum_d2", "sum_md")
        return Ratio(*(numbers[name] for name in names))
    return Proportion(*map(int, numbers)) if len(numbers) == 2 else Mean(*numbers)


def arms(key):
    inputs = VALUES[key]["inputs"]
    if "raw_a" in inputs:
        values = (np.array(inputs["raw_a"]), np.array(inputs["raw_b"]))
        return [Mean(len(own), float(own.sum()), float(own @ own)) for own in values]
    return [sample(inputs["a"]), sample(inputs["b"])]


def told(comparison):
    """A comparison as the file of values writes it."""
    bounds = [comparison.interval.lower, comparison.interval.upper]
    return {
        "estimate": comparison.estimate,
        "se": comparison.se,
        "df": comparison.df,
        "ci": [None if abs(bound) == float("inf") else bound for bound in bounds],
        "p": comparison.p,
        "log_e": comparison.log_e,
        "halfwidth": comparison.multiplier * comparison.se,
    }


def agrees(comparison, values):
    shown = told(comparison)
    compared = [name for name in values if name in shown]
    for name in compared:
        if name == "ci":
            for bound, value in zip(shown["ci"], values["ci"], strict=True):
                assert bound == (value if value is None else near(value)), name
        else:
            assert shown[name] == near(values[name]), name
    return len(compared) >= 2


@pytest.mark.parametrize("key", ["F1", "F6", "F10", "F12", "R1"])
def test_a_difference_has_the_reference_value(key):
    assert agrees(difference(*arms(key)), expected(key))


@pytest.mark.parametrize("key", ["F2", "F3", "F4", "F5", "F7", "F8", "F9", "R2"])
def test_a_delta_lift_has_the_reference_value(key):
    inputs = VALUES[key]["inputs"]
    side = SIDES.get(inputs.get("side"), Alternative.TWO_SIDED)
    answer = relative_delta(*arms(key), alpha=inputs.get("alpha", 0.05), null=inputs.get("null", 0.0), alternative=side)
    assert agrees(answer, expected(key))


def test_f11_a_p_below_any_float_is_a_bound_and_never_zero():
    answer = difference(*arms("F11"))
    statistic = answer.estimate / answer.se
    assert (statistic, answer.df) == (near(expected("F11")["statistic"]), near(expected("F11")["df"]))
    assert (answer.p, answer.is_p_bound) == (1e-300, True)
    with mpmath.workdps(40):
        t, df = mpmath.mpf(statistic), mpmath.mpf(answer.df)
        p = mpmath.betainc(df / 2, mpmath.mpf(1) / 2, 0, df / (df + t * t), regularized=True)
        assert float(mpmath.log10(p)) == near(expected("F11")["log10_p"])


def test_f13_the_exact_conditional_binomial_has_the_reference_value():
    assert exact_conditional(*arms("F13")) == near(expected("F13")["p"])


@pytest.mark.parametrize("key", ["Q1", "Q2"])
def test_a_quantile_has_the_reference_value(key):
    nu = VALUES[key]["inputs"]["nu"]
    own = [((7919 * i) % 1009) / 100 + ((i * i) % 17) / 10 for i in range(1, 601)]
    other = [((7907 * i) % 1013) / 96 + ((i * i) % 19) / 9 for i in range(1, 621)]
    for values, name in ((own, "a"), (other, "b")):
        assert list(quantile.ranks(len(values), nu)) == VALUES[key]["inputs"][name]["ranks"]
        assert quantile.quantile(values, nu).variance == near(VALUES[key]["inputs"][name]["v"])
    assert agrees(relative_delta(quantile.quantile(own, nu), quantile.quantile(other, nu)), expected(key))


@pytest.mark.parametrize("key", ["S1", "S3", "S4", "S5", "S6"])
def test_an_always_valid_delta_lift_has_the_reference_value(key):
    inputs = VALUES[key]["inputs"]
    side = {"S5": Alternative.GREATER, "S6": Alternative.LESS}.get(key, Alternative.TWO_SIDED)
    answer = sequential_relative_delta(*arms(key), alpha=inputs["alpha"], tuning=inputs["N"], alternative=side)
    assert agrees(answer, expected(key))
    if "rho" in expected(key):
        assert Sequence(inputs["alpha"], inputs["N"], side).rho == near(expected(key)["rho"])


def test_s2_an_always_valid_difference_has_the_reference_value():
    assert agrees(sequential_difference(*arms("S2")), expected("S2"))


def test_s7_the_multiplier_has_the_reference_value():
    assert [Sequence().multiplier(n) for n in VALUES["S7"]["inputs"]["n"]] == near(expected("S7")["mult"])


def test_s8_the_mixture_test_has_the_reference_value():
    answer = msprt(*arms("S8"), tau=0.01)
    assert answer.log_e == near(expected("S8")["log_lambda"])
    assert agrees(answer, expected("S8"))


def test_s9_a_mixture_of_rho_s_is_the_confidence_sequence():
    values, answer = expected("S9"), sequential_difference(*arms("S9"))
    tau = Sequence().rho * sqrt(12250) * answer.se
    mixed = msprt(*arms("S9"), tau=tau)
    assert tau**2 == near(values["tau2"])
    assert told(answer)["halfwidth"] == near(values["acs_half"])
    assert told(mixed)["halfwidth"] == near(values["msprt_half"])
    assert (answer.p, mixed.p) == (near(values["acs_p"]), near(values["msprt_p"]))


def lift_interval(key, answer):
    shown = fieller(*arms(key), multiplier=answer.multiplier)
    return [shown.interval.lower, shown.interval.upper]


@pytest.mark.parametrize("key", ["X1", "X2", "X3", "X4"])
def test_fiellers_lift_has_the_reference_value(key):
    numbers = VALUES["F8" if key == "X3" else "F9" if key == "X4" else key]["inputs"]
    own, other = sample(numbers["a"]), sample(numbers["b"])
    judged = sequential_difference if key in {"X2", "X3"} else difference
    answer = judged(own, other)
    shown = fieller(own, other, multiplier=answer.multiplier)
    assert [shown.interval.lower, shown.interval.upper] == near(expected(key)["ci"])
    if "c" in expected(key):
        assert answer.multiplier == near(expected(key)["c"])
    if "delta" in expected(key):
        delta = sequential_relative_delta(own, other).interval
        assert [delta.lower, delta.upper] == near(expected(key)["delta"])


def test_x5_a_baseline_not_told_from_zero_has_no_lift():
    assert lift_interval("X5", difference(*arms("X5"))) == near(expected("X5")["fixed"])
    answer = sequential_difference(*arms("X5"))
    refused = fieller(*arms("X5"), multiplier=answer.multiplier)
    assert refused == Inconclusive("the control's value cannot be told from zero")


def posterior_told(answer):
    shown = {name: getattr(answer, name) for name in ("chance_to_win", "loss_if_control", "loss_if_treatment")}
    if isinstance(answer, bayesian.Posterior):
        shown |= {"mean": answer.mean, "sd": answer.sd, "ci": [answer.interval.lower, answer.interval.upper]}
    return shown


@pytest.mark.parametrize("key", ["B1", "B2", "B3", "B4"])
def test_a_posterior_has_the_reference_value(key):
    prior = VALUES[key]["inputs"].get("prior")
    asked = bayesian.difference_posterior if key == "B3" else bayesian.lift_posterior
    answer = asked(*arms(key), prior=bayesian.Prior(prior[0], sqrt(prior[1])) if prior else None)
    shown = posterior_told(answer)
    for name, value in expected(key).items():
        assert shown[name] == near(value), name


def test_b5_a_loss_far_in_the_tail_does_not_cancel():
    assert bayesian.log_expected_excess(-0.4, 0.008) / log(10) == near(expected("B5")["log10_loss_if_treatment"])


@pytest.mark.parametrize("key", ["B6", "B7"])
def test_a_beta_binomial_has_the_reference_value(key):
    prior = bayesian.BetaPrior(*VALUES[key]["inputs"]["prior"])
    assert posterior_told(bayesian.beta_binomial(*arms(key), prior=prior)) == near(expected(key))


def c1_values():
    before = [[((k * i) % 23) / 2 for i in range(1, n + 1)] for k, n in ((37, 40), (41, 45))]
    after = [
        [0.6 * x + ((k * i) % 19) / 3 + shift for i, x in enumerate(own, 1)]
        for own, k, shift in zip(before, (53, 59), (0, 0.9), strict=True)
    ]
    return after, before


def c1():
    return adjust(*(mean_pair(y, x) for y, x in zip(*c1_values(), strict=True)))


def test_c1_c2_x6_cuped_means_have_the_reference_values():
    pair = c1()
    values = expected("C1")
    assert pair.theta == near(values["theta"])
    assert [pair.control.mean, pair.treatment.mean] == near([values["adj_mean_a"], values["adj_mean_b"]])
    assert pair.noise_left == near(values["variance_ratio"])
    answer = difference(pair.control, pair.treatment)
    assert agrees(answer, values)
    assert agrees(relative_delta(pair.control, pair.treatment), expected("C2"))
    shown = fieller(pair.control, pair.treatment, multiplier=answer.multiplier).interval
    assert [shown.lower, shown.upper] == near(expected("X6")["ci"])


def counted(n11, n10, n01, n00):
    n = n11 + n10 + n01 + n00
    return ProportionPair(Proportion(n, n11 + n10), Proportion(n, n11 + n01), n11)


def test_c3_a_cuped_proportion_has_the_reference_value():
    pair = adjust(*(counted(**VALUES["C3"]["inputs"][arm]) for arm in "ab"))
    assert pair.theta == near(expected("C3")["theta"])
    assert agrees(difference(pair.control, pair.treatment), expected("C3"))


def sums(y, d):
    return Ratio(len(y), float(y.sum()), float(y @ y), float(d.sum()), float(d @ d), float(y @ d))


def ratio_arm(n, k):
    j = np.arange(1, n + 1)
    e = 1 + (j * k) % 4
    x = (j * (k + 2)) % (e + 1)
    d = 1 + (j * (k + 3)) % 5
    y = np.minimum(d, x + (j * (k + 5)) % 3)
    return RatioPair(sums(y, d), sums(x, e), tuple(float(left @ right) for right in (y, d) for left in (x, e)))


def test_c4_a_cuped_ratio_has_the_reference_value():
    own, other = ratio_arm(50, 7), ratio_arm(48, 11)
    pair = adjust(own, other)
    values = expected("C4")
    assert pair.theta == near(values["theta"])
    assert [own.after.mean, other.after.mean] == near([values["ratio_a"], values["ratio_b"]])
    assert agrees(difference(pair.control, pair.treatment), values)


def test_c5_a_cap_has_the_reference_value():
    values = [*c1_values()[0][0], 95, 140]
    cap = pooled_cap([values], 0.95)
    assert (cap.upper, cap.lower, cap.of_non_zero) == (near(expected("C5")["cap"]), None, False)
    assert np.mean(values) == near(expected("C5")["mean_before"])
    assert cap.apply(values).mean() == near(expected("C5")["mean_after"])


@pytest.mark.parametrize("key", ["M1", "M2", "M3", "M4", "M5"])
def test_a_split_has_the_reference_value(key):
    inputs, values = VALUES[key]["inputs"], expected(key)
    answer = srm.check_split([srm.SplitPeriod(tuple(inputs["users"]), tuple(inputs["weights"]))])
    assert (answer.chi_square, answer.df, answer.chi_square_p) == (
        near(values["chi2"]),
        values["df"],
        near(values["p"]),
    )
    if "sequential" in values:
        assert answer.log_factors[0] == near(values["sequential"]["log_bf"])
        assert answer.p == near(values["sequential"]["p"])


def test_m6_a_changed_weight_starts_a_new_factor():
    answer = srm.check_split([srm.SplitPeriod(*map(tuple, period)) for period in VALUES["M6"]["inputs"]["periods"]])
    assert answer.log_factors == near(expected("M6")["log_bf"])
    assert (sum(answer.log_factors), answer.p) == (near(expected("M6")["sum"]), near(expected("M6")["p"]))


def test_h1_h2_corrections_have_the_reference_values():
    p = VALUES["H1"]["inputs"]["p"]
    by_holm, by_bh = holm(p), benjamini_hochberg(p)
    assert (by_holm.p, by_bh.p) == (near(expected("H1")["holm"]), near(expected("H1")["bh"]))
    assert by_holm.levels == near(expected("H2")["holm_levels"])
    assert by_bh.levels == near(expected("H2")["bh_levels"])
    assert sum(by_bh.rejected) == expected("H2")["bh_rejections"]


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
