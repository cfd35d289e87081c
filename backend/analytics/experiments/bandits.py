"""New weights of an experiment whose allocation follows what was seen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from backend.analytics.experiments.definition import Allocation, Experiment
from backend.analytics.experiments.results import Results


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
