"""ACC-1: the first admin comes from the shell; so does help for someone who lost everything."""

from __future__ import annotations

import re

import pytest

from backend.accounts.people.models import AccountState
from backend.accounts.permissions import Role
from tests.accounts import PASSWORD, form_token, make_account, sign_in_by_form, signed_in
from tests.conftest import ON_SQLITE

FUNNEL = "/analytics/funnel"


def run(app, *command, typed=""):
    return app.test_cli_runner().invoke(args=["accounts", *command], input=typed)


def create(app, *more, email="root@example.com", password=PASSWORD):
    return run(app, "create", "--email", email, "--role", "admin", *more, typed=f"{password}\n{password}\n")


def test_the_first_admin_is_created_and_signs_in(any_app):
    made = create(any_app)
    client = any_app.test_client()

    form = {"csrf_token": form_token(client), "email": "root@example.com", "password": PASSWORD}
    answer = client.post("/sign-in", data=form, headers={"Accept": "text/html"})

    assert re.search(r"Created [0-9a-f-]{36}\.\n", made.output)
    assert PASSWORD not in made.output
    assert answer.location == "/account/second-factor"


@ON_SQLITE
@pytest.mark.parametrize(
    ("email", "password", "sentence"),
    [
        ("root", PASSWORD, "Enter an email address, like name@example.com."),
        ("taken@example.com", PASSWORD, "An account with this email address already exists."),
        ("root@example.com", "password1", "most common passwords"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(any_app, email, password, sentence):
    make_account(any_app, email="Taken@Example.com")

    answer = create(any_app, email=email, password=password)

    assert answer.exit_code != 0
    assert sentence in answer.output


def test_an_invitation_prints_its_link(any_app):
    answer = create(any_app, "--invite")
    path = re.fullmatch(r"http://127\.0\.0\.1:5000(/invitation/[\w-]{43})\n", answer.output)[1]

    assert any_app.test_client().get(path).status_code == 200


def test_accounts_are_listed_changed_disabled_and_enabled(any_app):
    make_account(any_app, Role.ADMIN)
    account = make_account(any_app, Role.MEMBER, "ada@example.com")
    client = signed_in(any_app.test_client(), account)

    assert run(any_app, "change-role", "ada@example.com", "ops").exit_code == 0
    assert run(any_app, "disable", account.public_id).exit_code == 0
    listed = run(any_app, "list").output

    assert re.search(rf"{account.public_id}  ops +disabled .*ada@example\.com", listed)
    assert client.get("/account").status_code in {302, 303}
    assert run(any_app, "enable", "ada@example.com").exit_code == 0
    assert AccountState.ACTIVE in run(any_app, "list").output.splitlines()[0]


def test_an_account_that_is_not_there_is_named_so(any_app):
    for account in ("nobody@example.com", "5f0e7d2c-5b3f-4a56-9d5e-0a8b5c9e1f00"):
        answer = run(any_app, "disable", account)
        assert answer.exit_code == 1
        assert "There is no" in answer.output


def test_who_lost_the_second_factor_sets_up_another(any_app):
    account = make_account(any_app, Role.ANALYST)

    assert run(any_app, "remove-second-factor", account.email).exit_code == 0

    client = any_app.test_client()
    known = type(account)(account.id, account.public_id, account.email, PASSWORD, None)
    assert sign_in_by_form(client, known).location == "/account/second-factor"
