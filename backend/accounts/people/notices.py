from __future__ import annotations

from backend.accounts.people.models import Account
from backend.audit.actions import Action
from backend.audit.service import AuditLog
from backend.jobs.service import Jobs
from backend.mail.letter import Letter
from backend.mail.service import Mail

RESET_ASKED = "accounts.reset_asked"


class Notices:
    """What a change to an account leaves behind: an entry in the audit log and letters. Commits nothing."""

    def __init__(self, mail: Mail, audit: AuditLog, jobs: Jobs) -> None:
        self._mail = mail
        self._audit = audit
        self._jobs = jobs

    def tell(self, account: Account, letter: Letter, to: str | None = None, **facts: str) -> None:
        self._mail.send(account.id, letter, facts, to)

    def record(self, by: str, action: Action, account: Account, **details: str | int | bool) -> None:
        """The last thing before the commit: until then nobody else can append to the log."""
        self._audit.record(by, action, name_of(account), **details)

    def refused(self, action: Action, name: str, by: str = "nobody") -> None:
        """A wrong password for the account of this name, or for an address that is nobody's: last before the commit."""
        self._audit.record(by, action, name)

    def ask_later(self, email_index: str) -> None:
        """Leave the question whether an address has an account to a job: asking takes the same for each."""
        self._jobs.add(RESET_ASKED, {"index": email_index})


def name_of(account: Account) -> str:
    """As callers and the audit log name it."""
    return f"account:{account.public_id}"
