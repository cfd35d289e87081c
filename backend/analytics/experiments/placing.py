"""Where a new unit goes: into which variant of an experiment, or why into none. Pure, by the evaluator's rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from backend.analytics.experiments.definition import Experiment, ExperimentStatus, Variant
from backend.analytics.experiments.evaluator import (
    bucket_ranges,
    choose_variation,
    evaluate_condition,
    hash_bucket,
    in_namespace,
)

FINE = 2  # version of the hash: 10,000 buckets
SHIPPING = "shipped:"
HOLDOUT = "holdout:"


class AssignmentReason(StrEnum):
    """Why a unit has a variant, or none. `forced`, `shipped`, and `holdout` count for nothing."""

    ASSIGNED = "assigned"
    FORCED = "forced"
    SHIPPED = "shipped"
    HOLDOUT = "holdout"
    KILLED = "killed"
    NOT_STARTED = "not_started"
    PAUSED = "paused"
    STOPPED = "stopped"
    NOT_TRACKED = "asked_not_to_be_tracked"
    ROBOT = "robot"
    NO_UNIT = "no_id"
    NO_LASTING_ID = "no_lasting_id"
    NOT_SIGNED_IN = "not_signed_in"
    OUTSIDE_NAMESPACE = "outside_namespace"
    NOT_TARGETED = "not_targeted"
    OUTSIDE_TRAFFIC = "outside_traffic"


WITHOUT_EXPERIMENT = {
    ExperimentStatus.DRAFT: AssignmentReason.NOT_STARTED,
    ExperimentStatus.PAUSED: AssignmentReason.PAUSED,
    ExperimentStatus.STOPPED: AssignmentReason.STOPPED,
    ExperimentStatus.ARCHIVED: AssignmentReason.STOPPED,
}


@dataclass(frozen=True, slots=True)
class HoldoutRule:
    """A share of all units, by the hash of the holdout's own name, which its experiments show their control."""

    name: str
    share: float
    test_ids: frozenset[str]

    def holds(self, unit_id: str) -> bool:
        bucket = hash_bucket(f"{HOLDOUT}{self.name}", unit_id, FINE)
        return bucket is not None and bucket < self.share


def place(experiment: Experiment, unit_id: str, attributes: Mapping[str, Any]) -> Variant | AssignmentReason:
    """The variant of a unit that was never exposed, by the weights and traffic of now."""
    config, period = experiment.config, experiment.periods[-1] if experiment.periods else None
    namespace = config.namespace
    if namespace is not None and not in_namespace(unit_id, (namespace.name, namespace.start, namespace.end)):
        return AssignmentReason.OUTSIDE_NAMESPACE
    if config.targeting and not evaluate_condition(dict(config.targeting), dict(attributes)):
        return AssignmentReason.NOT_TARGETED
    bucket = hash_bucket(config.seed, unit_id, FINE)
    weights = [experiment.weights[variant.key] for variant in config.variants]
    ranges = bucket_ranges(len(weights), config.traffic if period is None else period.traffic, weights)
    position = -1 if bucket is None else choose_variation(bucket, ranges)
    return AssignmentReason.OUTSIDE_TRAFFIC if position < 0 else config.variants[position]


def shipped_to(experiment: Experiment, unit_id: str | None) -> Variant | None:
    """The shipped variant for its share of units, control for the others; of an unknown unit, only if it is for all.

    The seed is the roll-out's own, so that each step adds units of every variant, and takes from none.
    """
    shipped = experiment.config.variant(experiment.shipped or "")
    if shipped is None or experiment.shipped_share >= 1:
        return shipped
    bucket = hash_bucket(f"{SHIPPING}{experiment.config.seed}", unit_id, FINE) if unit_id else None
    is_reached = bucket is not None and bucket < experiment.shipped_share
    return shipped if is_reached else experiment.config.control
