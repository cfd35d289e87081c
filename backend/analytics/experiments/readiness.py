"""What would make an experiment worthless, asked before it starts: pure, for the wizard, the API, and the start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.analytics.experiments.definition import (
    Allocation,
    Experiment,
    ExperimentConfig,
    ExperimentUnit,
    StatisticsEngine,
    TestType,
)

LONGEST_DAYS = 56  # eight weeks: longer, and cookies are deleted faster than an answer comes
FEWEST_BANDIT_DAYS = 14


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing to mend before the start. `blocks`: the start is refused until then; otherwise it is a warning."""

    code: str
    field: str
    message: str
    blocks: bool


@dataclass(frozen=True, slots=True)
class TrafficFacts:
    """What is known of the traffic; None where nothing is. `lasting`: the share of units whose ID lasts."""

    units_per_day: float | None = None
    planned_units: int | None = None
    lasting: float | None = None


def start_concerns(
    config: ExperimentConfig,
    active: Sequence[Experiment],
    served: Sequence[Experiment],
    now: datetime,
    facts: TrafficFacts | None = None,
) -> tuple[Concern, ...]:
    """All concerns, those that block first. `active`: what runs or pauses beside it; `served`: what is shown."""
    concerns = [
        *_rivals(config, active),
        *_shipped(config, served),
        *_dates(config, now),
        *_design(config),
        *(_traffic(config, facts) if facts else ()),
    ]
    return tuple(sorted(concerns, key=lambda concern: not concern.blocks))


def _rivals(config: ExperimentConfig, active: Iterable[Experiment]) -> Iterator[Concern]:
    if config.type is TestType.CUSTOM:
        return
    for other in active:
        if other.config.type is config.type:
            message = f"“{other.config.name}” is {other.status.value} and changes the same part of the product."
            message += " Stop it first."
            yield Concern("rival", "type", message, blocks=True)


def _shipped(config: ExperimentConfig, served: Iterable[Experiment]) -> Iterator[Concern]:
    if config.type is TestType.CUSTOM:
        return
    for other in served:
        if other.shipped is not None and other.shipped_share > 0 and other.config.type is config.type:
            message = (
                f"Variant {other.shipped} of “{other.config.name}” is shipped to {other.shipped_share:.0%} of visitors,"
                " who would see it instead. Ship it to 0% first, or follow that experiment."
            )
            yield Concern("shipped", "type", message, blocks=True)


def _dates(config: ExperimentConfig, now: datetime) -> Iterator[Concern]:
    ends_at = config.schedule.ends_at
    if ends_at is None:
        return
    if ends_at <= now:
        yield Concern("over", "schedule.ends_at", "The end is in the past. Choose a later one.", blocks=True)
        return
    days = (ends_at - max(now, config.schedule.starts_at or now)).days
    if days < config.minimum.days:
        message = f"It ends after {days} days, before the {config.minimum.days} that a verdict takes."
        yield Concern("too_short", "schedule.ends_at", message, blocks=True)
    elif days % 7:
        message = f"It ends after {days} days. Days after the last whole week do not count toward the verdict."
        yield Concern("broken_week", "schedule.ends_at", message, blocks=False)


def _design(config: ExperimentConfig) -> Iterator[Concern]:
    payloads = [dict(variant.payload) for variant in config.variants]
    if config.type is not TestType.CUSTOM and all(payload == payloads[0] for payload in payloads[1:]):
        message = "All variants show the same. The experiment can only check that the split works."
        yield Concern("same_payloads", "variants", message, blocks=False)
    if not config.guardrails:
        message = "No guardrail is set. Harm beside the primary measure would go unseen."
        yield Concern("no_guardrail", "guardrails", message, blocks=False)
    is_judged_once = not config.statistics.sequential or config.statistics.engine is StatisticsEngine.BAYESIAN
    if config.allocation is Allocation.FIXED and is_judged_once and config.planned_units is None:
        message = "It is judged once, at the planned number of units, and none is planned: no verdict will come."
        yield Concern("no_plan", "planned_units", message, blocks=False)
    if config.allocation is not Allocation.FIXED and config.minimum.days < FEWEST_BANDIT_DAYS:
        message = f"Weights that follow what was seen are decided after {FEWEST_BANDIT_DAYS} days at the earliest."
        yield Concern("bandit_days", "minimum.days", message, blocks=False)


def _traffic(config: ExperimentConfig, facts: TrafficFacts) -> Iterator[Concern]:
    planned = config.planned_units or facts.planned_units
    if facts.units_per_day is not None and planned is not None:
        yield from _duration(config, facts.units_per_day * config.traffic, planned)
    if facts.lasting is not None and config.unit is ExperimentUnit.VISITOR:
        message = (
            f"{facts.lasting:.0%} of visitors have a lasting ID, by consent. The others are not included;"
            " the unit “session” would include them."
        )
        yield Concern("no_lasting_id", "unit", message, blocks=facts.lasting == 0)


def _duration(config: ExperimentConfig, units_per_day: float, planned: int) -> Iterator[Concern]:
    if units_per_day <= 0:
        yield Concern("no_traffic", "traffic", "Nobody came in the last 7 days who could enter.", blocks=True)
        return
    days = planned / units_per_day
    if days > LONGEST_DAYS:
        message = (
            f"At {units_per_day:,.0f} units a day, {planned:,} units take {days:,.0f} days, longer than eight weeks."
            f" Raise the smallest lift worth having ({config.mde:.0%}), or the traffic, or test fewer variants."
        )
        yield Concern("too_little_traffic", "mde", message, blocks=False)
