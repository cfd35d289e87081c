from __future__ import annotations

from backend.analytics.experiments.families import ProductNames
from backend.assessments.job_impact.model.weighting import WEIGHTINGS
from backend.assessments.job_impact.presentation.next_steps import StepOrder
from backend.assessments.job_impact.presentation.statements import SOURCES
from backend.assessments.job_impact.presentation.variants import MOVE_ORDERS


def product_names() -> ProductNames:
    """What a variant may choose from: the calculator's own names, which analytics does not know."""
    return ProductNames(
        weightings=tuple(WEIGHTINGS),
        next_steps=tuple(StepOrder),
        moves=tuple(MOVE_ORDERS),
        statements={key: source.wordings for key, source in SOURCES.items()},
    )
