"""Reasons why an account is not changed as requested."""

from __future__ import annotations

from collections.abc import Sequence

from backend.accounts.people.models import Account
from backend.accounts.people.notices import name_of
from backend.errors import MingusError


class AccountConflict(MingusError):
    status = 409
    code = "account_conflict"
    title = "The account is not in a state that allows this"


class BeingErased(AccountConflict):
    code = "being_erased"
    title = "The account is being deleted"

    def __init__(self) -> None:
        super().__init__("This account is being deleted and can no longer be changed.")


def demand_another(by: str, account: Account) -> None:
    """Raise AccountConflict when the account is the caller's own: nobody sets their own role or state."""
    if by == name_of(account):
        raise AccountConflict("This is your own account. Ask another admin to do this.")


def demand_another_admin(admins: Sequence[int], account: Account) -> None:
    """Raise AccountConflict for the last admin. `admins` were locked before the account, so that two take turns."""
    if list(admins) == [account.id]:
        raise AccountConflict(
            "This is the last admin who can sign in. Make someone else an admin first, or no one could manage accounts."
        )
