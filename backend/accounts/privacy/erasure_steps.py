"""The steps of one erasure: each class of data in turn, noted when it is done, so that a killed process goes on."""

from __future__ import annotations

from sqlalchemy.orm import Session

from backend.accounts.privacy.ledger import Ledger
from backend.accounts.privacy.store import PrivacyStore
from backend.audit.actions import Action
from backend.audit.service import AuditLog
from backend.clock import Clock
from backend.database import empty_log, leaving_no_trace
from backend.errors import Unavailable
from backend.faults import Faults
from backend.jobs.kinds import TryAgain
from backend.personal_data import DataClasses, Subject


class TracesLeft(Unavailable, TryAgain):
    """Every row is deleted, but SQLite's log still holds bytes of them."""

    code = "traces_left"
    title = "The deletion isn’t finished yet"


class ErasureSteps:
    """No transaction is open while a data class deletes, which takes its time in the lake and in files."""

    def __init__(
        self,
        store: PrivacyStore,
        session: Session,
        classes: DataClasses,
        audit: AuditLog,
        ledger: Ledger,
        faults: Faults,
        now: Clock,
    ) -> None:
        self._store = store
        self._session = session
        self._classes = classes
        self._audit = audit
        self._ledger = ledger
        self._faults = faults
        self._now = now

    def run(self, request_id: int) -> None:
        """Erase every data class that is not noted as done; a finished erasure is left alone. Raises TracesLeft."""
        request = self._store.request(request_id)
        if request is None or request.finished_at is not None or request.public_id is None:
            return
        subject = Subject(request.account_id, str(request.public_id))
        name, done = request.subject, list(request.done["classes"])
        self._session.commit()
        self._ledger.add(name, self._now())
        self._faults.reach("privacy.erase.ledger")
        for data_class in self._classes:
            if data_class.name not in done:
                data_class.erase(subject)
                self._faults.reach(f"privacy.erase.{data_class.name}")
                done.append(data_class.name)
                self._note(request_id, done)
        self._finish(request_id, subject)

    def _note(self, request_id: int, done: list[str]) -> None:
        request = self._store.request(request_id)
        if request is not None:
            request.done = {"classes": list(done)}
        self._session.commit()

    def _finish(self, request_id: int, subject: Subject) -> None:
        if not empty_log(self._session):
            raise TracesLeft(
                "Everything is deleted. Its bytes are still in SQLite's log, which cannot be emptied while"
                " someone reads there. Background work will keep trying."
            )
        with leaving_no_trace(self._session):
            request = self._store.request(request_id)
            if request is not None:
                request.account_id, request.public_id, request.finished_at = None, None, self._now()
            self._audit.record("nobody", Action.ERASURE_FINISHED, f"account:{subject.public_id}")
            self._session.commit()
