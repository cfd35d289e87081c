from __future__ import annotations

from backend.accounts.people.models import Account
from backend.audit.actions import Action
from backend.audit.service import AuditLog
from backend.jobs.service import Jobs
from backend.mail.letter import Letter
from backend.mail.service import Mail

RESET_ASKED = "accounts.reset_asked"


class Notices:
    """The audit entries and letters about changes to accounts. Commits nothing."""

    def __init__(self, mail: Mail, audit: AuditLog, jobs: Jobs) -> None:
        self._mail = mail
        self._audit = audit
        self._jobs = jobs

    def tell(
        self, account: Account, letter: Letter, to: str | None = None, promised: str | None = None, **facts: str
    ) -> None:
        """`promised` is the name that the letter got before it could be written."""
        self._mail.send(account.id, letter, facts, to, promised)

    def record(self, by: str, action: Action, account: Account, **details: str | int | bool) -> None:
        """Record a change, last before the commit: until then nobody else can append to the log."""
        self._audit.record(by, action, name_of(account), **details)

    def refused(self, action: Action, name: str, by: str = "nobody") -> None:
        """Record a wrong password for an account's name or an unknown address, last before the commit."""
        self._audit.record(by, action, name)

    def ask_later(self, email_index: str) -> None:
        """Leave the lookup of an address to a job, so that the request takes as long for an unknown address."""
        self._jobs.add(RESET_ASKED, {"index": email_index, "promised": self._mail.promise()})


def name_of(account: Account) -> str:
    """The account's name as a caller and in the audit log."""
    return f"account:{account.public_id}"
