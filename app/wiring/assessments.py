from __future__ import annotations

from datetime import timedelta

from app.headers import nonce
from backend.analytics.events.intake import EventIntake
from backend.assessments.job_impact.model.calculator import JobImpactCalculator
from backend.assessments.job_impact.personal_data import AssessmentData
from backend.assessments.job_impact.presentation.home import HomePage, home_page
from backend.assessments.job_impact.presentation.occupation_lists import JobDirectory
from backend.assessments.job_impact.presentation.occupation_pages import OccupationPages
from backend.assessments.job_impact.questions import JobImpactAnswers
from backend.assessments.job_impact.refinements import Refinements
from backend.assessments.job_impact.service import (
    JobImpactDrafts,
    JobImpactRecorder,
    JobImpactResults,
    OwnResults,
)
from backend.assessments.job_impact.store import AssessmentStore
from backend.assessments.visit.drafts import DraftRetention
from backend.assessments.visit.store import DraftStore
from backend.assessments.visit.tokens import AccountTokens
from backend.clock import utc_now
from backend.database import get_db_session
from backend.personal_data import DataClasses
from backend.plugins import Registry
from backend.reference.loading import Reference, load_reference
from backend.routes.pages.first_visit import FirstVisitPages
from backend.routes.pages.kept_pages import KeptPages
from backend.vault.service import Vault
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    registry.build(DataClasses).add(AssessmentData(get_db_session, settings.ANSWERS_RETENTION_DAYS).data_class())
    registry.add_shared(Reference, load_reference)
    registry.add_shared(JobImpactCalculator, lambda: JobImpactCalculator(registry.build(Reference)))
    registry.add_shared(FirstVisitPages, lambda: FirstVisitPages(nonce))
    registry.add_shared(HomePage, lambda: home_page(registry.build(Reference), registry.build(JobImpactCalculator)))
    _occupation_pages(registry)

    def tokens() -> AccountTokens:
        return AccountTokens(registry.build(Vault))

    registry.add_service(AccountTokens, tokens)
    registry.add_service(DraftRetention, lambda: DraftRetention(get_db_session(), utc_now))
    registry.add_service(OwnResults, lambda: OwnResults(AssessmentStore(get_db_session()), tokens(), utc_now))
    _job_impact(registry, timedelta(days=settings.ANSWERS_RETENTION_DAYS))


def _occupation_pages(registry: Registry) -> None:
    def directory() -> JobDirectory:
        return JobDirectory(registry.build(Reference), registry.build(JobImpactCalculator))

    def pages() -> OccupationPages:
        reference, calculator = registry.build(Reference), registry.build(JobImpactCalculator)
        return OccupationPages(reference, calculator, registry.build(JobDirectory))

    registry.add_shared(JobDirectory, directory)
    registry.add_shared(OccupationPages, pages)
    registry.add_shared(KeptPages, lambda: KeptPages(nonce))


def _job_impact(registry: Registry, retention: timedelta) -> None:
    def drafts() -> JobImpactDrafts:
        session, calculator = get_db_session(), registry.build(JobImpactCalculator)
        recorder = JobImpactRecorder(AssessmentStore(session), calculator, registry.build(Reference), utc_now)
        return JobImpactDrafts(
            JobImpactAnswers, _store(), recorder, registry.build(AccountTokens), session, utc_now, retention
        )

    def results() -> JobImpactResults:
        store = AssessmentStore(get_db_session())
        return JobImpactResults(drafts(), store, registry.build(JobImpactCalculator))

    registry.add_service(JobImpactDrafts, drafts)
    registry.add_service(JobImpactResults, results)
    registry.add_service(Refinements, lambda: Refinements(registry.build(EventIntake), utc_now))


def _store() -> DraftStore:
    return DraftStore(get_db_session(), JobImpactAnswers.calculator)
