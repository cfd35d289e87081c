"""New weights of an experiment whose allocation follows what was seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from backend.analytics.experiments.definition import Allocation, Experiment, ExperimentConfig
from backend.analytics.experiments.results import Results
from backend.analytics.experiments.unit_measures import UNIT_MEASURES

if TYPE_CHECKING:
    from backend.analytics.experiments.results import Sample


def new_weights(experiment: Experiment, results: Results, now: datetime) -> Mapping[str, float] | None:
    """By Thompson sampling or top-two, from all units so far; None where the weights stay as they are."""
    from backend.analytics.experiments.statistics.answers import Inconclusive
    from backend.analytics.experiments.statistics.bandit import held_back, ranking, weights_of

    allocation, arms = experiment.config.allocation, results.primary.arms
    if allocation is Allocation.FIXED or not results.is_healthy or experiment.started_at is None:
        return None
    days, since_change = ((now - at).days for at in (experiment.started_at, experiment.periods[-1].starts_at))
    if held_back([arm.n for arm in arms], [arm.events for arm in arms], days, since_change):
        return None
    samples = [arm.sample for arm in arms if arm.sample is not None]
    ranked = ranking(samples, lower_is_better=results.primary.measure.less_is_better)
    if isinstance(ranked, Inconclusive):
        return None
    shares = ranked.best if allocation is Allocation.THOMPSON else ranked.top_two
    *rest, _last = map(float, weights_of(shares))
    return dict(zip((arm.variant for arm in arms), (*rest, 1 - sum(rest)), strict=True))


def best_arm(config: ExperimentConfig, periods: Sequence[Sequence[Sample]], days: int) -> str | None:
    """The arm that is the best with a chance of 95 %, by means per weight period (periods x arms of the design).

    Pooled means would mistake a trend for an arm: whoever gets most units late has most of the late visitors.
    """
    from backend.analytics.experiments.statistics.answers import Inconclusive
    from backend.analytics.experiments.statistics.bandit import stratified, winner

    means = stratified(strata(periods))
    if isinstance(means, Inconclusive):
        return None
    is_less_better = UNIT_MEASURES[config.primary].less_is_better
    won = winner(means, days=days, whole_weeks=days // 7, lower_is_better=is_less_better)
    return None if isinstance(won, Inconclusive) else config.variants[won].key


def strata(periods: Sequence[Sequence[Sample]]) -> list[list[Sample]]:
    """Periods, joined with the next ones until each arm has 100 units: the variance of a few units is none."""
    from backend.analytics.experiments.statistics.bandit import FIRST_UNITS

    joined: list[list[Sample]] = []
    for period in periods:
        is_open = joined and min(arm.n for arm in joined[-1]) < FIRST_UNITS
        joined = [*joined[:-1], _sum(joined[-1], period)] if is_open else [*joined, [*period]]
    if len(joined) > 1 and min(arm.n for arm in joined[-1]) < FIRST_UNITS:
        joined = [*joined[:-2], _sum(joined[-2], joined[-1])]
    return joined


def _sum(first: Sequence[Sample], second: Sequence[Sample]) -> list[Sample]:
    return [own + more for own, more in zip(first, second, strict=True)]  # type: ignore[operator]
