"""Check 36: what its time is over goes, to the row and to the second, some at a time, also after a kill. CAP-9"""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from backend import personal_data
from backend.accounts.people.models import Account, AccountLink, AccountState, LinkPurpose
from backend.accounts.permissions import Role
from backend.accounts.privacy.models import ErasureRequest
from backend.accounts.privacy.retention import Retention
from backend.accounts.sign_in.models import SignIn
from backend.accounts.tokens.models import RefreshToken
from backend.database import get_db_session
from backend.faults import Faults
from backend.personal_data import DataClasses
from backend.plugins import get
from tests.accounts import make_account
from tests.landing_rows import NOW

SECOND = timedelta(seconds=1)
WEEK, MONTH, QUARTER = (timedelta(days=days) for days in (7, 30, 90))


@pytest.fixture(autouse=True)
def _context(any_app):
    with any_app.app_context():
        yield


def prune(faults=None):
    return Retention(get(DataClasses), faults or Faults(), lambda: NOW).prune()


@pytest.fixture
def account_id(any_app):
    return make_account(any_app, Role.MEMBER).id


def stay(model):
    return set(get_db_session().scalars(sa.select(model.id)))


def add(row):
    get_db_session().add(row)
    get_db_session().commit()
    return row.id


def age(account, **values):
    get_db_session().execute(sa.update(Account).where(Account.id == account.id).values(**values))
    get_db_session().commit()
    return account.id


def sign_in(account_id, **given):
    moments = {"created_at": NOW - QUARTER, "seen_at": NOW, "confirmed_at": NOW, "ended_at": None, **given}
    return add(SignIn(digest=uuid4().hex, account_id=account_id, epoch=1, device="d", wrong_codes=0, **moments))


@pytest.mark.parametrize("state", [AccountState.UNVERIFIED, AccountState.INVITED])
def test_an_account_nobody_confirmed_goes_after_a_week(any_app, state):
    old, young = (make_account(any_app, Role.MEMBER, state=state) for _ in range(2))
    active, disabled = (make_account(any_app, Role.MEMBER, state=s) for s in (AccountState.ACTIVE, "disabled"))
    age(old, created_at=NOW - WEEK - SECOND)
    kept = {age(young, created_at=NOW - WEEK), *(age(one, created_at=NOW - QUARTER) for one in (active, disabled))}

    assert prune() == 1
    assert stay(Account) == kept


def test_a_sign_in_goes_a_month_after_it_ended_or_was_last_used(account_id):
    kept = {sign_in(account_id, ended_at=NOW - MONTH), sign_in(account_id, seen_at=NOW - MONTH), sign_in(account_id)}
    sign_in(account_id, ended_at=NOW - MONTH - SECOND)
    sign_in(account_id, seen_at=NOW - MONTH - SECOND)

    assert prune() == 2
    assert stay(SignIn) == kept


def test_links_and_tokens_go_when_they_have_expired(account_id):
    def link(expires_at):
        purpose, own = LinkPurpose.RESET, {"account_id": account_id, "created_at": NOW}
        return add(AccountLink(purpose=purpose, digest=uuid4().hex, expires_at=expires_at, **own))

    def token(expires_at):
        own = {"account_id": account_id, "created_at": NOW, "family": uuid4(), "epoch": 1}
        return add(RefreshToken(jti=str(uuid4()), expires_at=expires_at, **own))

    kept = [link(NOW), token(NOW)]
    link(NOW - SECOND), token(NOW - SECOND)

    assert prune() == 2
    assert [stay(AccountLink), stay(RefreshToken)] == [{kept[0]}, {kept[1]}]


def test_of_an_erasure_the_database_forgets_after_ninety_days():
    def request(finished_at):
        began = {"requested_at": NOW - QUARTER, "due_at": NOW - QUARTER}
        return add(ErasureRequest(subject=uuid4().hex, done={}, finished_at=finished_at, **began))

    kept = {request(None), request(NOW - QUARTER)}
    request(NOW - QUARTER - SECOND)

    assert prune() == 1
    assert stay(ErasureRequest) == kept


def test_no_transaction_deletes_more_than_its_batch(account_id, monkeypatch):
    monkeypatch.setattr(personal_data, "BATCH_SIZE", 2)
    for _ in range(5):
        sign_in(account_id, ended_at=NOW - QUARTER)
    left = []

    class Counting:
        def reach(self, _point):
            left.append(len(stay(SignIn)))

    assert prune(Counting()) == 5
    assert left == [3, 1, 0]


def test_a_pruning_that_was_stopped_goes_on_where_it_was(account_id, monkeypatch):
    monkeypatch.setattr(personal_data, "BATCH_SIZE", 2)
    for _ in range(5):
        sign_in(account_id, ended_at=NOW - QUARTER)

    class PowerCut:
        def reach(self, _point):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prune(PowerCut())
    get_db_session().rollback()

    assert len(stay(SignIn)) == 3
    assert prune() == 3
