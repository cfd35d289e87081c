"""The versions that a result's visitor gets, chosen before its page is sent."""

from __future__ import annotations

from backend.analytics.experiments.definition import TestType
from backend.assessments.job_impact.model.weighting import EQUAL_KINDS, WEIGHTINGS
from backend.assessments.job_impact.presentation.offer import offer_of
from backend.assessments.job_impact.presentation.statements import statement_of
from backend.assessments.job_impact.presentation.variants import Variants, orders_of
from backend.routes.experiments import variant_here


def result_variants() -> Variants:
    """What the page of a result changes for whom it belongs to."""
    return Variants(
        orders=orders_of(variant_here(TestType.PERSONALIZATION)),
        offer=offer_of(variant_here(TestType.CONVERSION_OFFER)),
        statement=statement_of(variant_here(TestType.URGENCY_MESSAGING)),
    )


def weighting_here() -> str:
    """The weighting that a new result is scored by, for good; one that is no longer published is the usual one."""
    name = (variant_here(TestType.RISK_ALGORITHM) or {}).get("weighting", "")
    return name if name in WEIGHTINGS else EQUAL_KINDS.key
