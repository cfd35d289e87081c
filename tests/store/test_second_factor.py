"""ACC-1: codes of an authenticator app and recovery codes, each good once, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from backend.accounts.people.models import Account
from backend.accounts.permissions import Role
from backend.accounts.sign_in.models import RecoveryCode
from backend.accounts.sign_in.service import CodeRefused, SignIns
from backend.accounts.sign_in.state import SignInState
from backend.accounts.sign_in.totp import FactorConflict, SecondFactor, WrongCode
from backend.clock import utc_now
from backend.database import get_db_session
from backend.errors import Unauthenticated
from backend.plugins import get
from tests.accounts import PASSWORD, MadeAccount, make_account, make_sign_in
from tests.conftest import ON_SQLITE
from tests.letters import deliver, outbox


@pytest.fixture
def analyst(any_app):
    return make_account(any_app)


def begin(app, account):
    with app.app_context():
        return get(SignIns).begin(account.email, PASSWORD, "Test browser")


def prove(app, account, code):
    """Whether a new sign-in takes the code."""
    token = begin(app, account)
    with app.app_context():
        try:
            return get(SignIns).caller(get(SignIns).prove(token, code)).account_id == account.id
        except CodeRefused:
            return False


def enrolled(app, account):
    """A member's account with an app, and the recovery codes."""
    with app.app_context():
        secret = get(SecondFactor).enrol(account.id).partition("secret=")[2].partition("&")[0]
        known = MadeAccount(account.id, account.public_id, account.email, PASSWORD, secret)
        return known, get(SecondFactor).confirm(account.id, known.code())


@ON_SQLITE
@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_is_good_for_one_step_around_its_own(any_app, analyst, steps, taken):
    assert prove(any_app, analyst, analyst.code(utc_now() + timedelta(seconds=30 * steps))) is taken


@pytest.mark.parametrize("code", ["000000", "", "12345", "1234567", "abcdefghij", "\x00", "١٢٣٤٥٦", "x" * 10_000])
def test_what_is_no_code_is_refused(any_app, analyst, code):
    assert not prove(any_app, analyst, code)


@ON_SQLITE
def test_a_code_is_read_as_people_write_it(any_app, analyst):
    code = analyst.code()

    assert prove(any_app, analyst, f" {code[:3]} {code[3:]} ")


def test_a_code_that_was_seen_over_the_shoulder_is_spent(any_app, analyst):
    late, now = utc_now(), utc_now() - timedelta(seconds=30)
    assert prove(any_app, analyst, analyst.code(late))

    assert not prove(any_app, analyst, analyst.code(late))
    assert not prove(any_app, analyst, analyst.code(now))


def test_ten_requests_at_once_spend_a_code_once(any_app, analyst):
    code = analyst.code()

    with ThreadPoolExecutor(10) as pool:
        taken = list(pool.map(lambda _: prove(any_app, analyst, code), range(10)))

    assert taken.count(True) == 1


def test_a_recovery_code_opens_once_and_its_owner_is_told(any_app, tmp_path):
    account, codes = enrolled(any_app, make_account(any_app, Role.MEMBER))

    assert len(set(codes)) == 10
    assert prove(any_app, account, codes[0].upper().replace("-", " "))
    assert not prove(any_app, account, codes[0])
    assert prove(any_app, account, codes[1])
    deliver(any_app)
    told = [letter.body for letter in outbox(tmp_path) if "recovery code was used" in letter.subject]
    assert ["left: 9" in told[0], "left: 8" in told[1]] == [True, True]


def test_codes_and_secrets_are_nowhere_in_clear(any_app):
    account, codes = enrolled(any_app, make_account(any_app, Role.MEMBER))

    with any_app.app_context():
        digests = set(get_db_session().scalars(select(RecoveryCode.digest)))
        sealed = get_db_session().scalars(select(Account.totp_secret)).one()
    assert not any(code.replace("-", "") in digest for code in codes for digest in digests)
    assert account.totp_secret.encode() not in sealed


def test_a_recovery_code_of_somebody_else_opens_nothing(any_app, analyst):
    _, codes = enrolled(any_app, make_account(any_app, Role.MEMBER))

    assert not prove(any_app, analyst, codes[0])


def test_setting_up_ends_other_sign_ins_and_this_one_may_be_kept(any_app):
    account = make_account(any_app, Role.MEMBER)
    here, there = (make_sign_in(any_app, account) for _ in range(2))
    enrolled(any_app, account)

    with any_app.app_context():
        kept = get(SignIns).keep(here)
        assert get(SignIns).caller(kept).account_id == account.id
        for token in (here, there):
            with pytest.raises(Unauthenticated):
                get(SignIns).caller(token)


def test_a_secret_that_was_never_confirmed_protects_nothing_and_locks_nobody_out(any_app):
    account = make_account(any_app, Role.MEMBER)
    with any_app.app_context():
        get(SecondFactor).enrol(account.id)
        with pytest.raises(WrongCode):
            get(SecondFactor).confirm(account.id, "000000")
        assert get(SignIns).state(get(SignIns).begin(account.email, PASSWORD, "x")) is SignInState.OPEN


def test_a_second_factor_in_use_is_not_replaced_unseen(any_app, analyst):
    with any_app.app_context():
        with pytest.raises(FactorConflict):
            get(SecondFactor).enrol(analyst.id)
        with pytest.raises(FactorConflict):
            get(SecondFactor).confirm(analyst.id, analyst.code())


def test_who_gives_it_up_shows_it_once_more(any_app):
    account, codes = enrolled(any_app, make_account(any_app, Role.MEMBER))
    with any_app.app_context():
        with pytest.raises(WrongCode):
            get(SecondFactor).give_up(account.id, "000000")
        get(SecondFactor).give_up(account.id, codes[3])
        assert get(SecondFactor).recovery_codes_left(account.id) == 0
        assert get(SignIns).state(get(SignIns).begin(account.email, PASSWORD, "x")) is SignInState.OPEN
