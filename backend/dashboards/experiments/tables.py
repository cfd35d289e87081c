"""The tables of an experiment's page: who saw what, measures, segments, weights, and the sums anybody can check."""

from __future__ import annotations

from dataclasses import dataclass

from backend.analytics.experiments.definition import Experiment
from backend.analytics.experiments.results import (
    AllocationPeriod,
    Difference,
    Effect,
    LeftOut,
    MeasureResult,
    Results,
)
from backend.analytics.experiments.statistics.verdict_input import GuardrailState
from backend.dashboards.experiments.amounts import UNITS, Amounts, percent
from backend.dashboards.experiments.verdicts import amounts_of, arm_name
from backend.formats import count, day

GUARDRAILS = {
    GuardrailState.SAFE: "No harm seen",
    GuardrailState.UNDECIDED: "Not yet known",
    GuardrailState.BREACHED: "Harmed",
}


@dataclass(frozen=True, slots=True)
class ArmRow:
    """`events`: conversions, units with a value that is not zero."""

    name: str
    is_control: bool
    units: str
    events: str
    value: str
    lift: str
    sums: str


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """A treatment's effect on one measure. `why`: what stands in place of the numbers."""

    measure: str
    arm: str
    difference: str
    interval: str
    lift: str
    p: str
    verdict: str
    state: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class WeightRow:
    """One period of weights: `bars` as (variant number, x, width) in percent of all units."""

    since: str
    traffic: str
    arms: tuple[tuple[str, str, str], ...]
    bars: tuple[tuple[int, float, float], ...]


def arm_rows(result: MeasureResult, results: Results) -> tuple[ArmRow, ...]:
    amounts, rows = amounts_of(result, results), []
    for number, arm in enumerate(result.arms):
        difference = result.difference(arm.variant)
        lift = _lift(difference) if difference else ""
        rows.append(
            ArmRow(
                arm.name, number == 0, count(arm.n), count(arm.events), amounts.value(arm.value), lift,
                sums(arm.sample),
            )
        )  # fmt: skip
    return tuple(rows)


def sums(sample: object) -> str:
    """n = 4,012, successes = 1,821: the sufficient statistics, by the names of the API."""
    if sample is None:
        return "n = 0"
    names = getattr(sample, "__dataclass_fields__", {})
    values = ((name, getattr(sample, name)) for name in names)
    return ", ".join(
        f"{name.replace('_', ' ')} = {value:,.10g}" for name, value in values if isinstance(value, int | float)
    )


def measure_rows(measured: tuple[MeasureResult, ...], results: Results) -> tuple[MeasureRow, ...]:
    return tuple(
        measure_row(result, each, amounts_of(result, results), results.experiment)
        for result in measured
        for each in result.differences
    )


def measure_row(result: MeasureResult, each: Difference, amounts: Amounts, experiment: Experiment) -> MeasureRow:
    name = arm_name(experiment.config, each.variant)
    verdict, state = _judged(result, each)
    if not isinstance(each.difference, Effect):
        return MeasureRow(
            result.measure.label, name, "", "", "", "", verdict, state, f"Can’t be compared: {each.difference.reason}."
        )
    return MeasureRow(
        result.measure.label,
        name,
        amounts.signed(each.difference.estimate),
        amounts.to(each.difference.lower, each.difference.upper),
        _lift(each),
        _p(each),
        verdict,
        state,
    )


def segment_rows(results: Results) -> tuple[tuple[str, MeasureRow], ...]:
    """Exploratory: by the value of a dimension when first exposed."""
    return tuple(
        (segment.value or "Unknown", row)
        for segment in results.segments
        for row in measure_rows((segment.result,), results)
    )


def weight_rows(periods: tuple[AllocationPeriod, ...], experiment: Experiment, zone: str) -> tuple[WeightRow, ...]:
    """Weights over time, the earliest first."""
    return tuple(
        WeightRow(
            day(period.starts_at, zone),
            f"{period.traffic:.0%}",
            tuple(
                (arm_name(experiment.config, key), f"{weight:.1%}", count(period.units.get(key, 0)))
                for key, weight in period.weights.items()
            ),
            _bars(period),
        )
        for period in periods
    )


def left_out_words(left_out: LeftOut, experiment: Experiment) -> str:
    """Left out: 212 bots, 9 visitors who saw more than one version."""
    units = UNITS[experiment.config.unit]
    parts = (
        (left_out.bots, "bots" if left_out.bots != 1 else "bot"),
        (left_out.crossed, f"{units} who saw more than one version"),
        (left_out.forced, "who followed a QA link"),
        (left_out.immature, f"{units} still within the conversion window"),
        (left_out.after_stop, "exposures after the stop"),
        (left_out.unplanned, f"{units} in no planned version"),
    )
    told = [f"{count(number)} {words}" for number, words in parts if number]
    return f"Left out: {', '.join(told)}." if told else "Nobody is left out."


def lifts_words(rows: tuple[ArmRow, ...]) -> str:
    """Relative gain: Plus 12% (3.2% to 21%)."""
    told = [f"{row.name} {row.lift}" for row in rows if row.lift not in ("", "–")]
    return f"Relative gain: {', '.join(told)}." if told else ""


def adjusted_words(result: MeasureResult) -> str:
    if result.adjusted_by is not None and result.adjusted_by >= 0.005:
        return f"Adjusted by the days before, which explain {result.adjusted_by:.0%} of the variance."
    return f"Not adjusted by the days before: {result.unadjusted_because}." if result.unadjusted_because else ""


def _bars(period: AllocationPeriod) -> tuple[tuple[int, float, float], ...]:
    bars, x = [], 0.0
    for number, weight in enumerate(period.weights.values(), start=1):
        bars.append((number, round(x, 2), round(weight * 100, 2)))
        x += weight * 100
    return tuple(bars)


def _lift(each: Difference) -> str:
    if not isinstance(each.lift, Effect):
        return "–"
    return f"{percent(each.lift.estimate)} ({percent(each.lift.lower)} to {percent(each.lift.upper)})"


def _p(each: Difference) -> str:
    value = each.adjusted_p if each.adjusted_p is not None else each.p
    if value is None:
        return "–"
    return "under .0001" if value < 0.0001 else f"{value:.4f}".removeprefix("0")


def _judged(result: MeasureResult, each: Difference) -> tuple[str, str]:
    """A word and its tone: ok, bad, or open."""
    if each.guardrail is not None:
        tone = {GuardrailState.SAFE: "ok", GuardrailState.BREACHED: "bad"}.get(each.guardrail, "open")
        return GUARDRAILS[each.guardrail], tone
    if not isinstance(each.difference, Effect) or each.difference.lower <= 0 <= each.difference.upper:
        return "No difference seen", "open"
    is_better = (each.difference.estimate > 0) != result.measure.less_is_better
    return ("Better", "ok") if is_better else ("Worse", "bad")
