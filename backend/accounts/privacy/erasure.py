"""Erase a person from every store: as they ask, as an operator does, and again after a restore."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from backend.accounts.people.conflict import AccountConflict
from backend.accounts.people.store import AccountStore
from backend.accounts.privacy.erasure_requests import ErasureRequests
from backend.accounts.privacy.erasure_steps import ErasureSteps
from backend.accounts.privacy.ledger import Ledger
from backend.accounts.privacy.store import PrivacyStore
from backend.accounts.privacy.subjects import subjects
from backend.database import reading
from backend.errors import NotFound
from backend.jobs.kinds import ClaimedJob
from backend.mail.letter import Letter
from backend.mail.service import Mail
from backend.personal_data import DataClasses, Subject

LETTER_GOES_FIRST = timedelta(minutes=10)
LAST_ADMIN = (
    "You are the last admin who can sign in. Make someone else an admin and have them sign in, then delete your "
    "account."
)


class Erasures:
    def __init__(
        self,
        store: PrivacyStore,
        accounts: AccountStore,
        requests: ErasureRequests,
        steps: ErasureSteps,
        classes: DataClasses,
        ledger: Ledger,
        mail: Mail,
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._requests = requests
        self._steps = steps
        self._classes = classes
        self._ledger = ledger
        self._mail = mail

    def ask(self, account_id: int) -> None:
        """End every access of this person at once, and erase them as soon as a last letter had time to go.

        Once this has returned they will be erased, whatever happens. Raises NotFound, AccountConflict,
        LedgerUnwritable.
        """
        self._ledger.demand_writable()
        subject = self._store.subject(account_id)
        if list(self._accounts.active_admins()) == [account_id]:
            raise AccountConflict(LAST_ADMIN)
        self._mail.send(account_id, Letter.ERASURE_ASKED, {})
        self._requests.begin(subject, f"account:{subject.public_id}", LETTER_GOES_FIRST)

    def erase(self, public_id: UUID, by: str) -> None:
        """Erase a person now, also one whose erasure was begun or finished before.

        Raises NotFound, LedgerUnwritable, and TracesLeft when background work has to finish it.
        """
        name = self._ledger.name_of(str(public_id))
        with reading():
            subject = self._store.subject_named(public_id)
        if subject is None and name not in self._ledger.names():
            raise NotFound(f"There is no account {public_id}, and never was one that was erased.")
        self._ledger.demand_writable()
        self._begin_and_run(subject or Subject(None, str(public_id)), by)

    def do(self, job: ClaimedJob) -> None:
        self._steps.run(int(job.payload["request"]))

    def resume(self) -> int:
        """Add the jobs of overdue erasures again where they were lost; how many."""
        return self._requests.resume()

    def replay(self, by: str) -> int:
        """After a restore: erase everybody again whom the ledger names and a store still holds; how many. Commits.

        Raises LedgerMissing, LedgerUnwritable.
        """
        self._ledger.demand_complete()
        names, erased = self._ledger.names(), 0
        with reading():
            unfinished = self._store.unfinished()
        for request_id in unfinished:
            self._steps.run(request_id)
        with reading():
            everybody = list(subjects(self._store, self._classes))
        for subject in everybody:
            if self._ledger.name_of(subject.public_id) in names:
                self._begin_and_run(subject, by)
                erased += 1
        return erased

    def _begin_and_run(self, subject: Subject, by: str) -> None:
        self._steps.run(self._requests.begin(subject, by))
