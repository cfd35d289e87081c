"""Erase a person from every store, class of data by class of data, however often it is interrupted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from backend.accounts.people.conflict import AccountConflict
from backend.accounts.people.store import AccountStore
from backend.accounts.privacy.ledger import Ledger
from backend.accounts.privacy.store import PrivacyStore
from backend.audit.actions import Action
from backend.audit.service import AuditLog
from backend.clock import Clock
from backend.database import empty_log, leaving_no_trace, reading
from backend.errors import NotFound, Unavailable
from backend.faults import Faults
from backend.jobs.kinds import ClaimedJob, TryAgain
from backend.jobs.models import JobState
from backend.jobs.service import Jobs
from backend.mail.letter import Letter
from backend.mail.service import Mail
from backend.personal_data import DataClasses, Subject

KIND = "privacy.erase"
ATTEMPTS = 50
TIME_LIMIT = timedelta(minutes=10)
LETTER_GOES_FIRST = timedelta(minutes=10)
AT_ONCE = 500
LAST_ADMIN = (
    "You are the last admin who can sign in: without you nobody could manage accounts. Make somebody else an admin "
    "first, and let them sign in; then delete your account."
)


class TracesLeft(Unavailable, TryAgain):
    """Every row is gone; bytes of them are not."""

    code = "traces_left"
    title = "The deletion is not finished yet"


@dataclass(frozen=True, slots=True)
class Means:
    """What an erasure needs beside its own store."""

    accounts: AccountStore
    classes: DataClasses
    jobs: Jobs
    mail: Mail
    audit: AuditLog
    ledger: Ledger
    faults: Faults


class Erasures:
    """Whatever takes its time outside the database, the lake, files, is done while no transaction is open."""

    def __init__(self, store: PrivacyStore, session: Session, means: Means, now: Clock) -> None:
        self._store = store
        self._session = session
        self._means = means
        self._now = now

    def ask(self, account_id: int) -> None:
        """End every access of this person at once, and erase them as soon as a last letter had time to go.

        Whatever happens after this has returned, they will be erased. Raises NotFound, AccountConflict,
        LedgerUnwritable.
        """
        self._means.ledger.demand_writable()
        subject = self._store.subject(account_id)
        if list(self._means.accounts.active_admins()) == [account_id]:
            raise AccountConflict(LAST_ADMIN)
        self._means.mail.send(account_id, Letter.ERASURE_ASKED, {})
        self._begin(subject, f"account:{subject.public_id}", after=LETTER_GOES_FIRST)
        self._means.faults.reach("privacy.erase.asked")
        self._means.ledger.add(self._name(subject), self._now())

    def erase(self, public_id: UUID, by: str) -> None:
        """Erase someone now; also whose erasure was begun or done before.

        Raises NotFound, LedgerUnwritable, and TracesLeft when background work has to finish it.
        """
        name = self._means.ledger.name_of(str(public_id))
        with reading():
            subject = self._store.subject_named(public_id)
        if subject is None and name not in self._means.ledger.names():
            raise NotFound(f"There is no account {public_id}, and never was one that was erased.")
        self._means.ledger.demand_writable()
        self.run(self._begin(subject or Subject(None, str(public_id)), by))

    def do(self, job: ClaimedJob) -> None:
        self.run(int(job.payload["request"]))

    def run(self, request_id: int) -> None:
        """Go through the classes that are left, noting each that is done. Nothing happens when it is over.

        Raises TracesLeft when it has to be run again.
        """
        request = self._store.request(request_id)
        if request is None or request.finished_at is not None or request.public_id is None:
            return
        subject = Subject(request.account_id, str(request.public_id))
        name, done = request.subject, list(request.done["classes"])
        self._session.commit()
        self._means.ledger.add(name, self._now())
        self._means.faults.reach("privacy.erase.ledger")
        for data_class in self._means.classes:
            if data_class.name not in done:
                data_class.erase(subject)
                self._means.faults.reach(f"privacy.erase.{data_class.name}")
                done.append(data_class.name)
                self._note(request_id, done)
        self._finish(request_id, subject)

    def resume(self) -> int:
        """Give erasures that are overdue a job again where theirs was lost; how many. Commits.

        A job that is dead stays as it is: it shows on the health page, and waits for a person.
        """
        resumed = 0
        for request_id in self._store.unfinished(self._now()):
            if self._means.jobs.state(_key(request_id)) in {None, JobState.DONE}:
                self._means.jobs.add_again(KIND, {"request": request_id}, _key(request_id))
                resumed += 1
        self._session.commit()
        return resumed

    def replay(self, by: str) -> int:
        """After a restore: erase again whoever is in the ledger and yet somewhere here; how many. Commits."""
        names, erased = self._means.ledger.names(), 0
        with reading():
            unfinished = self._store.unfinished()
        for request_id in unfinished:
            self.run(request_id)
        with reading():
            known = list(self._known())
        for subject in known:
            if self._name(subject) in names:
                self.run(self._begin(subject, by))
                erased += 1
        return erased

    def _known(self) -> Iterator[Subject]:
        """Everyone of whom there is something: accounts, and public ids without one."""
        last, seen = 0, set[str]()
        while some := self._store.subjects(last, AT_ONCE):
            last = some[-1].account_id or last
            seen |= {subject.public_id for subject in some}
            yield from some
        for data_class in self._means.classes:
            for public_id in set(filter(_is_public_id, data_class.people())) - seen:
                seen.add(public_id)
                yield Subject(None, public_id)

    def _begin(self, subject: Subject, by: str, after: timedelta = timedelta(0)) -> int:
        """In one transaction: no access any more, a request to go through with, a job that will, an audit entry."""
        now = self._now()
        request_id = self._store.begin_request(self._name(subject), subject, now, now + after).id
        if subject.account_id is not None:
            self._store.close_account(subject.account_id)
        self._means.jobs.add_again(KIND, {"request": request_id}, _key(request_id), now + after)
        self._means.audit.record(by, Action.ERASURE_BEGUN, f"account:{subject.public_id}")
        self._session.commit()
        return request_id

    def _note(self, request_id: int, done: list[str]) -> None:
        request = self._store.request(request_id)
        if request is not None:
            request.done = {"classes": list(done)}
        self._session.commit()

    def _finish(self, request_id: int, subject: Subject) -> None:
        if not empty_log(self._session):
            raise TracesLeft(
                "Everything is deleted. Its bytes are still in the log of SQLite, which cannot be emptied while"
                " somebody reads there; background work goes on trying."
            )
        with leaving_no_trace(self._session):
            request = self._store.request(request_id)
            if request is not None:
                request.account_id, request.public_id, request.finished_at = None, None, self._now()
            self._means.audit.record("nobody", Action.ERASURE_FINISHED, f"account:{subject.public_id}")
            self._session.commit()

    def _name(self, subject: Subject) -> str:
        return self._means.ledger.name_of(subject.public_id)


def _key(request_id: int) -> str:
    """An erasure has one job, however often it begins."""
    return f"{KIND}:{request_id}"


def _is_public_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
