"""Privacy: consent, exports, erasures and retention."""

from __future__ import annotations

from backend.accounts.people.addresses import EmailIndex
from backend.accounts.people.reindexing import Reindexing
from backend.accounts.people.store import AccountStore
from backend.accounts.privacy.consent import Consents
from backend.accounts.privacy.erasure import Erasures
from backend.accounts.privacy.erasure_requests import ATTEMPTS, KIND, TIME_LIMIT, ErasureRequests
from backend.accounts.privacy.erasure_steps import ErasureSteps
from backend.accounts.privacy.export import Exports
from backend.accounts.privacy.ledger import Ledger
from backend.accounts.privacy.personal_data import consent_data, erasure_data
from backend.accounts.privacy.retention import Retention
from backend.accounts.privacy.rotation import Rotation
from backend.accounts.privacy.store import PrivacyStore
from backend.audit.service import AuditLog
from backend.clock import utc_now
from backend.database import get_db_session
from backend.faults import Faults
from backend.jobs.kinds import ClaimedJob, JobKinds
from backend.jobs.service import Jobs
from backend.mail.service import Mail
from backend.personal_data import DataClasses
from backend.plugins import Registry
from backend.vault.key_checks import KeyChecks
from backend.vault.service import Vault
from config.settings import Settings


def fit_out(registry: Registry, settings: Settings) -> None:
    """To be called after all rooms that hold personal data."""
    classes, faults = registry.build(DataClasses), Faults(settings.FAULT_POINT)
    for data_class in (consent_data, erasure_data):
        classes.add(data_class(get_db_session))
    ledger = Ledger(settings.erasure_ledger, settings.AUDIT_KEY.get_secret_value().encode())

    def erasures() -> Erasures:
        session, audit = get_db_session(), registry.build(AuditLog)
        store = PrivacyStore(session)
        requests = ErasureRequests(store, session, registry.build(Jobs), audit, ledger, faults, utc_now)
        steps = ErasureSteps(store, session, classes, audit, ledger, faults, utc_now)
        return Erasures(store, AccountStore(session), requests, steps, classes, ledger, registry.build(Mail))

    def exports() -> Exports:
        session = get_db_session()
        return Exports(PrivacyStore(session), session, classes, registry.build(AuditLog), utc_now)

    def consents() -> Consents:
        session = get_db_session()
        return Consents(PrivacyStore(session), session, utc_now)

    def erase(job: ClaimedJob) -> None:
        erasures().do(job)

    def reindexing() -> Reindexing:
        index_of = registry.build(EmailIndex).of
        vault, keys = registry.build(Vault), registry.build(KeyChecks)
        return Reindexing(get_db_session(), vault, keys, registry.build(AuditLog), index_of)

    def rotation() -> Rotation:
        return Rotation(registry.build(Vault), get_db_session(), registry.build(AuditLog))

    registry.add_service(Reindexing, reindexing)
    registry.add_service(Rotation, rotation)
    registry.add_service(Erasures, erasures)
    registry.add_service(Exports, exports)
    registry.add_service(Consents, consents)
    registry.add_service(Retention, lambda: Retention(classes, faults, utc_now))
    registry.build(JobKinds).add(KIND, erase, attempts=ATTEMPTS, time_limit=TIME_LIMIT)
