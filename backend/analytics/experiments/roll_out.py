"""A roll-out in steps: how large each is, how long it lasts, and how units are counted in it. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from backend.analytics.experiments.definition import Experiment, ExperimentStatus, WeightPeriod

STEPS = (0.1, 0.25, 0.5, 1.0)
STEP_LASTS = timedelta(hours=24)


def next_share(experiment: Experiment, now: datetime) -> float | None:
    """The share of the next step, once this one has lasted; None before, and after the last."""
    if not is_watched(experiment) or experiment.shipped_at is None or now - experiment.shipped_at < STEP_LASTS:
        return None
    return next(step for step in STEPS if step > experiment.shipped_share)


def step_phase(experiment: Experiment) -> int:
    """The phase under which exposures of the step are kept: below zero, and another for each step.

    A step moves units from the control to the shipped variant. Under one phase they would have seen both.
    """
    number = sum(step <= experiment.shipped_share for step in STEPS)
    return -(experiment.phase * 10 + number)


def is_watched(experiment: Experiment) -> bool:
    """Whether some see the shipped variant and others the control, so that they can be compared."""
    control = experiment.config.control.key
    return experiment.shipped not in (None, control) and 0 < experiment.shipped_share < 1


def watched(experiment: Experiment) -> Experiment:
    """The step of a roll-out as an experiment of two arms, to be counted and judged as any other.

    Raises ValueError where nothing is compared.
    """
    if not is_watched(experiment) or experiment.shipped_at is None:
        raise ValueError("a roll-out that everybody, or nobody, sees compares nothing")
    config, share = experiment.config, experiment.shipped_share
    weights = {config.control.key: 1 - share, str(experiment.shipped): share}
    variants = tuple(replace(v, weight=weights[v.key]) for v in config.variants if v.key in weights)
    return replace(
        experiment,
        config=replace(config, variants=variants, traffic=1.0),
        status=ExperimentStatus.RUNNING,
        phase=step_phase(experiment),
        periods=(WeightPeriod(1, weights, 1.0, experiment.shipped_at),),
        started_at=experiment.shipped_at,
        stopped_at=None,
        shipped=None,
        shipped_share=0.0,
        shipped_at=None,
    )
