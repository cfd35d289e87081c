"""EXP-*: properties, edges, and independent oracles of the statistics of experiments."""

from __future__ import annotations

from math import exp, inf, log, log10, sqrt

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf
from scipy import integrate, stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from backend.analytics.experiments.statistics import bandit, bayesian, novelty, power, quantile, srm
from backend.analytics.experiments.statistics.answers import Alternative, Comparison, Inconclusive, Interval
from backend.analytics.experiments.statistics.capping import pooled_cap, ratio_caps
from backend.analytics.experiments.statistics.corrections import benjamini_hochberg, holm
from backend.analytics.experiments.statistics.cuped import adjust, mean_pair
from backend.analytics.experiments.statistics.difference import difference, exact_conditional, relative_delta
from backend.analytics.experiments.statistics.guardrail import guardrail
from backend.analytics.experiments.statistics.lift import fieller
from backend.analytics.experiments.statistics.samples import Mean, Proportion, Quantile, Ratio
from backend.analytics.experiments.statistics.sequential import Sequence, msprt, sequential_difference

JUDGES = [difference, sequential_difference]


def near(value, rel=1e-9):
    return pytest.approx(value, rel=rel, abs=1e-12)


def mean_of(values):
    own = np.asarray(values, dtype=float)
    return Mean(len(own), float(own.sum()), float(own @ own))


@st.composite
def proportions(draw, least=100):
    n = draw(st.integers(least, 20_000))
    return Proportion(n, draw(st.integers(1, n - 1)))


@st.composite
def revenues(draw):
    n, center, spread = draw(st.integers(100, 20_000)), draw(st.floats(-50, 50)), draw(st.floats(0.5, 50))
    return Mean(n, n * center, n * center**2 + (n - 1) * spread**2)


samples = st.one_of(proportions(), revenues())


@pytest.mark.parametrize("judge", JUDGES)
@given(own=samples, other=samples)
def test_relabeling_the_arms_negates_the_difference(judge, own, other):
    there, back = judge(own, other), judge(other, own)
    assert (back.estimate, back.se, back.p) == (-there.estimate, near(there.se), near(there.p))


@pytest.mark.parametrize("judge", JUDGES)
@given(own=samples, other=samples, alpha=st.floats(0.001, 0.3))
def test_p_is_at_most_alpha_exactly_when_the_interval_excludes_the_null(judge, own, other, alpha):
    answer = judge(own, other, alpha=alpha)
    assume(abs(answer.p / alpha - 1) > 1e-9)
    assert (answer.p <= alpha) == answer.interval.excludes(0.0)


@given(own=proportions(), other=proportions(), side=st.sampled_from([Alternative.GREATER, Alternative.LESS]))
def test_one_sided_p_agrees_with_its_bound(own, other, side):
    for judge in JUDGES:
        answer = judge(own, other, alpha=0.05, alternative=side)
        assume(abs(answer.p / 0.05 - 1) > 1e-9)
        assert (answer.p <= 0.05) == answer.interval.excludes(0.0)


@given(own=samples, other=samples)
def test_doubling_the_data_narrows_the_error_by_the_root_of_two(own, other):
    once, twice = difference(own, other), difference(own + own, other + other)
    assert once.se / twice.se == near(sqrt(2), rel=0.011)


@given(own=revenues(), other=revenues(), k=st.floats(0.01, 100))
def test_another_currency_scales_the_difference_and_leaves_lift_and_p(own, other, k):
    def dear(sample):
        return Mean(sample.n, sample.total * k, sample.squares * k * k)

    plain, scaled = difference(own, other), difference(dear(own), dear(other))
    assert scaled.estimate == pytest.approx(plain.estimate * k, rel=1e-6, abs=1e-9 * k)
    assert (scaled.se, scaled.p) == (near(plain.se * k, 1e-6), pytest.approx(plain.p, rel=1e-5, abs=1e-9))
    lifts = [fieller(*pair, multiplier=3.0) for pair in ((own, other), (dear(own), dear(other)))]
    if not any(isinstance(lift, Inconclusive) for lift in lifts):
        assert lifts[0].estimate == pytest.approx(lifts[1].estimate, rel=1e-5, abs=1e-9)


@given(own=samples, other=samples, c=st.floats(1, 5))
def test_fiellers_lift_excludes_zero_exactly_when_the_difference_does(own, other, c):
    answer, shown = difference(own, other), fieller(own, other, multiplier=c)
    if isinstance(shown, Inconclusive):
        return
    assume(abs(abs(answer.estimate) / (c * answer.se) - 1) > 1e-9)
    assert shown.interval.excludes(0.0) == (abs(answer.estimate) > c * answer.se)
    assert np.sign(shown.estimate) == np.sign(answer.estimate)


@given(st.lists(st.integers(0, 500), min_size=4, max_size=30), st.randoms(use_true_random=False))
def test_days_merge_in_any_order(values, shuffler):
    days = [mean_of([value, value + 1]) for value in values]
    shuffled = days.copy()
    shuffler.shuffle(shuffled)
    merged = [sum(rest, start=first) for first, *rest in (days, shuffled)]
    assert merged[0] == merged[1]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_corrections_agree_with_statsmodels_and_with_their_own_levels(p):
    for corrected, method in ((holm(p), "holm"), (benjamini_hochberg(p), "fdr_bh")):
        assert corrected.p == near(multipletests(p, method=method)[1].tolist())
        assume(all(abs(one - 0.05) > 1e-12 for one in corrected.p))
        assert corrected.rejected == tuple(one <= 0.05 for one in corrected.p)
        assert corrected.rejected == tuple(own <= at for own, at in zip(p, corrected.levels, strict=True))


@settings(max_examples=40)
@given(st.lists(proportions(), min_size=3, max_size=6))
def test_corrected_always_valid_intervals_never_contradict_the_corrected_p(arms):
    control, *treatments = arms
    p = [sequential_difference(control, arm).p for arm in treatments]
    for corrected in (holm(p), benjamini_hochberg(p)):
        for arm, level, adjusted in zip(treatments, corrected.levels, corrected.p, strict=True):
            assume(abs(adjusted - 0.05) > 1e-9)
            answer = sequential_difference(control, arm, level=level)
            assert answer.interval.excludes(0.0) == (adjusted <= 0.05)


def test_welch_agrees_with_scipy_and_statsmodels():
    rng = np.random.default_rng(3)
    own, other = rng.gamma(1.2, 9, 40), rng.gamma(1.5, 9, 60)
    answer = difference(mean_of(own), mean_of(other))
    theirs = CompareMeans(DescrStatsW(other), DescrStatsW(own))
    assert answer.p == near(stats.ttest_ind(own, other, equal_var=False).pvalue)
    assert (answer.interval.lower, answer.interval.upper) == near(theirs.tconfint_diff(usevar="unequal"))


def test_the_exact_binomial_agrees_with_scipy():
    for a, b in ((0, 3), (9, 24), (5, 5), (29, 1), (0, 1)):
        theirs = stats.binomtest(b, a + b, 905 / 1805).pvalue
        assert exact_conditional(Proportion(900, a), Proportion(905, b)) == near(theirs)


def test_the_mixture_is_the_integral_over_its_prior():
    own, other, tau = Proportion(6200, 682), Proportion(6050, 726), 0.01
    answer = difference(own, other)

    def likelihood(effect):
        return stats.norm.pdf(answer.estimate, effect, answer.se) * stats.norm.pdf(effect, 0, tau)

    mixed = integrate.quad(likelihood, -0.1, 0.1, points=[0, 0.01], epsabs=0, epsrel=1e-12)[0]
    assert exp(msprt(own, other, tau=tau).log_e) == near(mixed / stats.norm.pdf(answer.estimate, 0, answer.se))


def test_losses_agree_with_forty_digits_in_both_tails():
    with mp.workdps(60):
        for z in (0.0, 0.5, 5.0, 30.0, 99.0, 101.0, 1_000.0):
            at = mpf(z)
            exact = mp.npdf(at) - at * mp.ncdf(-at)
            assert bayesian.log_expected_excess(-2 * z, 2.0) == near(float(mp.log(2 * exact)), rel=1e-12)
            assert exp(bayesian.log_expected_excess(2 * z, 2.0)) == near(float(2 * (mp.npdf(at) + at * mp.ncdf(at))))


def test_beta_losses_agree_with_millers_formula_and_with_scipy_integrals():
    own, other = Proportion(60, 9), Proportion(55, 12)
    for prior in (bayesian.BetaPrior(), bayesian.BetaPrior(2.5, 7.5), bayesian.BetaPrior(0.5, 0.5)):
        a = stats.beta(prior.alpha + 9, prior.beta + 51)
        b = stats.beta(prior.alpha + 12, prior.beta + 43)
        answer = bayesian.beta_binomial(own, other, prior=prior)
        chance = integrate.quad(lambda x, a=a, b=b: b.pdf(x) * a.cdf(x), 0, 1, epsrel=1e-12)[0]
        gain = integrate.quad(lambda x, a=a, b=b: a.cdf(x) * b.sf(x), 0, 1, epsrel=1e-12)[0]
        assert (answer.chance_to_win, answer.loss_if_control) == (near(chance), near(gain))
        assert answer.loss_if_control - answer.loss_if_treatment == near(b.mean() - a.mean())


def test_lower_is_better_mirrors_chance_and_losses():
    own, other = Proportion(200, 30), Proportion(190, 40)
    plain = bayesian.lift_posterior(own, other, prior=bayesian.Prior())
    mirrored = bayesian.lift_posterior(own, other, prior=bayesian.Prior(), lower_is_better=True)
    assert mirrored.chance_to_win == near(1 - plain.chance_to_win)
    assert mirrored.loss_if_control == near(plain.loss_if_treatment)


@settings(max_examples=30)
@given(st.lists(st.tuples(st.floats(-5, 5), st.floats(0.001, 3)), min_size=2, max_size=6))
def test_a_ranking_adds_up_to_one_and_mirrored_data_give_mirrored_weights(arms):
    means, sds = zip(*arms, strict=True)
    best, second = bandit.rank_gaussian(means, sds)
    mirrored, _ = bandit.rank_gaussian([-mean for mean in means], sds, lower_is_better=True)
    assert best.sum() == near(1.0)
    assert second.sum() == near(1.0)
    assert np.abs(best - mirrored).max() < 1e-12
    if len(arms) == 2:
        z = (means[0] - means[1]) / sqrt(sds[0] ** 2 + sds[1] ** 2)
        assert best[0] == pytest.approx(stats.norm.cdf(z), rel=1e-8, abs=1e-9)


def test_weights_keep_their_floor():
    weights = bandit.weights_of([1.0, 0.0, 0.0], 0.01)
    assert weights.tolist() == near([0.98, 0.01, 0.01])
    assert bandit.weights_of([1.0, 0.0], 0.5).tolist() == [0.5, 0.5]
    assert bandit.held_back([99, 500], [30, 30], 8, 1) == "fewer than 100 units in an arm"
    assert bandit.held_back([100, 500], [25, 30], 8, 1) is None


def test_a_bandit_has_a_winner_after_two_weeks_only():
    arms = bandit.stratified([[Proportion(1000, 60), Proportion(1000, 120)]])
    assert isinstance(bandit.winner(arms, days=13, whole_weeks=1), Inconclusive)
    assert bandit.winner(arms, days=14, whole_weeks=2) == 1
    assert bandit.winner(arms, days=14, whole_weeks=2, lower_is_better=True) == 0


@pytest.mark.parametrize(
    ("own", "other", "reason"),
    [
        (Proportion(0, 0), Proportion(9, 3), "no units"),
        (Mean(1, 2.0, 4.0), Mean(9, 3.0, 9.0), "no variance"),
        (Proportion(9, 0), Proportion(9, 0), "no variance"),
        (Mean(5, 10.0, 20.0), Mean(5, 5.0, 5.0), "no variance"),
        (Ratio(3, 0, 0, 0, 0, 0), Ratio(3, 2, 2, 4, 6, 3), "nothing to divide by"),
    ],
)
def test_no_answer_is_a_reason_and_never_a_number(own, other, reason):
    for judge in (*JUDGES, relative_delta):
        assert judge(own, other) == Inconclusive(reason)
    assert fieller(own, other, multiplier=2.0) == Inconclusive(reason)


def test_a_control_of_zero_has_a_difference_but_no_lift():
    own, other = Proportion(1000, 0), Proportion(1000, 30)
    assert isinstance(difference(own, other), Comparison)
    assert relative_delta(own, other) == Inconclusive("the control's value is zero")
    assert fieller(own, other, multiplier=2.0) == Inconclusive("the control's value cannot be told from zero")


def test_the_first_look_waits_for_a_hundred_units_in_every_arm():
    assert sequential_difference(Proportion(99, 9), Proportion(500, 60)) == Inconclusive(
        "fewer than 100 units in the control"
    )
    assert isinstance(sequential_difference(Proportion(100, 9), Proportion(100, 60)), Comparison)


@pytest.mark.parametrize(
    "impossible",
    [
        lambda: Proportion(3, 4),
        lambda: Proportion(-1, 0),
        lambda: Mean(3, 6.0, 11.0),
        lambda: Mean(0, 1.0, 1.0),
        lambda: Mean(3, float("nan"), 1.0),
        lambda: Mean(3, 1.0, inf),
        lambda: Ratio(3, 2, 2, 3, 3, 99),
        lambda: Quantile(3, 1.0, -1.0),
        lambda: Interval(2.0, 1.0),
        lambda: Sequence(alpha=1.0),
        lambda: Sequence(alpha=0.5, alternative=Alternative.LESS),
        lambda: Sequence(tuning=0),
        lambda: bayesian.Prior(0.0, 0.0),
        lambda: bandit.Weighed("a", 0.0, 1.0),
        lambda: srm.SplitPeriod((1, 2), (0.5,)),
        lambda: srm.SplitPeriod((1, 2), (0.0, 0.0)),
        lambda: power.Plan(power=0.01),
        lambda: difference(Proportion(9, 3), Proportion(9, 4), alpha=0),
        lambda: msprt(Proportion(9, 3), Proportion(9, 4), tau=0),
        lambda: guardrail(Proportion(9, 3), Proportion(9, 4), max_drop=0),
        lambda: mean_pair([1, 2], [1]),
        lambda: pooled_cap([[1.0, float("nan")]], 0.95),
    ],
)
def test_the_impossible_is_refused_at_construction(impossible):
    with pytest.raises(ValueError, match=r"\w"):
        impossible()


def test_impossible_questions_about_power_are_answered_with_a_sentence():
    greater = power.Plan(alternative=Alternative.GREATER)
    for question, words in (
        (lambda: power.units_for_rate(0.11, 0.0), "above 0"),
        (lambda: power.units_for_rate(0.6, 0.9), "no rate can be"),
        (lambda: power.units_for_rate(0.11, -0.1, greater), "other sign"),
        (lambda: power.units_for_mean(0.0, 1.0, 0.1), "no lift"),
        (lambda: power.units_for_effect(0.0, 0.0, 0.1), "variance"),
    ):
        with pytest.raises(power.ImpossibleQuestionError, match=words):
            question()
    assert isinstance(power.days_needed(4_000, 0), Inconclusive)
    assert power.days_needed(4_000, 500) == 14


def test_the_detectable_lift_is_the_lift_that_its_units_were_planned_for():
    planned = power.units_for_rate(0.11, 0.08).control
    assert power.detectable_lift(0.11, planned) == near(0.08)
    assert power.likely_sequential_units(42.25, 42.25, 0.4).control < power.sequential_units(42.25, 42.25, 0.4).control


def test_guardrails_of_a_measure_that_should_fall_are_mirrored():
    own, other = Mean(30_000, 61_500, 412_000), Mean(29_800, 56_900, 377_000)
    assert guardrail(own, other, max_drop=0.05).state == "breached"
    assert guardrail(own, other, max_drop=0.05, lower_is_better=True).state == "safe"
    assert guardrail(other, own, max_drop=0.05, lower_is_better=True).state == "breached"


def test_the_units_that_a_guardrail_needs_decide_it():
    own, other = Mean(4_000, 8_200, 55_000), Mean(3_950, 7_900, 53_400)
    answer = guardrail(own, other, max_drop=0.05)
    more = 1 + answer.units_needed / (own.n + other.n)

    def grown(sample, k):
        return Mean(
            round(sample.n * k), round(sample.n * k) * sample.mean, round(sample.n * k) * sample.squares / sample.n
        )

    assert guardrail(grown(own, more * 1.01), grown(other, more * 1.01), max_drop=0.05).state == "safe"
    assert guardrail(grown(own, more * 0.98), grown(other, more * 0.98), max_drop=0.05).state == "undecided"


def test_an_arm_without_weight_stays_out_of_the_split_and_is_counted():
    answer = srm.check_split([srm.SplitPeriod((640, 600, 7), (0.5, 0.5, 0.0))])
    assert (answer.df, answer.misplaced, answer.is_unhealthy) == (1, 7, False)
    assert srm.check_split([srm.SplitPeriod((0, 0), (0.5, 0.5))]) == Inconclusive("no units")
    assert srm.check_split([srm.SplitPeriod((500, 500), (0.5, 0.5))], smallest_p_before=0.009).is_unhealthy
    assert [srm.are_crossed(n, 1_000) for n in (9, 10)] == [False, True]
    assert [srm.are_misplaced(n, 20_000) for n in (19, 20)] == [False, True]


def test_cuped_is_refused_when_the_arms_differed_before():
    rng = np.random.default_rng(8)
    x, shifted = rng.normal(10, 1, 500), rng.normal(12, 1, 500)
    assert adjust(mean_pair(x + 1, x), mean_pair(shifted, shifted)) == Inconclusive(
        "the arms differed before the experiment"
    )
    flat = adjust(mean_pair(x, x * 0), mean_pair(x + 1, x * 0))
    assert (flat.theta, flat.noise_left) == (0.0, near(1.0))
    assert novelty.balance({"pay": (mean_of(x), mean_of(shifted))}).unbalanced == ("pay",)
    assert not novelty.balance({"pay": (mean_of(x), mean_of(x))}).is_unhealthy


def test_caps_are_of_all_arms_and_have_two_sides():
    many_zeros = pooled_cap([[0.0] * 97, [1.0, 2.0, 90.0]], 0.95)
    assert (many_zeros.upper, many_zeros.lower, many_zeros.of_non_zero) == (90.0, None, True)
    refunds = pooled_cap([list(range(-20, 81))], 0.9)
    assert (refunds.lower, refunds.upper) == (-10.0, 70.0)
    assert refunds.share_capped([-15.0, 0.0, 75.0, 3.0]) == 0.5
    assert pooled_cap([[0.0]], 0.95) == Inconclusive("no values to cap")
    assert ratio_caps([[1.0, 5.0]], [[2.0, 3.0]], 0.5)[1].upper == 2.0


def test_an_effect_that_wears_off_is_flagged():
    def arm(early, change, n=600):
        noise = np.tile([-1.0, 1.0], n // 2)
        return novelty.NoveltyArm(mean_of(early + noise), mean_of(change + noise))

    assert novelty.novelty(arm(5, 0), arm(7, -1.5)).is_flagged
    assert not novelty.novelty(arm(5, 0), arm(7, -0.5)).is_flagged
    assert novelty.novelty(arm(5, 0), arm(7, -3)).is_flagged
    assert isinstance(novelty.novelty(arm(5, 0, 498), arm(7, -3)), Inconclusive)


def test_a_quantile_of_clustered_events_is_less_certain_and_of_single_ones_as_certain():
    values = np.random.default_rng(5).normal(10, 2, 900)
    plain = quantile.quantile(values, 0.5)
    alone = quantile.clustered_quantile(values, np.arange(900), 0.5)
    assert alone.variance == near(plain.variance, rel=0.005)
    units = np.arange(900) // 9
    together = quantile.clustered_quantile(np.sort(values), units, 0.5)
    assert together.variance > 5 * plain.variance
    assert quantile.quantile([1.0, 2.0, 3.0], 0.5) == Inconclusive("too few values for this quantile")
    assert quantile.quantile([4.0] * 99, 0.5) == Inconclusive("the bounds of the quantile coincide")


def test_a_p_beyond_floats_is_a_bound_for_always_valid_tests_too():
    answer = sequential_difference(Proportion(400_000, 44_000), Proportion(400_000, 60_000))
    assert (log10(answer.p), answer.is_p_bound) == (near(-300.0), True)
    assert answer.log_e > 300 * log(10)
