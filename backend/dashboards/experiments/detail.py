"""One experiment as its page shows it: the verdict first, then what it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from backend.analytics.experiments.definition import Allocation, Experiment, ExperimentStatus, StatisticsEngine
from backend.analytics.experiments.results import Results
from backend.analytics.experiments.store import HistoryEntry
from backend.analytics.experiments.unit_measures import UNIT_MEASURES
from backend.dashboards.experiments.amounts import UNITS
from backend.dashboards.experiments.checks import Health, health_of
from backend.dashboards.experiments.listing import FAMILIES, STATUSES, shipped_words
from backend.dashboards.experiments.plots import CoursePlot, PosteriorPlot, course_plot, posterior_plot
from backend.dashboards.experiments.tables import (
    ArmRow,
    MeasureRow,
    WeightRow,
    adjusted_words,
    arm_rows,
    left_out_words,
    lifts_words,
    measure_rows,
    segment_rows,
    weight_rows,
)
from backend.dashboards.experiments.verdicts import ShownVerdict, amounts_of, arm_name, leading, verdict_words
from backend.formats import count, day, moment

ENGINES = {
    (StatisticsEngine.FREQUENTIST, True): "Valid at every look",
    (StatisticsEngine.FREQUENTIST, False): "One look, at the planned number",
    (StatisticsEngine.BAYESIAN, True): "Bayesian, decided at the planned number",
    (StatisticsEngine.BAYESIAN, False): "Bayesian, decided at the planned number",
}
ALLOCATIONS = {
    Allocation.FIXED: "Fixed weights",
    Allocation.THOMPSON: "Weights follow the chance to be best",
    Allocation.TOP_TWO: "Weights follow the two best",
}
DEEDS = {
    "created": "Created", "edited": "Edited", "started": "Started", "paused": "Paused", "resumed": "Resumed",
    "stopped": "Stopped", "archived": "Archived", "reweighted": "Weights or traffic changed",
    "automated": "Automation changed", "shipped": "Shipped", "added": "Added", "changed": "Changed",
    "killed": "Switched off", "revived": "Switched on again", "deleted": "Deleted",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted: there as soon as the experiment was started."""

    health: Health
    course: tuple[tuple[str, CoursePlot], ...]
    no_course: str
    posteriors: tuple[tuple[str, PosteriorPlot], ...]
    arms: tuple[ArmRow, ...]
    shown: tuple[MeasureRow, ...]
    left_out: str
    adjusted: str
    lifts: str
    guardrails: tuple[MeasureRow, ...]
    secondary: tuple[MeasureRow, ...]
    weights: tuple[WeightRow, ...]
    segments: tuple[tuple[str, MeasureRow], ...]
    noun: str
    as_of: str
    progress: str


@dataclass(frozen=True, slots=True)
class ExperimentPage:
    """`deeds`: the buttons that its status allows."""

    test_id: str
    name: str
    badge: str
    is_live: bool
    verdict: ShownVerdict
    plan: tuple[tuple[str, str], ...]
    history: tuple[tuple[str, str, str, str], ...]
    deeds: frozenset[str]
    variants: tuple[tuple[str, str], ...]
    counted: Counted | None = None
    ships: tuple[str, str] | None = None


def experiment_page(
    experiment: Experiment, results: Results | None, history: Sequence[HistoryEntry], zone: str, days: int = 0
) -> ExperimentPage:
    verdict = verdict_words(results) if results else _without_results(experiment)
    best = leading(results.primary) if results else None
    arm = verdict.arm if verdict.tone == "ok" else best.variant if best else None
    return ExperimentPage(
        experiment.test_id,
        experiment.config.name,
        _badge(experiment, days),
        experiment.status is ExperimentStatus.RUNNING,
        verdict,
        plan_of(experiment, zone),
        tuple(history_row(entry, zone) for entry in history),
        deeds_of(experiment),
        tuple((variant.key, variant.name) for variant in experiment.config.variants),
        counted_of(results, zone) if results else None,
        (arm, arm_name(experiment.config, arm)) if arm else None,
    )


def counted_of(results: Results, zone: str) -> Counted:
    amounts, config = amounts_of(results.shown, results), results.experiment.config
    primary = amounts_of(results.primary, results)
    names = [(each.variant, arm_name(config, each.variant)) for each in results.primary.differences]
    points = {key: [point for point in results.course if point.variant == key] for key, _ in names}
    courses = [(name, course_plot(points[key], name, primary, zone)) for key, name in names]
    posteriors = _posteriors(results)
    return Counted(
        health_of(results),
        tuple((name, plot) for name, plot in courses if plot),
        _no_course(results),
        tuple((name, plot) for name, plot in posteriors if plot),
        arm_rows(results.shown, results),
        measure_rows((results.shown,), results),
        left_out_words(results.left_out, results.experiment),
        adjusted_words(results.shown),
        lifts_words(arm_rows(results.shown, results)),
        measure_rows(results.guardrails, results),
        measure_rows(results.secondary, results),
        weight_rows(results.allocation, results.experiment, zone),
        segment_rows(results),
        amounts.noun,
        moment(results.as_of, zone),
        _progress(results),
    )


def _posteriors(results: Results) -> list[tuple[str, PosteriorPlot | None]]:
    config = results.experiment.config
    if config.statistics.engine is not StatisticsEngine.BAYESIAN:
        return []
    named = [(arm_name(config, each.variant), each) for each in results.primary.differences]
    return [(name, posterior_plot(each, name)) for name, each in named]


def deeds_of(experiment: Experiment) -> frozenset[str]:
    """What may be done to it as it stands."""
    active = {"stop", "ship", "reweight", "copy"}
    shown = {"roll_back", "follow_up"} if experiment.shipped_share else set[str]()
    allowed = {
        ExperimentStatus.DRAFT: {"start", "edit", "archive", "copy"},
        ExperimentStatus.RUNNING: active | {"pause"},
        ExperimentStatus.PAUSED: active | {"resume"},
        ExperimentStatus.STOPPED: {"ship", "archive", "copy"} | shown,
        ExperimentStatus.ARCHIVED: {"copy"},
    }
    return frozenset(allowed[experiment.status])


def plan_of(experiment: Experiment, zone: str) -> tuple[tuple[str, str], ...]:
    """What was decided before the start."""
    config = experiment.config
    rails = [
        f"{UNIT_MEASURES[each.measure].label} (no more than {each.max_drop:.0%} worse)" for each in config.guardrails
    ]
    rows: list[tuple[str, str]] = [
        ("Question", config.hypothesis),
        ("Changes", FAMILIES[config.type][0]),
        ("Measure", UNIT_MEASURES[config.primary].label),
        ("Smallest gain worth having", f"{config.mde:.0%}"),
        ("Guardrails", ", ".join(rails) or "None"),
        ("Also looked at", ", ".join(UNIT_MEASURES[name].label for name in config.secondary)),
        ("Who", f"{config.traffic:.0%} of {UNITS[config.unit]}{_targeting(config.targeting)}"),
        ("Judged", ENGINES[config.statistics.engine, config.statistics.sequential]),
        ("Weights", ALLOCATIONS[config.allocation]),
        ("At least", f"{config.minimum.days} days and {count(config.minimum.users_per_variant)} in each version"),
        ("Planned number", count(config.planned_units) if config.planned_units else ""),
        ("Started", day(experiment.started_at, zone) if experiment.started_at else ""),
        ("Stopped", day(experiment.stopped_at, zone) if experiment.stopped_at else ""),
        ("Shown now", shipped_words(experiment)),
    ]
    return tuple((name, text) for name, text in rows if text)


def history_row(entry: HistoryEntry, zone: str) -> tuple[str, str, str, str]:
    return moment(entry.at, zone), DEEDS.get(entry.deed, entry.deed), entry.who, entry.why


def _targeting(targeting: Any) -> str:
    return f", where {targeting}" if targeting else ""


def _badge(experiment: Experiment, days: int) -> str:
    status = STATUSES[experiment.status]
    return f"{status}, day {days + 1}" if experiment.status is ExperimentStatus.RUNNING else status


def _without_results(experiment: Experiment) -> ShownVerdict:
    if experiment.started_at is None:
        text = ("Nobody has seen it. Read the plan below once more, then start it.",)
        return ShownVerdict("This experiment has not started.", text, "open")
    text = ("The figures can’t be read right now. Reload this page in a minute.",)
    return ShownVerdict("Its results can’t be shown.", text, "open")


def _no_course(results: Results) -> str:
    """Why there is no chart."""
    for each in results.primary.differences:
        if reason := getattr(each.difference, "reason", ""):
            return f"No interval yet: {reason}."
    return "The chart begins when two days have an interval."


def _progress(results: Results) -> str:
    reach, units = results.reach, UNITS[results.experiment.config.unit]
    if isinstance(reach.planned, int):
        return f"{count(reach.units)} of about {count(reach.planned)} {units} planned."
    return f"{count(reach.units)} {units} so far."
