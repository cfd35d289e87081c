"""Letters: none is lost, none is sent for what was undone, and no row says whom they are for."""

from __future__ import annotations

from uuid import uuid4

import pytest

from backend.accounts.people.models import Account, AccountState
from backend.clock import utc_now
from backend.extensions import db
from backend.jobs.models import Job, JobState
from backend.mail.letter import Letter, WrongFacts
from backend.mail.service import Mail
from backend.plugins import get
from backend.vault.service import Vault
from tests.letters import deliver, outbox

ADDRESS = "canary.person@mingus.example"


@pytest.fixture
def account(any_app):
    """The number of an account with an address."""
    with any_app.app_context():
        row = Account(
            public_id=uuid4(),
            email=b"",
            email_index=uuid4().hex,
            role="member",
            state=AccountState.ACTIVE,
            created_at=utc_now(),
        )
        db.session.add(row)
        db.session.flush()
        get(Vault).make_key(row.id)
        row.email = get(Vault).seal(row.id, "accounts.email", ADDRESS)
        db.session.commit()
        return row.id


def send(app, account, letter=Letter.VERIFY, facts=None, to=None):
    with app.app_context():
        get(Mail).send(account, letter, {"path": "/verify/canary-token"} if facts is None else facts, to)
        db.session.commit()


def test_a_letter_goes_to_the_person_with_a_link_to_this_site(any_app, account, tmp_path):
    send(any_app, account)

    assert deliver(any_app) == 1
    [letter] = outbox(tmp_path)
    assert letter.to == ADDRESS
    assert letter.subject == "Confirm your email address for Mingus"
    assert "\nhttp://127.0.0.1:5000/verify/canary-token\n" in letter.body


def test_a_letter_for_what_was_undone_is_never_sent(any_app, account, tmp_path):
    with any_app.app_context():
        get(Mail).send(account, Letter.PASSWORD_CHANGED, {})
        db.session.rollback()

    assert deliver(any_app) == 0
    assert outbox(tmp_path) == []


def test_a_letter_may_go_to_a_new_address(any_app, account, tmp_path):
    send(any_app, account, Letter.EMAIL_CHANGE, {"path": "/email/t"}, to="new@mingus.example")

    deliver(any_app)

    assert [letter.to for letter in outbox(tmp_path)] == ["new@mingus.example"]


def test_a_job_holds_neither_address_nor_token(any_app, account):
    send(any_app, account, to="canary.new@mingus.example")

    with any_app.app_context():
        [job] = db.session.query(Job)
        assert "canary" not in str(vars(job))
        assert job.payload["letter"] == "verify"
        assert job.state == JobState.WAITING


def test_facts_that_a_letter_has_no_place_for_are_refused_at_once(any_app, account):
    for facts in ({}, {"path": "/x", "more": "y"}, {"path": "https://evil.example"}, {"path": "/x\r\nBcc: y"}):
        with pytest.raises(WrongFacts):
            send(any_app, account, facts=facts)
