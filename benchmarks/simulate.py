"""The long simulations of experiments; writes their table into docs/statistics.md. `make simulate` runs it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

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

PAGE = Path(__file__).parents[1] / "docs/statistics.md"
SEED = 2026
RUNS = 5_000
BATCH = 500
BANDIT_RUNS = 300


def added(world, runs=RUNS):
    """Counts over all batches, each with a seed of its own."""
    batches = [world(np.random.default_rng([SEED, batch]), BATCH) for batch in range(runs // BATCH)]
    return {rule: sum(batch[rule] for batch in batches) for rule in batches[0]}


def share(count, runs=RUNS):
    return f"{count / runs:.1%}"


def shares(counts, *rules, runs=RUNS):
    return " / ".join(share(counts[rule], runs) for rule in rules)


def row(what, runs, answer, promise):
    return f"| {what} | {runs:,} | {answer} | {promise} |"


def of_rates():
    four = added(lambda rng, runs: false_winners(rate_looks(rng, runs, 0.04)))
    yield row(
        "No effect, 100 looks, rate 4 %: fixed / always-valid / one-sided / mSPRT / chance above 95 %",
        RUNS,
        shares(four, "fixed", "sequential", "one_sided", "msprt", "chance"),
        "always-valid ones at most 5 %",
    )
    for rate in (0.1, 0.04, 0.02, 0.01):
        counts = added(lambda rng, runs, rate=rate: false_winners(rate_looks(rng, runs, rate)))
        what = f"Same, lift at a rate of {rate:.0%}: delta / delta from 25 conversions on / what is shown"
        yield row(what, RUNS, shares(counts, "delta", "delta_25", "shown"), "shown: at most 5 %")


def of_revenue():
    counts = added(lambda rng, runs: false_winners(revenue_looks(rng, runs)))
    yield row(
        "No effect, revenue of 5 % payers: delta / from 25 / from 100 payers on / difference / what is shown",
        RUNS,
        shares(counts, "delta", "delta_25", "delta_100", "sequential", "shown"),
        "difference and shown: at most 5 %",
    )
    missed = added(lambda rng, runs: missed_lifts(rate_looks(rng, runs, 0.01, lift=0.3), 0.3))
    what = "True lift of 30 % at a rate of 1 % outside its interval at some look: delta / Fieller"
    yield row(what, RUNS, shares(missed, "delta", "fieller"), "Fieller: at most 5 %")


def of_splits():
    for weights in ((0.5, 0.5), (0.6, 0.2, 0.2)):
        counts, _ = split_alarms(np.random.default_rng(SEED), RUNS, weights)
        named = "/".join(f"{100 * weight:.0f}" for weight in weights)
        what = f"Split {named}, healthy, 100 looks: sequential / chi-square p < .001 / p < .05"
        answer = shares(counts, "sequential", "chi_square_001", "chi_square_05")
        yield row(what, RUNS, answer, "sequential: at most 1 %")
    for drawn in ((0.51, 0.49), (0.52, 0.48)):
        counts, at = split_alarms(np.random.default_rng(SEED), 2_000, (0.5, 0.5), looks=200, drawn=drawn)
        users = " / ".join(f"{np.median(at[rule]):,.0f}" for rule in ("sequential", "chi_square_001"))
        what = f"Split {drawn[0]:.0%}: median users until an alarm, sequential / chi-square; ever by 100,000"
        yield row(what, 2_000, f"{users}; {share(counts['sequential'], 2_000)}", "at least 99 %")


def of_power():
    rejected = power_of_fixed(np.random.default_rng(SEED), 20_000)
    yield row("Power with the units planned for 80 %", 20_000, share(rejected, 20_000), "78.5 to 80.5 %")
    decided, stop = power_of_sequential(np.random.default_rng(SEED), RUNS)
    what = "Power of an always-valid test with 8,230 units an arm, 100 looks; average units when it stops"
    yield row(what, RUNS, f"{share(decided)}; {stop:,.0f}", "at least 80 %")


def of_bandits():
    for lower, promise in ((False, "at most 1/3 and 2/3 of equal"), (True, "at most 1/3 and 1/2 of equal")):
        answers = []
        for policy in ("equal", "thompson", "top_two"):
            lost, best = bandit_losses(np.random.default_rng(SEED), BANDIT_RUNS, policy, lower_is_better=lower)
            answers.append(f"{lost:.0f} ({share(best, BANDIT_RUNS)})")
        what = "Bandit, rates 10, 13, 11, 9 %: conversions lost (best arm in the lead), equal / Thompson / top-two"
        yield row(what + (", lower is better" if lower else ""), BANDIT_RUNS, " / ".join(answers), promise)


def main():
    rows = [line for group in (of_rates, of_revenue, of_splits, of_power, of_bandits) for line in group()]
    table = "\n".join(["| What | Runs | Share | Promise |", "| --- | --- | --- | --- |", *rows])
    text = PAGE.read_text()
    fenced = re.compile(r"(?<=<!-- simulations -->\n).*(?=\n<!-- end of simulations -->)", re.DOTALL)
    PAGE.write_text(fenced.sub(lambda _: table, text))
    print(table)


if __name__ == "__main__":
    main()
