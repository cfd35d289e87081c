"""What a visitor's result has of the running experiments, chosen before its page is sent."""

from __future__ import annotations

from flask import request

from backend.analytics.experiments.definition import TestType
from backend.assessments.job_impact.model.weighting import EQUAL_KINDS, WEIGHTINGS
from backend.assessments.job_impact.presentation.offer import offer_of
from backend.assessments.job_impact.presentation.page import MoveChoice
from backend.assessments.job_impact.presentation.statements import statement_of
from backend.assessments.job_impact.presentation.variants import USUAL, Variants, orders_of
from backend.assessments.job_impact.questions import JobImpactAnswers, JobReply
from backend.routes.experiments import variant_here
from backend.routes.schemas.move_choice import move_choice

GROUP_DIGITS = 2  # of an occupation's code: its major group


def variants_of(occupation: str, *, own: bool) -> tuple[Variants, MoveChoice]:
    """Of a result for whom it belongs to; whoever was given its link is in no experiment.

    How the address says that related jobs are sorted goes before what a variant says.
    """
    variants = USUAL
    if own:
        orders = variant_here(TestType.PERSONALIZATION, occupation_group=occupation[:GROUP_DIGITS])
        offer, statement = variant_here(TestType.CONVERSION_OFFER), variant_here(TestType.URGENCY_MESSAGING)
        variants = Variants(orders_of(orders), offer_of(offer), statement_of(statement))
    return variants, move_choice(request.args, variants.orders.moves)


def scored_answers(reply: JobReply) -> JobImpactAnswers:
    """New answers, with the weighting that scores them from now on; one no longer published is the usual one."""
    name = (variant_here(TestType.RISK_ALGORITHM) or {}).get("weighting", "")
    return JobImpactAnswers.of_job(reply, name if name in WEIGHTINGS else EQUAL_KINDS.key)
