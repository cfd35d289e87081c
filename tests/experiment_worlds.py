"""Seeded worlds in which experiments run many times: how often each rule is wrong, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, ndtri

from backend.analytics.experiments.statistics.answers import Alternative, Inconclusive
from backend.analytics.experiments.statistics.bandit import rank_gaussian, weights_of
from backend.analytics.experiments.statistics.difference import difference
from backend.analytics.experiments.statistics.power import units_for_rate
from backend.analytics.experiments.statistics.samples import Proportion
from backend.analytics.experiments.statistics.sequential import Sequence
from backend.analytics.experiments.statistics.srm import log_bayes_factor

LOOKS = 100


@dataclass(frozen=True)
class Looks:
    """Of each run and look: means and variances V of them in both arms, and the fewest conversions of an arm."""

    n: np.ndarray
    own: np.ndarray
    other: np.ndarray
    own_v: np.ndarray
    other_v: np.ndarray
    conversions: np.ndarray

    @property
    def gap(self):
        return self.other - self.own

    @property
    def v(self):
        return self.own_v + self.other_v

    def multiplier(self, alternative=Alternative.TWO_SIDED):
        sequence = Sequence(alternative=alternative)
        return np.array([sequence.multiplier(2 * n) for n in self.n])

    def lift(self):
        """Lift and its variance by the delta method, where the control is above 0."""
        with np.errstate(divide="ignore", invalid="ignore"):
            lift = self.gap / self.own
            return lift, self.other_v / self.own**2 + self.own_v * self.other**2 / self.own**4

    def misses(self, lift, multiplier):
        """Where Fieller's interval exists and leaves a true lift out."""
        gap = self.other - (1 + lift) * self.own
        is_told = self.own**2 > multiplier**2 * self.own_v
        return is_told & (gap**2 > multiplier**2 * (self.other_v + (1 + lift) ** 2 * self.own_v))


def runs_with(hits):
    """In how many runs some look hits."""
    return int(hits.any(axis=1).sum())


def rate_looks(rng, runs, rate, lift=0.0, per_look=150):
    own, other = (rng.binomial(per_look, share, (runs, LOOKS)).cumsum(axis=1) for share in (rate, rate * (1 + lift)))
    n = per_look * np.arange(1, LOOKS + 1)
    means = [arm / n for arm in (own, other)]
    spread = [mean * (1 - mean) / n for mean in means]
    return Looks(n, *means, *spread, np.minimum(own, other))


def revenue_looks(rng, runs, per_look=100, payers=0.05):
    """A few pay, and what they pay is log-normal(3.5, 1.2)."""
    n = per_look * np.arange(1, LOOKS + 1)
    arms = [_revenue(rng, runs, per_look, payers) for _ in range(2)]
    means = [total / n for total, _, _ in arms]
    spread = [(squares - total**2 / n) / (n - 1) / n for total, squares, _ in arms]
    return Looks(n, *means, *spread, np.minimum(arms[0][2], arms[1][2]))


def _revenue(rng, runs, per_look, payers):
    paying = rng.binomial(per_look, payers, runs * LOOKS)
    paid = rng.lognormal(3.5, 1.2, paying.sum())
    place = np.repeat(np.arange(runs * LOOKS), paying)
    sums = (np.bincount(place, weights=power, minlength=runs * LOOKS) for power in (paid, paid**2))
    total, squares = (one.reshape(runs, LOOKS).cumsum(axis=1) for one in sums)
    return total, squares, paying.reshape(runs, LOOKS).cumsum(axis=1)


def false_winners(looks):
    """Runs of an experiment without any effect in which a rule saw one at some look."""
    gap, error = looks.gap, np.sqrt(looks.v)
    lift, lift_v = looks.lift()
    c = looks.multiplier()
    is_told = looks.own**2 > 0
    delta = is_told & (np.abs(lift) > c * np.sqrt(lift_v))
    z = np.divide(gap, error, out=np.zeros_like(gap), where=error > 0)
    grown = np.divide(0.01**2, looks.v, out=np.zeros_like(gap), where=looks.v > 0)
    log_mixture = grown * z**2 / (2 * (grown + 1)) - np.log1p(grown) / 2
    return {
        "fixed": runs_with(np.abs(z) > ndtri(0.975)),
        "sequential": runs_with(np.abs(z) > c),
        "one_sided": runs_with(z > looks.multiplier(Alternative.GREATER)),
        "msprt": runs_with(log_mixture > -np.log(0.05)),
        "chance": runs_with(z > ndtri(0.95)),
        "delta": runs_with(delta),
        "delta_25": runs_with(delta & (looks.conversions >= 25)),
        "delta_100": runs_with(delta & (looks.conversions >= 100)),
        "shown": runs_with(looks.misses(0.0, c) & (looks.conversions >= 25)),
    }


def missed_lifts(looks, lift):
    """Runs in which the true lift was outside its interval at some look."""
    shown, v = looks.lift()
    c = looks.multiplier()
    by_delta = (looks.own > 0) & (np.abs(shown - lift) > c * np.sqrt(v))
    return {"delta": runs_with(by_delta), "fieller": runs_with(looks.misses(lift, c))}


def split_alarms(rng, runs, weights, looks=LOOKS, drawn=None):
    """Runs with an alarm of the split, by its rule, and users at the first alarm (inf: none)."""
    shares = np.asarray(weights)
    units = rng.multinomial(500, drawn or weights, (runs, looks)).cumsum(axis=1)
    users = 500 * np.arange(1, looks + 1)
    expected = users[:, None] * shares
    p = chdtrc(len(shares) - 1, ((units - expected) ** 2 / expected).sum(-1))
    alarms = {
        "sequential": log_bayes_factor(units, shares) > -np.log(0.01),
        "chi_square_001": p < 0.001,
        "chi_square_05": p < 0.05,
    }
    at = {name: np.where(hit.any(axis=1), users[hit.argmax(axis=1)], np.inf) for name, hit in alarms.items()}
    return {name: runs_with(hit) for name, hit in alarms.items()}, at


def power_of_fixed(rng, runs, rate=0.11, lift=0.08):
    """Runs in which our own test finds the lift with the units that were planned for it."""
    n = int(np.ceil(units_for_rate(rate, lift).control))
    own, other = rng.binomial(n, rate, runs), rng.binomial(n, rate * (1 + lift), runs)
    answers = (difference(Proportion(n, int(a)), Proportion(n, int(b))) for a, b in zip(own, other, strict=True))
    return sum(not isinstance(answer, Inconclusive) and answer.p <= 0.05 for answer in answers)


def power_of_sequential(rng, runs, n=8_230, variance=42.25, effect=0.4):
    """Runs in which an always-valid test looking 100 times finds the effect, and units of an arm when it stops."""
    at = np.ceil(n * np.arange(1, LOOKS + 1) / LOOKS)
    steps = np.diff(at, prepend=0)
    sums = [rng.normal(shift * steps, np.sqrt(variance * steps), (runs, LOOKS)) for shift in (0, effect)]
    means = [one.cumsum(axis=1) / at for one in sums]
    spread = [variance * rng.chisquare(at - 1, (runs, LOOKS)) / (at - 1) / at for _ in range(2)]
    looks = Looks(at, *means, *spread, at)
    hits = (np.abs(looks.gap) > looks.multiplier() * np.sqrt(looks.v)) & (at >= 100)
    stops = np.where(hits.any(axis=1), at[hits.argmax(axis=1)], n)
    return runs_with(hits), float(stops.mean())


RATES = (0.10, 0.13, 0.11, 0.09)


def bandit_losses(rng, runs, policy, *, lower_is_better=False, steps=40, units=500):
    """Conversions lost against the best arm, on average, and runs that end with it in the lead."""
    rates = np.array(RATES)
    best = int(rates.argmin() if lower_is_better else rates.argmax())
    weights = np.full((runs, 4), 0.25)
    n, successes = np.zeros((runs, 4)), np.zeros((runs, 4))
    for _ in range(steps):
        drawn = rng.multinomial(units, weights)
        n += drawn
        successes += rng.binomial(drawn, rates)
        mean = successes / n
        error = np.sqrt(np.maximum(mean * (1 - mean), 1 / n) / n)
        if policy != "equal":
            first, second = rank_gaussian(mean, error, lower_is_better=lower_is_better)
            weights = weights_of(first if policy == "thompson" else (first + second) / 2)
    lost = (np.abs(rates - rates[best]) * n).sum(axis=1)
    leads = mean.argmin(axis=1) if lower_is_better else mean.argmax(axis=1)
    return float(lost.mean()), int((leads == best).sum())
