"""What the pages of experiments ask of services, and what their addresses say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import request

from backend.accounts.permissions import Scope
from backend.analytics.experiments.definition import Experiment, ExperimentStatus
from backend.analytics.experiments.qa_links import QaLinks
from backend.analytics.experiments.result_service import ResultService
from backend.analytics.experiments.results import Results
from backend.analytics.experiments.unit_measures import UNIT_MEASURES
from backend.analytics.experiments.unit_sums import SEGMENTS
from backend.errors import FieldError, InvalidRequest
from backend.plugins import get
from backend.routes.access import demand

MEASURES = {name: measure.label for name, measure in UNIT_MEASURES.items()}
BREAKDOWNS = {"": "No segments", **{name: name.capitalize() for name in SEGMENTS}}
MOST_COUNTED = 20  # of the list: whoever opens one sees its results


def may_change() -> bool:
    return Scope.EXPERIMENTS_WRITE in demand(Scope.EXPERIMENTS_READ).scopes


def results_of(experiment: Experiment, measure: str | None, breakdown: str | None) -> Results | None:
    """None before the start, and while the warehouse does not answer."""
    return get(ResultService).if_counted(experiment, measure, breakdown)


def running(experiments: Sequence[Experiment]) -> Mapping[str, Results]:
    """Results of what runs, the newest first."""
    active = (ExperimentStatus.RUNNING, ExperimentStatus.PAUSED, ExperimentStatus.STOPPED)
    counted = [experiment for experiment in experiments if experiment.status in active][:MOST_COUNTED]
    results = ((experiment.test_id, results_of(experiment, None, None)) for experiment in counted)
    return {test_id: each for test_id, each in results if each is not None}


def asked() -> tuple[str | None, str | None]:
    """The measure and the segments of the address. Raises InvalidRequest."""
    measure, breakdown = (request.args.get(name) or None for name in ("measure", "breakdown"))
    faults = []
    if measure is not None and measure not in UNIT_MEASURES:
        faults.append(FieldError("measure", "Choose one of the measures."))
    if breakdown is not None and breakdown not in SEGMENTS:
        faults.append(FieldError("breakdown", f"Choose one of {', '.join(SEGMENTS)}."))
    if faults:
        raise InvalidRequest(faults)
    return measure, breakdown


def qa_links(experiment: Experiment) -> Sequence[tuple[str, str]]:
    """A link for each variant, by which a person sees it today and is not counted."""
    if not may_change() or experiment.status is ExperimentStatus.ARCHIVED:
        return ()
    tokens = ((v.name, get(QaLinks).token(experiment.test_id, v.key)) for v in experiment.config.variants)
    return [(name, f"/?mingus_force={token}") for name, token in tokens]
