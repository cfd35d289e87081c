"""How many units and days a design takes, and what would make it worthless, said before it starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from backend.analytics.experiments.definition import ExperimentConfig, StatisticsEngine
from backend.analytics.experiments.readiness import LONGEST_DAYS, Concern
from backend.analytics.experiments.unit_measures import UNIT_MEASURES, MeasureKind
from backend.dashboards.experiments.amounts import UNITS
from backend.formats import count, counted

WHOLE = "Enter today’s rate and how many come in a day, and this says how long it takes."


@dataclass(frozen=True, slots=True)
class TodaysFigures:
    """What is known before the start: the control's value, and units a day."""

    value: float | None = None
    units_per_day: float | None = None


@dataclass(frozen=True, slots=True)
class ShownPower:
    """`is_enough`: False where the traffic is too small for an answer in eight weeks; None: not known."""

    headline: str
    text: tuple[str, ...] = ()
    is_enough: bool | None = None
    planned: int | None = None
    concerns: tuple[tuple[str, bool], ...] = ()


def power_of(config: ExperimentConfig, today: TodaysFigures, concerns: Sequence[Concern] = ()) -> ShownPower:
    """The numbers of the plan that `config` is, for 80% power."""
    told = tuple((concern.message, concern.blocks) for concern in concerns)
    if today.value is None:
        return ShownPower(WHOLE, concerns=told)
    from backend.analytics.experiments.statistics.power import ImpossibleQuestionError

    try:
        fixed, most, likely = _units(config, today)
    except ImpossibleQuestionError as impossible:
        return ShownPower("This can’t be planned.", (str(impossible),), False, concerns=told)
    units = UNITS[config.unit]
    always = config.statistics.sequential and config.statistics.engine is StatisticsEngine.FREQUENTIST
    needed = most if always else fixed
    text = [f"With one look at the end it takes {count(fixed)} {units} in all."]
    if always:
        text = [
            f"Valid at every look: at most {count(most)} {units}, likely {count(likely)}. One look: {count(fixed)}."
        ]
    if UNIT_MEASURES[config.primary].kind is not MeasureKind.PROPORTION:
        text.append("This takes the spread of the values to be as large as their mean. It may be larger.")
    return _timed(config, today, needed, likely if always else fixed, tuple(text), told)


def _units(config: ExperimentConfig, today: TodaysFigures) -> tuple[int, int, int]:
    """Of all arms: for one look, at most for looks at any time, and where those likely stop."""
    from backend.analytics.experiments.statistics import power

    value = today.value or 0.0
    arms = len(config.treatments)
    plan = power.Plan(alpha=config.statistics.alpha, comparisons=arms)
    if UNIT_MEASURES[config.primary].kind is MeasureKind.PROPORTION:
        fixed = power.units_for_rate(value, config.mde, plan)
        lifted = value * (1 + config.mde)
        variances = (value * (1 - value), lifted * (1 - lifted))
    else:
        variance = value * value  # as of an exponential: many small values, few large ones
        fixed = power.units_for_mean(value, variance, config.mde, plan)
        variances = (variance, variance)
    effect = abs(value) * config.mde
    most = power.sequential_units(*variances, effect, plan)
    likely = power.likely_sequential_units(*variances, effect, plan)
    return fixed.of_all(arms), most.of_all(arms), likely.of_all(arms)


def _timed(
    config: ExperimentConfig, today: TodaysFigures, needed: int, likely: int, text: tuple[str, ...],
    told: tuple[tuple[str, bool], ...],
) -> ShownPower:  # fmt: skip
    if not today.units_per_day:
        return ShownPower(f"About {count(needed)} {UNITS[config.unit]} at most.", text, None, needed, told)
    a_day = today.units_per_day * config.traffic
    days = _weeks(needed / a_day, config)
    if days > LONGEST_DAYS:
        return ShownPower(
            _too_small(config, a_day, needed, days), (*text, _reach(config, today, a_day)), False, needed, told
        )
    likely_days = _weeks(likely / a_day, config)
    span = counted(days, "day") if likely_days >= days else f"{likely_days} to {days} days"
    return ShownPower(f"This takes {span}, in whole weeks.", text, True, needed, told)


def _weeks(days: float, config: ExperimentConfig) -> int:
    return max(7 * ceil(days / 7), 7 * ceil(config.minimum.days / 7))


def _too_small(config: ExperimentConfig, a_day: float, needed: int, days: int) -> str:
    units = UNITS[config.unit]
    return (
        f"The traffic is too small: {count(needed)} {units} at {count(a_day)} a day take {count(days)} days,"
        f" and after {LONGEST_DAYS} days cookies are deleted faster than an answer comes."
    )


def _reach(config: ExperimentConfig, today: TodaysFigures, a_day: float) -> str:
    """What this traffic can tell in eight weeks."""
    low, high = config.mde, 5.0
    budget = a_day * LONGEST_DAYS
    for _ in range(30):
        middle = (low + high) / 2
        try:
            enough = _units(replace(config, mde=middle), today)[0 if not config.statistics.sequential else 1] <= budget
        except ValueError:
            return "Raise the traffic, test fewer versions, or choose a measure that more of them reach."
        low, high = (low, middle) if enough else (middle, high)
    if high >= 4.99:
        return "Raise the traffic, test fewer versions, or choose a measure that more of them reach."
    return f"In {LONGEST_DAYS} days this traffic can tell a gain of {high:.0%} or more. Set that, or raise the traffic."
