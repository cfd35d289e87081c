"""Champion and challenger: the winner of an experiment is the control of the next one."""

from __future__ import annotations

from dataclasses import replace

from backend.analytics.experiments.conflict import ExperimentConflict
from backend.analytics.experiments.definition import Experiment, ExperimentConfig, ExperimentSchedule, Variant
from backend.analytics.experiments.service import Editor, ExperimentService
from backend.errors import FieldError

CHAMPION, CHALLENGER = "champion", "challenger"
LONGEST_NAME = 120


def draft_after(service: ExperimentService, test_id: str, editor: Editor, why: str = "") -> Experiment:
    """A draft whose control is the variant that is shipped. Raises NotFound, ExperimentConflict if none is."""
    experiment = service.get(test_id)
    if experiment.shipped is None or not experiment.shipped_share:
        reason = "No variant of this experiment is shipped. A follow-up starts from the one that is."
        raise ExperimentConflict([FieldError("shipped", reason, "not_shipped")])
    design = challenge(experiment, experiment.shipped)
    return service.create(design, editor, why or f"Follow-up of {test_id}", follows=test_id)


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
    )
