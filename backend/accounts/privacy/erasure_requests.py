"""Erasures as rows with a job each: begun in one transaction, resumed when their job was lost."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from backend.accounts.privacy.ledger import Ledger
from backend.accounts.privacy.store import PrivacyStore
from backend.audit.actions import Action
from backend.audit.service import AuditLog
from backend.clock import Clock
from backend.faults import Faults
from backend.jobs.models import JobState
from backend.jobs.service import Jobs
from backend.personal_data import Subject

KIND = "privacy.erase"
ATTEMPTS = 50
TIME_LIMIT = timedelta(minutes=10)


class ErasureRequests:
    def __init__(
        self,
        store: PrivacyStore,
        session: Session,
        jobs: Jobs,
        audit: AuditLog,
        ledger: Ledger,
        faults: Faults,
        now: Clock,
    ) -> None:
        self._store = store
        self._session = session
        self._jobs = jobs
        self._audit = audit
        self._ledger = ledger
        self._faults = faults
        self._now = now

    def begin(self, subject: Subject, by: str, delay: timedelta = timedelta(0)) -> int:
        """In one transaction: close the account, add a request, its job and an audit entry; the request's id.

        The ledger follows the commit, since it cannot be rolled back. Raises LedgerUnwritable.
        """
        now, name = self._now(), self._ledger.name_of(subject.public_id)
        request_id = self._store.begin_request(name, subject, now, now + delay).id
        if subject.account_id is not None:
            self._store.close_account(subject.account_id)
        self._jobs.add_again(KIND, {"request": request_id}, _job_key(request_id), now + delay)
        self._audit.record(by, Action.ERASURE_BEGUN, f"account:{subject.public_id}")
        self._session.commit()
        self._faults.reach("privacy.erase.asked")
        self._ledger.add(name, self._now())
        return request_id

    def resume(self) -> int:
        """Add the jobs of overdue erasures again where they were lost; how many. Commits.

        A dead job stays dead: it shows on the health page and waits for a person.
        """
        resumed = 0
        for request_id in self._store.unfinished(self._now()):
            if self._jobs.state(_job_key(request_id)) in {None, JobState.DONE}:
                self._jobs.add_again(KIND, {"request": request_id}, _job_key(request_id))
                resumed += 1
        self._session.commit()
        return resumed


def _job_key(request_id: int) -> str:
    """An erasure has one job, however often it begins."""
    return f"{KIND}:{request_id}"
