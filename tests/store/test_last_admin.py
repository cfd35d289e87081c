"""ACC-4: somebody who can sign in always manages accounts. On both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import select

from backend.accounts.people.conflict import AccountConflict
from backend.accounts.people.models import Account, AccountState
from backend.accounts.people.service import Accounts
from backend.accounts.permissions import Role
from backend.accounts.privacy.erasure import Erasures
from backend.database import get_db_session
from backend.plugins import get
from tests.accounts import make_account


def use(app, name, *given):
    with app.app_context():
        return getattr(get(Accounts), name)(*given)


def stored(app, account):
    with app.app_context():
        found = get_db_session().scalars(select(Account).where(Account.id == account.id)).one()
        return found.role, found.state


@pytest.fixture
def admin(any_app):
    return make_account(any_app, Role.ADMIN)


def make_idle_admin(app, how):
    """An admin who cannot sign in."""
    idle = make_account(app, Role.ADMIN)
    if how == "being erased":
        with app.app_context():
            get(Erasures).ask(idle.id)
        return
    columns = {"password_hash": None} if how == "no password" else {"state": AccountState(how)}
    with app.app_context():
        for name, value in columns.items():
            setattr(get_db_session().get_one(Account, idle.id), name, value)
        get_db_session().commit()


@pytest.mark.parametrize("how", ["no password", "being erased", "invited", "unverified", "disabled"])
def test_the_last_admin_who_can_sign_in_stays(any_app, admin, how):
    make_idle_admin(any_app, how)
    public_id = UUID(admin.public_id)

    for deed in (("disable", "cli", public_id), ("change_role", "cli", public_id, Role.MEMBER)):
        with pytest.raises(AccountConflict, match="last admin"):
            use(any_app, *deed)
    with any_app.app_context(), pytest.raises(AccountConflict, match="Make someone else an admin"):
        get(Erasures).ask(admin.id)

    assert stored(any_app, admin) == (Role.ADMIN, AccountState.ACTIVE)


def test_an_admin_goes_when_another_stays(any_app, admin):
    make_account(any_app, Role.ADMIN)

    with any_app.app_context():
        get(Erasures).ask(admin.id)

    assert stored(any_app, admin)[1] == AccountState.ERASING


def test_of_two_admins_who_leave_at_once_one_stays(any_app, admin):
    admins, barrier = [admin, make_account(any_app, Role.ADMIN)], Barrier(2)

    def leave(account):
        barrier.wait()
        with any_app.app_context():
            try:
                get(Erasures).ask(account.id)
            except AccountConflict:
                return "refused"
        return "left"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(leave, admins)) == ["left", "refused"]


def test_two_admins_cannot_take_the_last_role_from_each_other(any_app, admin):
    admins = [admin, make_account(any_app, Role.ADMIN)]
    ids = [UUID(account.public_id) for account in admins]

    def demote(number):
        barrier.wait()
        try:
            use(any_app, "change_role", admins[1 - number].name, ids[number], Role.MEMBER)
        except AccountConflict:
            return "refused"
        return "done"

    for _ in range(5):
        barrier = Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(demote, range(2))) == ["done", "refused"]
        assert sorted(stored(any_app, account)[0] for account in admins) == [Role.ADMIN, Role.MEMBER]
        for public_id in ids:
            use(any_app, "change_role", "cli", public_id, Role.ADMIN)
