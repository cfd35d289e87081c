from __future__ import annotations

from datetime import timedelta

from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.assessments.visit.personal_data import AssessmentData
from backend.assessments.visit.service import AssessmentService, DraftRetention, OwnResults
from backend.assessments.visit.store import AssessmentStore
from backend.clock import utc_now
from backend.database import get_db_session
from backend.personal_data import DataClasses
from backend.plugins import Registry
from backend.reference.loading import Reference, load_reference
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    def assessments() -> AssessmentService:
        session = get_db_session()
        calculator, reference = registry.build(JobImpactCalculator), registry.build(Reference)
        kept_for = timedelta(days=settings.ANSWERS_RETENTION_DAYS)
        return AssessmentService(AssessmentStore(session), calculator, reference, session, utc_now, kept_for)

    def retention() -> DraftRetention:
        session = get_db_session()
        return DraftRetention(AssessmentStore(session), session, utc_now)

    registry.add_service(OwnResults, lambda: OwnResults(AssessmentStore(get_db_session()), utc_now))
    registry.build(DataClasses).add(AssessmentData(get_db_session, settings.ANSWERS_RETENTION_DAYS).data_class())
    registry.add_shared(Reference, load_reference)
    registry.add_shared(JobImpactCalculator, lambda: JobImpactCalculator(registry.build(Reference)))
    registry.add_service(AssessmentService, assessments)
    registry.add_service(DraftRetention, retention)
