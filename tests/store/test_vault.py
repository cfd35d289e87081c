"""What is sealed for a person opens for them, in its place, with their key, unchanged; and nowhere else. ACC-9"""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from backend.accounts.people.addresses import EmailIndex
from backend.accounts.people.models import Account
from backend.accounts.people.reindexing import Reindexing
from backend.audit.models import AuditEntry
from backend.database import get_db_session
from backend.extensions import db
from backend.plugins import get
from backend.vault import service as vault_module
from backend.vault.cipher import KEY_BYTES, Unreadable, new_key, open_sealed, seal
from backend.vault.models import DataKey
from backend.vault.service import MasterKeyLost, Vault
from tests.accounts import make_account
from tests.conftest import MASTER_KEY, close, make_app, make_settings

OTHER = "another secret and as long as it has to be"
KEY = new_key()


@given(st.binary(max_size=200), st.text(max_size=50))
def test_what_is_sealed_opens_again(plain, place):
    assert open_sealed(KEY, seal(KEY, plain, place), place) == plain


@given(st.binary(max_size=60), st.data())
def test_a_changed_byte_is_noticed_wherever_it_is(plain, data):
    sealed = bytearray(seal(KEY, plain, "here"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))

    with pytest.raises(Unreadable):
        open_sealed(KEY, bytes(sealed), "here")


@pytest.mark.parametrize("sealed", [b"", b"short", bytes(27), bytes(28)])
def test_what_was_never_sealed_cannot_be_opened(sealed):
    with pytest.raises(Unreadable):
        open_sealed(bytes(KEY_BYTES), sealed, "here")


def test_the_same_words_never_look_the_same():
    assert seal(KEY, b"same", "here") != seal(KEY, b"same", "here")


def test_what_is_sealed_opens_in_no_other_place_and_for_nobody_else(any_app):
    mine, yours = make_account(any_app), make_account(any_app)
    with any_app.app_context():
        vault = get(Vault)
        sealed = vault.seal(mine.id, "accounts.email", "words")

        assert vault.open(mine.id, "accounts.email", sealed) == "words"
        for owner, place in ((mine.id, "accounts.totp_secret"), (yours.id, "accounts.email"), (999, "accounts.email")):
            with pytest.raises(Unreadable):
                vault.open(owner, place, sealed)


def test_a_key_that_is_moved_to_somebody_else_opens_nothing(any_app):
    mine, yours = make_account(any_app), make_account(any_app)
    with any_app.app_context():
        session, sealed = get_db_session(), get(Vault).seal(mine.id, "accounts.email", "words")
        wrapped = session.get(DataKey, mine.id).wrapped
        session.execute(sa.update(DataKey).where(DataKey.account_id == yours.id).values(wrapped=wrapped))
        session.commit()
        with pytest.raises(Unreadable):
            get(Vault).open(yours.id, "accounts.email", sealed)


def test_without_the_key_nothing_can_be_read(any_app):
    mine = make_account(any_app)
    with any_app.app_context():
        sealed = get_db_session().get(Account, mine.id).email
        get_db_session().execute(sa.delete(DataKey).where(DataKey.account_id == mine.id))
        get_db_session().commit()
        with pytest.raises(Unreadable):
            get(Vault).open(mine.id, "accounts.email", sealed)


@pytest.fixture
def with_secrets(app, instance):
    """The same installation, started again with other secrets."""
    started = []

    def start(**secrets):
        started.append(make_app(make_settings(instance, **{name: SecretStr(text) for name, text in secrets.items()})))
        return started[-1]

    yield start
    for one in started:
        close(one)


def address_of(app, account):
    with app.app_context():
        return get(Vault).open(account.id, "accounts.email", get_db_session().get(Account, account.id).email)


def entries(app):
    with app.app_context():
        log = get_db_session().scalars(sa.select(AuditEntry).order_by(AuditEntry.number))
        return [(entry.actor, entry.action, entry.object, entry.details) for entry in log]


def test_the_master_key_can_be_changed_and_the_old_one_thrown_away(app, with_secrets):
    account = make_account(app)
    both = with_secrets(MASTER_KEY=OTHER, MASTER_KEYS_BEFORE=MASTER_KEY)
    assert address_of(both, account) == account.email

    said = both.test_cli_runner().invoke(args=["privacy", "rotate"]).output

    assert said.startswith("1 keys are wrapped with the current MASTER_KEY")
    assert entries(both) == [("cli", "data_keys.rotated", "accounts:all", {"count": 1})]
    assert address_of(with_secrets(MASTER_KEY=OTHER), account) == account.email
    with pytest.raises(Unreadable):
        address_of(app, account)


def test_a_rotation_that_was_stopped_goes_on_where_it_was(app, with_secrets, monkeypatch):
    accounts = [make_account(app) for _ in range(5)]
    both = with_secrets(MASTER_KEY=OTHER, MASTER_KEYS_BEFORE=MASTER_KEY)
    monkeypatch.setattr(vault_module, "BATCH_SIZE", 2)
    with both.app_context():
        commit, commits = db.session().commit, []

        def stop_at_the_second():
            commits.append(1)
            if len(commits) == 2:
                raise KeyboardInterrupt
            commit()

        monkeypatch.setattr(db.session(), "commit", stop_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            get(Vault).rotate()
    with both.app_context():
        assert get(Vault).rotate() == 3

    assert [address_of(with_secrets(MASTER_KEY=OTHER), one) for one in accounts] == [one.email for one in accounts]


def test_people_are_found_again_after_the_secret_key_changed(app, with_secrets):
    account = make_account(app)
    changed = with_secrets(SECRET_KEY=OTHER)

    said = [changed.test_cli_runner().invoke(args=["privacy", "reindex"]).output for _ in range(2)]

    assert said == [f"Rebuilt the index of {count} addresses.\n" for count in (1, 0)]
    assert entries(changed) == [("cli", "addresses.reindexed", "accounts:all", {"count": count}) for count in (1, 0)]
    with changed.app_context():
        assert get(Reindexing).run("cli") == 0
        assert get_db_session().get(Account, account.id).email_index == get(EmailIndex).of(account.email)


def test_a_secret_of_the_installation_opens_in_its_place_and_after_a_rotation(app, with_secrets):
    place = "alert_channels.sealed_url|1"
    with app.app_context():
        sealed = get(Vault).seal_secret(place, "https://hooks.example/secret")
        db.session.commit()
        with pytest.raises(Unreadable):
            get(Vault).open_secret("alert_channels.sealed_url|2", sealed)
    with with_secrets(MASTER_KEY=OTHER, MASTER_KEYS_BEFORE=MASTER_KEY).app_context():
        assert get(Vault).rotate() == 1
    with with_secrets(MASTER_KEY=OTHER).app_context():
        assert get(Vault).open_secret(place, sealed) == "https://hooks.example/secret"
    with app.app_context(), pytest.raises(MasterKeyLost):
        get(Vault).demand_master_key()
