"""The list of experiments: status, health, days left, and what to do about each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.analytics.experiments.definition import Experiment, ExperimentStatus, TestType
from backend.analytics.experiments.results import Results
from backend.analytics.experiments.unit_measures import UNIT_MEASURES
from backend.dashboards.experiments.verdicts import verdict_words
from backend.formats import counted, day

STATUSES = {
    ExperimentStatus.DRAFT: "Draft",
    ExperimentStatus.RUNNING: "Running",
    ExperimentStatus.PAUSED: "Paused",
    ExperimentStatus.STOPPED: "Stopped",
    ExperimentStatus.ARCHIVED: "Archived",
}
FAMILIES = {
    TestType.RISK_ALGORITHM: ("Score", "How the published measures are weighted in the score."),
    TestType.CONVERSION_OFFER: ("Offer and price", "Which plan is offered beside the result, and at which price."),
    TestType.PERSONALIZATION: ("Order of advice", "In which order next steps and moves stand."),
    TestType.URGENCY_MESSAGING: ("Timely facts", "Which true, sourced statement stands beside the result."),
    TestType.CUSTOM: ("Something else", "Your own code asks for the variant and changes what it likes."),
}
ACTIVE = (ExperimentStatus.RUNNING, ExperimentStatus.PAUSED)


@dataclass(frozen=True, slots=True)
class ShownExperiment:
    """One row. `health` and what follows are empty where nothing was counted."""

    test_id: str
    name: str
    status: str
    state: str
    family: str
    measure: str
    since: str
    health: str = ""
    is_healthy: bool = True
    days_left: str = ""
    headline: str = ""
    advice: str = ""
    tone: str = "open"


def listed(
    experiments: Sequence[Experiment], results: Mapping[str, Results], zone: str
) -> tuple[tuple[str, tuple[ShownExperiment, ...]], ...]:
    """Those that run, drafts, and what is over, each under its heading; archived ones come last."""
    headings = (
        ("Running and paused", ACTIVE),
        ("Drafts", (ExperimentStatus.DRAFT,)),
        ("Stopped", (ExperimentStatus.STOPPED,)),
        ("Archived", (ExperimentStatus.ARCHIVED,)),
    )
    groups = (
        (heading, tuple(shown(each, results.get(each.test_id), zone) for each in experiments if each.status in states))
        for heading, states in headings
    )
    return tuple((heading, rows) for heading, rows in groups if rows)


def shown(experiment: Experiment, results: Results | None, zone: str) -> ShownExperiment:
    row = ShownExperiment(
        experiment.test_id,
        experiment.config.name,
        STATUSES[experiment.status],
        experiment.status.value,
        FAMILIES[experiment.config.type][0],
        UNIT_MEASURES[experiment.config.primary].label,
        _since(experiment, zone),
        advice="Check and start it" if experiment.status is ExperimentStatus.DRAFT else "",
    )
    return _with_results(row, experiment, results) if results else row


def _with_results(row: ShownExperiment, experiment: Experiment, results: Results) -> ShownExperiment:
    verdict = verdict_words(results)
    left = results.verdict.days_left
    is_active = experiment.status in ACTIVE
    return ShownExperiment(
        row.test_id, row.name, row.status, row.state, row.family, row.measure, row.since,
        health="Healthy" if results.is_healthy else "A check failed",
        is_healthy=results.is_healthy,
        days_left=counted(left, "day") if is_active and left else "",
        headline=verdict.headline,
        advice=verdict.advice if is_active else shipped_words(experiment),
        tone=verdict.tone,
    )  # fmt: skip


def shipped_words(experiment: Experiment) -> str:
    """Who sees what since a decision."""
    if experiment.shipped is None:
        return ""
    variant = experiment.config.variant(experiment.shipped)
    name = variant.name if variant else experiment.shipped
    return f"{name} is shown to {experiment.shipped_share:.0%}" if experiment.shipped_share else "Rolled back"


def _since(experiment: Experiment, zone: str) -> str:
    if experiment.started_at is None:
        return f"Created {day(experiment.created_at, zone)}"
    if experiment.stopped_at is not None:
        return f"{day(experiment.started_at, zone)} to {day(experiment.stopped_at, zone)}"
    return f"Since {day(experiment.started_at, zone)}"
