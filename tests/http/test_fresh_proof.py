"""What is dangerous wants the password typed in the last ten minutes, and then goes on as if nothing had been asked."""

from __future__ import annotations

import pytest

from backend.accounts.permissions import Role
from backend.accounts.sign_in.totp import SecondFactor
from backend.plugins import get
from tests.accounts import BROWSER, PASSWORD, form_token, make_account, signed_in
from tests.http.test_account_page import age_proof, post

CODES = "/account/recovery-codes"
CONFIRM = "/account/confirm"


@pytest.fixture
def analyst(app):
    return make_account(app, Role.ANALYST)


@pytest.fixture
def stale(app, analyst):
    """A browser whose owner typed the password eleven minutes ago."""
    client = signed_in(app.test_client(), analyst)
    age_proof(app, analyst)
    return client


def codes_left(app, account):
    with app.app_context():
        return get(SecondFactor).recovery_codes_left(account.id)


def test_a_page_comes_after_the_password(stale):
    asked = stale.get(CODES, headers=BROWSER)
    assert asked.location == f"{CONFIRM}?next={CODES}"

    answer = post(stale, CONFIRM, asked.location, onward=CODES, confirm_password=PASSWORD)

    assert (answer.status_code, answer.location) == (303, CODES)
    assert stale.get(CODES, headers=BROWSER).status_code == 200


def test_what_was_sent_is_sent_again_after_the_password(app, stale, analyst):
    asked = post(stale, CODES)
    assert asked.status_code == 403
    assert f'name="onward" value="{CODES}"' in asked.text
    assert codes_left(app, analyst) == 0

    answer = post(stale, CONFIRM, onward=CODES, sends_again="1", confirm_password=PASSWORD)

    assert (answer.status_code, answer.location) == (307, CODES)
    assert post(stale, CODES).status_code == 200
    assert codes_left(app, analyst) == 10


def test_the_form_that_was_sent_is_carried_along(stale):
    asked = post(stale, "/account/second-factor/remove", code="123 <456>", csrf_again="x")

    assert '<input type="hidden" name="code" value="123 &lt;456&gt;">' in asked.text
    assert asked.text.count('name="csrf_token"') == 2  # of this form, and of the one that signs out


@pytest.mark.parametrize(("typed", "message"), [("", "Enter your password."), ("wrong", "That is not your password.")])
def test_a_wrong_password_is_told_beside_the_field_and_opens_nothing(stale, typed, message):
    answer = post(stale, CONFIRM, onward=CODES, sends_again="1", code="123456", confirm_password=typed)

    assert answer.status_code == 422
    assert answer.text.count(message) == 2
    assert "<title>Error: Enter your password again" in answer.text
    assert 'name="code" value="123456"' in answer.text
    assert stale.get(CODES, headers=BROWSER).status_code == 303


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil", "https:evil", "/%2f/evil", "/a\r\nb", ""])
def test_the_password_never_leads_to_another_site(stale, target):
    """Check 33."""
    answer = post(stale, CONFIRM, onward=target, confirm_password=PASSWORD)

    assert answer.location == "/account"


def test_a_password_of_somebody_else_does_not_do(app, stale):
    make_account(app, Role.MEMBER, password="another horse altogether")

    assert post(stale, CONFIRM, onward=CODES, confirm_password="another horse altogether").status_code == 422


def test_programs_are_told_what_is_missing(app, stale):
    answer = stale.post(
        CODES, data={"csrf_token": form_token(stale, "/account/password")}, headers={"Accept": "application/json"}
    )

    assert answer.status_code == 403
    assert answer.json["code"] == "proof_too_old"
