"""ACC-1: accounts from sign-up to the last change, on both databases, with their letters and audit entries."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event, select

from backend.accounts.people.conflict import AccountConflict
from backend.accounts.people.links import LIVES, AccountLinkGone
from backend.accounts.people.models import Account, AccountLink, AccountState, LinkPurpose
from backend.accounts.people.notices import RESET_ASKED
from backend.accounts.people.passwords import Passwords
from backend.accounts.people.service import Accounts
from backend.accounts.permissions import Role
from backend.accounts.sign_in.service import SignInRefused, SignIns
from backend.accounts.sign_in.state import SignInState
from backend.audit.models import AuditEntry
from backend.database import get_db_session
from backend.errors import InvalidRequest, NotFound
from backend.extensions import db
from backend.jobs.models import Job
from backend.plugins import get
from backend.vault.models import DataKey
from tests.accounts import PASSWORD, make_account
from tests.letters import deliver, outbox

ADDRESS = "Ada.Lovelace@example.com"
OTHER = "quite another set of words"


def accounts(app):
    with app.app_context():
        return list(get_db_session().scalars(select(Account).order_by(Account.id)))


def letters(app, folder):
    deliver(app)
    return [(letter.to, letter.subject) for letter in outbox(folder)]


def newest_link(app, folder):
    deliver(app)
    [*_, letter] = [letter for letter in outbox(folder) if re.search(r"/[\w-]{43}\n", letter.body)]
    return re.search(r"/([\w-]{43})\n", letter.body)[1]


def sign_in(app, email=ADDRESS, password=PASSWORD):
    with app.app_context():
        return get(SignIns).begin(email, password, "Test browser")


def state_of(app, token):
    with app.app_context():
        return get(SignIns).state(token)


def use(app, name, *given):
    with app.app_context():
        return getattr(get(Accounts), name)(*given)


def deeds(app):
    with app.app_context():
        return [(e.actor, e.action) for e in get_db_session().scalars(select(AuditEntry).order_by(AuditEntry.number))]


def test_a_visitor_becomes_a_member_by_a_mailed_link(any_app, tmp_path):
    use(any_app, "sign_up", ADDRESS, PASSWORD)
    with pytest.raises(SignInRefused):
        sign_in(any_app)

    use(any_app, "verify", newest_link(any_app, tmp_path), PASSWORD)

    [account] = accounts(any_app)
    assert (account.role, account.state) == (Role.MEMBER, AccountState.ACTIVE)
    assert sign_in(any_app, ADDRESS.upper())


def test_no_row_holds_an_address_in_clear(any_app):
    use(any_app, "sign_up", ADDRESS, PASSWORD)

    [account] = accounts(any_app)
    assert b"lovelace" not in account.email.lower()
    assert "lovelace" not in account.email_index.lower()


def test_signing_up_with_an_address_that_has_an_account_changes_nothing_and_tells_its_owner(any_app, tmp_path):
    make_account(any_app, Role.MEMBER, ADDRESS)
    before = accounts(any_app)[0].password_hash

    use(any_app, "sign_up", ADDRESS.lower(), OTHER)

    assert [account.password_hash for account in accounts(any_app)] == [before]
    assert letters(any_app, tmp_path) == [(ADDRESS, "You already have a Mingus account")]


def test_who_signed_up_with_somebody_elses_address_gets_no_account_of_theirs(any_app, tmp_path):
    """The owner opens the link that a stranger caused, and enters no password of the stranger's."""
    use(any_app, "sign_up", ADDRESS, "the words of a stranger")
    link = newest_link(any_app, tmp_path)

    with pytest.raises(InvalidRequest):
        use(any_app, "verify", link, PASSWORD)

    with pytest.raises(SignInRefused):
        sign_in(any_app, password="the words of a stranger")
    use(any_app, "sign_up", ADDRESS, PASSWORD)
    use(any_app, "verify", newest_link(any_app, tmp_path), PASSWORD)
    assert sign_in(any_app)


def test_whoever_signs_up_with_somebodys_address_sets_no_password_of_theirs(any_app, tmp_path):
    """Not before them, not after, and not while their letter is under way."""
    links = []
    for password in ("the words of a stranger", PASSWORD, "more words of a stranger"):
        use(any_app, "sign_up", ADDRESS, password)
        links.append(newest_link(any_app, tmp_path))

    for strangers in (links[0], links[2]):
        with pytest.raises(InvalidRequest, match="not the password"):
            use(any_app, "verify", strangers, PASSWORD)
    use(any_app, "verify", links[1], PASSWORD)

    assert sign_in(any_app)
    with pytest.raises(AccountLinkGone):
        use(any_app, "verify", links[2], "more words of a stranger")
    with any_app.app_context():
        assert set(get_db_session().scalars(select(AccountLink.password_hash))) == {None}


def test_signing_up_does_as_much_for_an_address_that_has_an_account(any_app):
    """What is hashed and what is written: the time it takes tells nothing."""
    make_account(any_app, Role.MEMBER, ADDRESS)
    work = []
    for email in (ADDRESS, "nobody@example.com"):
        with any_app.app_context(), watched(get(Passwords)) as done:
            get(Accounts).sign_up(email, PASSWORD)
        work.append({line: done.count(line) for line in ("hash", "INSERT INTO accounts", "INSERT INTO data_keys")})

    assert work[0] == work[1] == {"hash": 1, "INSERT INTO accounts": 1, "INSERT INTO data_keys": 1}
    assert len(accounts(any_app)) == 2


def test_signing_in_hashes_once_whoever_has_an_account(any_app):
    make_account(any_app, Role.MEMBER, ADDRESS)
    make_account(any_app, Role.MEMBER, "disabled@example.com", state=AccountState.DISABLED)
    for email in (ADDRESS, "disabled@example.com", "nobody@example.com", "no address"):
        with any_app.app_context(), watched(get(Passwords)) as done, pytest.raises(SignInRefused):
            get(SignIns).begin(email, "wrong", "Test browser")
        assert [line for line in done if line == "verify"] == ["verify"]


@contextmanager
def watched(passwords):
    """The hashes and statements of what is done inside, as words."""
    done, hasher = [], passwords._hasher

    class Watched(PasswordHasher):
        def hash(self, *given, **more):
            done.append("hash")
            return super().hash(*given, **more)

        def verify(self, *given):
            done.append("verify")
            return super().verify(*given)

    passwords._hasher = Watched(hasher.time_cost, hasher.memory_cost, hasher.parallelism)

    def note(*given):
        done.append(" ".join(given[2].split()[:3]))

    event.listen(db.engine, "before_cursor_execute", note)
    yield done
    event.remove(db.engine, "before_cursor_execute", note)
    passwords._hasher = hasher


def test_ten_sign_ups_at_once_make_one_account(any_app):
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda _: use(any_app, "sign_up", ADDRESS, PASSWORD), range(10)))

    assert len(accounts(any_app)) == 1


def test_a_link_works_once_and_for_its_purpose(any_app, tmp_path):
    use(any_app, "sign_up", ADDRESS, PASSWORD)
    link = newest_link(any_app, tmp_path)

    with pytest.raises(AccountLinkGone):
        use(any_app, "reset", link, OTHER)
    use(any_app, "verify", link, PASSWORD)

    with pytest.raises(AccountLinkGone):
        use(any_app, "verify", link, PASSWORD)


@pytest.mark.parametrize("token", ["", "x" * 43, "\x00" * 43, "\ud800" * 43, "x" * 100_000])
def test_what_is_no_link_is_refused_as_one_that_is_gone(any_app, token):
    with pytest.raises(AccountLinkGone):
        use(any_app, "reset", token, OTHER)


def test_a_link_grows_old(any_app, tmp_path):
    make_account(any_app, Role.MEMBER, ADDRESS)
    use(any_app, "ask_reset", ADDRESS)
    link = newest_link(any_app, tmp_path)
    with any_app.app_context():
        row = get_db_session().scalars(select(AccountLink)).one()
        row.expires_at = row.created_at
        get_db_session().commit()

    assert {purpose.value for purpose in LIVES} == {purpose.value for purpose in LinkPurpose}
    with pytest.raises(AccountLinkGone):
        use(any_app, "reset", link, OTHER)


def test_a_reset_sets_the_password_and_ends_every_sign_in(any_app, tmp_path):
    account = make_account(any_app, Role.MEMBER, ADDRESS)
    token = sign_in(any_app)
    use(any_app, "ask_reset", ADDRESS)
    first = newest_link(any_app, tmp_path)
    use(any_app, "ask_reset", ADDRESS)
    second = newest_link(any_app, tmp_path)

    use(any_app, "reset", first, OTHER)

    with any_app.app_context(), pytest.raises(Exception, match="signed out"):
        get(SignIns).caller(token)
    with pytest.raises(SignInRefused):
        sign_in(any_app)
    assert sign_in(any_app, password=OTHER)
    with pytest.raises(AccountLinkGone):
        use(any_app, "reset", second, PASSWORD)
    assert (account.name, "password.reset") in deeds(any_app)


def test_asking_for_a_reset_writes_one_row_whoever_has_an_account(any_app, tmp_path):
    make_account(any_app, Role.MEMBER, ADDRESS)
    for email in (ADDRESS, "nobody@example.com"):
        use(any_app, "ask_reset", email)

    with any_app.app_context():
        assert get_db_session().query(AccountLink).count() == 0
    assert letters(any_app, tmp_path) == [(ADDRESS, "Choose a new password for Mingus")]


def test_who_asked_for_a_reset_is_in_no_job_that_is_done(any_app, tmp_path):
    use(any_app, "ask_reset", ADDRESS)
    letters(any_app, tmp_path)

    with any_app.app_context():
        done = get_db_session().scalars(select(Job).where(Job.kind == RESET_ASKED)).one()
        assert (done.state, done.payload) == ("done", {})


def test_a_disabled_account_gets_no_link(any_app, tmp_path):
    make_account(any_app, Role.MEMBER, ADDRESS, state=AccountState.DISABLED)

    use(any_app, "ask_reset", ADDRESS)

    assert letters(any_app, tmp_path) == []


def test_an_invited_analyst_chooses_a_password(any_app, tmp_path):
    use(any_app, "invite", "cli", ADDRESS, Role.ANALYST)
    with pytest.raises(InvalidRequest, match="An account with this email address already exists"):
        use(any_app, "invite", "cli", ADDRESS.lower(), Role.ADMIN)

    who = use(any_app, "accept_invitation", newest_link(any_app, tmp_path), PASSWORD)

    assert (who.role, who.has_factor) == (Role.ANALYST, False)
    assert state_of(any_app, sign_in(any_app)) is SignInState.NEEDS_FACTOR


def test_a_new_invitation_replaces_the_one_before(any_app, tmp_path):
    use(any_app, "invite", "cli", ADDRESS, Role.ANALYST)
    first = newest_link(any_app, tmp_path)
    [account] = accounts(any_app)

    use(any_app, "invite_again", "cli", account.public_id)

    with pytest.raises(AccountLinkGone):
        use(any_app, "accept_invitation", first, PASSWORD)
    use(any_app, "accept_invitation", newest_link(any_app, tmp_path), PASSWORD)
    with pytest.raises(AccountConflict):
        use(any_app, "invite_again", "cli", account.public_id)


@pytest.mark.parametrize("ask", [("ask_reset", ADDRESS), ("sign_up", ADDRESS, OTHER)], ids=["reset", "sign-up"])
def test_who_was_invited_and_asks_otherwise_is_invited_again(any_app, tmp_path, ask):
    """Whoever asks: the link that is about to be opened goes on working."""
    use(any_app, "invite", "cli", ADDRESS, Role.ANALYST)
    first = newest_link(any_app, tmp_path)

    use(any_app, *ask)

    assert letters(any_app, tmp_path) == [(ADDRESS, "You're invited to Mingus")] * 2
    assert newest_link(any_app, tmp_path) != first
    assert use(any_app, "accept_invitation", first, PASSWORD).role == Role.ANALYST
    assert state_of(any_app, sign_in(any_app)) is SignInState.NEEDS_FACTOR


@pytest.mark.parametrize(("make", "state"), [("invite", "invited"), ("sign_up", "unverified")])
def test_an_account_nobody_confirmed_is_enabled_to_what_it_was(any_app, make, state):
    use(any_app, *(("invite", "cli", ADDRESS, Role.MEMBER) if make == "invite" else ("sign_up", ADDRESS, PASSWORD)))
    [account] = accounts(any_app)
    use(any_app, "disable", "cli", account.public_id)

    use(any_app, "enable", "cli", account.public_id)

    assert [account.state for account in accounts(any_app)] == [state]


def test_a_new_password_needs_the_old_one_and_is_told(any_app, tmp_path):
    account = make_account(any_app, Role.MEMBER, ADDRESS)
    with pytest.raises(InvalidRequest, match="old_password"):
        use(any_app, "change_password", account.id, "wrong", OTHER)
    with pytest.raises(InvalidRequest, match="new_password"):
        use(any_app, "change_password", account.id, PASSWORD, "short")

    use(any_app, "change_password", account.id, PASSWORD, OTHER)

    assert accounts(any_app)[0].epoch == 2
    assert letters(any_app, tmp_path) == [(ADDRESS, "Your Mingus password was changed")]


def test_a_new_address_is_confirmed_at_the_new_and_told_to_the_old(any_app, tmp_path):
    account = make_account(any_app, Role.MEMBER, ADDRESS)
    use(any_app, "ask_email_change", account.id, PASSWORD, "countess@example.com")
    link = newest_link(any_app, tmp_path)
    assert sign_in(any_app)

    use(any_app, "confirm_email_change", link)

    assert [to for to, _ in letters(any_app, tmp_path)] == ["countess@example.com", ADDRESS]
    assert sign_in(any_app, "countess@example.com")
    with pytest.raises(SignInRefused):
        sign_in(any_app)


def test_an_address_that_is_taken_is_told_to_its_owner_alone(any_app, tmp_path):
    account = make_account(any_app, Role.MEMBER, ADDRESS)
    make_account(any_app, Role.MEMBER, "taken@example.com")

    use(any_app, "ask_email_change", account.id, PASSWORD, "taken@example.com")

    assert letters(any_app, tmp_path) == [("taken@example.com", "You already have a Mingus account")]


def test_an_admin_changes_roles_disables_and_enables(any_app, tmp_path):
    admin, account = make_account(any_app, Role.ADMIN), make_account(any_app, Role.MEMBER, ADDRESS)
    public_id = accounts(any_app)[1].public_id

    use(any_app, "change_role", admin.name, public_id, Role.ANALYST)
    use(any_app, "disable", admin.name, public_id)
    assert (accounts(any_app)[1].role, accounts(any_app)[1].state) == (Role.ANALYST, AccountState.DISABLED)
    with pytest.raises(SignInRefused):
        sign_in(any_app)
    use(any_app, "enable", admin.name, public_id)

    assert accounts(any_app)[1].state == AccountState.ACTIVE
    assert accounts(any_app)[1].epoch == 3
    assert [d for d in deeds(any_app) if d[0] == admin.name] == [
        (admin.name, deed) for deed in ("role.changed", "account.disabled", "account.enabled")
    ]
    assert (ADDRESS, "Your role at Mingus has changed") in letters(any_app, tmp_path)
    assert account.public_id == str(public_id)


def test_each_account_has_a_key_of_its_own(any_app):
    use(any_app, "sign_up", ADDRESS, PASSWORD)
    use(any_app, "create", "root@example.com", Role.ADMIN, PASSWORD)

    with any_app.app_context():
        assert get_db_session().query(DataKey).count() == 2
        with pytest.raises(NotFound):
            get(Accounts).named("nobody@example.com")
