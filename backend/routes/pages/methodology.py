"""`/methodology`: how every number is made, from which sources, and what the answers are used for."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from backend.assessments.job_impact import model
from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.assessments.job_impact.model.job_impact import MODEL_VERSION
from backend.assessments.job_impact.presentation.worked_example import plain_activities, worked_example
from backend.plugins import get
from backend.reference.loading import Reference
from backend.routes.access import public

VALIDATION = Path(str(model.__file__)).with_name("validation.json")
bp = Blueprint("methodology", __name__)


@bp.get("/methodology")
@public("how the numbers are made is for everyone")
def methodology() -> ResponseReturnValue:
    reference = get(Reference)
    return render_template(
        "methodology.html",
        sources=reference.sources,
        data_version=reference.data_version,
        model_version=MODEL_VERSION,
        checks=_checks(),
        example=worked_example(get(JobImpactCalculator)),
        activities=plain_activities(reference),
        retention_days=current_app.config["ANSWERS_RETENTION_DAYS"],
    )


@cache
def _checks() -> list[dict[str, str]]:
    """What the tests found when they compared this release with the reference values."""
    found: list[dict[str, str]] = json.loads(VALIDATION.read_text())
    return found
