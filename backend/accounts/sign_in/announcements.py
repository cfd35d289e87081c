from __future__ import annotations

from backend.accounts.people.notices import Notices, name_of
from backend.accounts.people.store import AccountStore
from backend.accounts.permissions import Role
from backend.accounts.sign_in.models import SignIn
from backend.accounts.sign_in.store import SignInStore
from backend.audit.actions import Action
from backend.mail.letter import Letter


class Announcements:
    """The letters and audit entries about sign-ins. Commits nothing."""

    def __init__(self, store: SignInStore, accounts: AccountStore, notices: Notices) -> None:
        self._store = store
        self._accounts = accounts
        self._notices = notices

    def opened(self, row: SignIn) -> None:
        """Tell the owner of a device that was not seen before, and the audit log of an operator who is in."""
        account = self._accounts.get(row.account_id)
        if self._store.is_new_device(row.account_id, row.device):
            self._notices.tell(account, Letter.NEW_SIGN_IN, device=row.device)
        if Role(account.role).needs_second_factor and row.proven_at:
            self._notices.record(name_of(account), Action.SIGNED_IN, account)

    def looked(self, row: SignIn) -> None:
        """Tell the audit log of a first look; nobody reads letters to the local admin."""
        account = self._accounts.get(row.account_id)
        self._notices.record(name_of(account), Action.SIGNED_IN, account, first_look=True)

    def wrong_code(self, row: SignIn, *, is_last: bool) -> None:
        account = self._accounts.get(row.account_id)
        action = Action.SIGN_IN_STOPPED if is_last else Action.CODE_REFUSED
        self._notices.record(name_of(account), action, account, wrong_codes=row.wrong_codes)
