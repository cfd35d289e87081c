"""Champion and challenger: the winner of an experiment is the control of the next one. Pure."""

from __future__ import annotations

from dataclasses import replace

from backend.analytics.experiments.definition import Experiment, ExperimentConfig, ExperimentSchedule, Variant

CHAMPION, CHALLENGER = "champion", "challenger"
LONGEST_NAME = 120


def challenge(experiment: Experiment, winner: str) -> ExperimentConfig:
    """A design with the winner as its control, and a copy of it for the change to be tried.

    Raises ValueError for a winner that is no variant.
    """
    config, champion = experiment.config, experiment.config.variant(winner)
    if champion is None:
        raise ValueError(f"{winner} is no variant of {experiment.test_id}")
    variants = (
        Variant(CHAMPION, champion.name, 0.5, champion.payload),
        Variant(CHALLENGER, f"Instead of {champion.name}"[:80], 0.5, champion.payload),
    )
    return replace(
        config,
        name=f"After {config.name}"[:LONGEST_NAME],
        variants=variants,
        seed="",
        schedule=ExperimentSchedule(),
        planned_units=None,
    )
