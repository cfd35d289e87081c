"""A lost master key is said wherever it matters: nobody's data is taken under another one, and no page breaks. ACC-9"""

from __future__ import annotations

import json

import pytest
from pydantic import SecretStr

from backend.app_role import UNHELD
from backend.extensions import db
from backend.plugins import KEY
from backend.vault.key_checks import CHANGED
from backend.vault.service import LOST
from backend.vault.store import DataKeyStore
from tests.accounts import BROWSER, form_token, make_account, sign_in_by_form, signed_in
from tests.conftest import MASTER_KEY, as_role, close, make_app, make_settings, of_postgresql

OTHER = "another secret and as long as it has to be"


@pytest.fixture
def account(any_app):
    return make_account(any_app)


@pytest.fixture
def restarted(any_app, account, tmp_path):
    """The same installation, started again with other secrets."""
    started = []

    def start(**secrets):
        given = {name: SecretStr(text) for name, text in secrets.items()}
        url = any_app.config["SQLALCHEMY_DATABASE_URI"]
        started.append(make_app(make_settings(tmp_path, DATABASE_URL=SecretStr(url), **given)))
        return started[-1]

    yield start
    for app in started:
        close(app)


def readiness(app):
    answer = app.test_client().get("/health/ready")
    return answer.status_code, answer.json["parts"]["master_key"]["reason"]


def test_readiness_tells_of_a_lost_master_key_and_of_no_other(any_app, restarted):
    assert readiness(any_app) == (200, "")
    assert readiness(restarted(MASTER_KEY=OTHER)) == (503, LOST)
    assert readiness(restarted(MASTER_KEY=OTHER, MASTER_KEYS_BEFORE=MASTER_KEY)) == (200, "")


def test_each_process_says_so_as_it_begins(restarted, capsys):
    app = restarted(MASTER_KEY=OTHER)
    app.extensions[KEY].start(warm=False)
    app.extensions[KEY].stop()

    [line] = capsys.readouterr().err.splitlines()
    assert (json.loads(line)["level"], json.loads(line)["message"]) == ("CRITICAL", LOST)


def test_a_right_code_is_answered_with_a_sentence_and_the_page_of_an_account_goes_without_its_address(
    restarted, account
):
    app = restarted(MASTER_KEY=OTHER)
    by_form = sign_in_by_form(app.test_client(), account)
    page = signed_in(app.test_client(), account).get("/account", headers=BROWSER)

    assert by_form.status_code == 503
    assert "is encrypted and cannot be decrypted right now" in by_form.text
    assert (page.status_code, account.email in page.text) == (200, False)


def test_programs_get_a_problem(restarted, account):
    body = {"email": account.email, "password": account.password, "code": account.code()}
    answer = restarted(MASTER_KEY=OTHER).test_client().post("/api/v1/auth/login", json=body)

    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")


def test_nobody_signs_up_under_another_master_key(restarted):
    client = restarted(MASTER_KEY=OTHER).test_client()
    form = {
        "csrf_token": form_token(client, "/sign-up"),
        "email": "new@example.com",
        "password": "a horse that staples",
    }
    answer = client.post("/sign-up", data=form, headers=BROWSER)

    assert answer.status_code == 503
    with client.application.app_context():
        assert len(set(DataKeyStore(db.session()).master_keys())) == 1


@pytest.mark.parametrize(
    "command", ["accounts create --email a@example.com --role admin --invite", "privacy rotate", "privacy reindex"]
)
def test_commands_that_need_it_say_what_to_do(restarted, command):
    said = restarted(MASTER_KEY=OTHER).test_cli_runner().invoke(args=command.split())

    assert (said.exit_code, said.output) == (1, f"Error: {LOST}\n")


def test_the_names_of_all_master_keys_in_use_are_known(any_app, restarted):
    make_account(restarted(MASTER_KEY=OTHER, MASTER_KEYS_BEFORE=MASTER_KEY))
    with any_app.app_context():
        assert len(list(DataKeyStore(db.session()).master_keys())) == 2


@pytest.mark.parametrize("name", ["SECRET_KEY", "AUDIT_KEY"])
def test_another_secret_than_the_database_was_used_with_is_told(restarted, capsys, name):
    before = restarted()
    begin(before)
    assert secrets_part(before)["ok"]

    app = restarted(**{name: OTHER})
    begin(app)

    [line] = capsys.readouterr().err.splitlines()
    assert (json.loads(line)["level"], json.loads(line)["message"]) == ("CRITICAL", CHANGED[name])
    assert secrets_part(app) == {"ok": False, "reason": CHANGED[name], "vital": False}


def test_a_secret_key_that_was_changed_on_purpose_is_the_right_one_after_reindexing(restarted):
    before = restarted()
    begin(before)
    app = restarted(SECRET_KEY=OTHER)
    assert app.test_cli_runner().invoke(args=["privacy", "reindex"]).exit_code == 0

    assert secrets_part(app)["ok"]
    assert not secrets_part(before)["ok"]


def begin(app):
    app.extensions[KEY].start(warm=False)
    app.extensions[KEY].stop()


def secrets_part(app):
    return app.test_client().get("/health/").json["parts"]["secrets"]


@pytest.mark.parametrize(("role", "held"), [("app", True), ("owner", False), ("mingus", False)])
def test_in_production_a_role_that_row_level_security_does_not_hold_is_told(
    postgresql_url, tmp_path, capsys, role, held
):
    given = of_postgresql(postgresql_url) | {"DATABASE_URL": SecretStr(as_role(role, postgresql_url))}
    app = make_app(make_settings(tmp_path, MINGUS_ENV="production", PUBLIC_URL="https://mingus.example", **given))
    app.extensions[KEY].start(warm=False)
    app.extensions[KEY].stop()
    answer = app.test_client().get("/health/", base_url="https://mingus.example")
    close(app)

    told = UNHELD in capsys.readouterr().err
    assert answer.status_code == 200
    assert answer.json["parts"]["row_security"]["ok"] is held
    assert told is not held
