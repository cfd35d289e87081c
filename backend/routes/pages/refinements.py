"""The event of a refined result, in the visit that the form names."""

from __future__ import annotations

import msgspec
from flask import request

from backend.analytics.events.event import AssessmentSubmitted
from backend.analytics.events.senders.facts import RequestFacts
from backend.assessments.job_impact.refinements import Refinements, RefiningVisit
from backend.assessments.job_impact.service import JobImpactResult, JobImpactResults
from backend.database import reading
from backend.plugins import get
from backend.routes.client_address import client_address
from backend.routes.consent import asks_not_to_be_tracked, recognised_member
from backend.routes.draft_keys import draft_keys
from backend.routes.pages.shown_result import counted_answers
from backend.routes.schemas.job_impact_form import session_of


def record_refinement(link: str) -> None:
    """Without script, or for a browser that asks not to be tracked, there is no visit to record it in."""
    session_id = session_of(request.form)
    if session_id is None or asks_not_to_be_tracked():
        return
    with reading():  # events have a connection of their own, which waits for whoever holds the write lock
        result = get(JobImpactResults).of_link(link, draft_keys())
    facts = RequestFacts(request.host, request.headers, client_address())
    get(Refinements).record(RefiningVisit(session_id, recognised_member(), facts), _as_counted(result))


def _as_counted(result: JobImpactResult) -> AssessmentSubmitted:
    """The result in the words of the event that told of it first."""
    counted, yours = counted_answers(result), result.assessment.yours
    properties = {
        "job_title": result.assessment.title,
        "occupation": result.assessment.code,
        "industry": counted.industry or None,
        "experience": counted.experience or None,
        "education": counted.education or None,
        "risk_level": yours.level if yours else None,
    }
    return msgspec.convert(properties, AssessmentSubmitted)
