"""Where letters are files, a page that speaks of one leads to it, for the browser that caused it, on its machine."""

from __future__ import annotations

import re
from time import time

import pytest

from backend.accounts.people.service import Accounts
from backend.accounts.permissions import Role
from backend.plugins import get
from backend.routes import caused_letters
from tests.accounts import BROWSER, PASSWORD, form_token, make_account, signed_in
from tests.conftest import close, make_app, make_settings
from tests.letters import deliver

ADDRESS = "ada@example.com"
PRODUCTION = {"MINGUS_ENV": "production", "PUBLIC_URL": "https://mingus.example"}
OPEN = re.compile(r'href="(/letters/[0-9a-f]{32})"[^>]*>Open the email</a>')


def post(client, path, page=None, **form):
    data = {"csrf_token": form_token(client, page or path), **form}
    return client.post(path, data=data, headers=BROWSER, follow_redirects=True).text


def led_to(client, page):
    """The letter that a page leads to, once it is delivered."""
    [address] = OPEN.findall(page)
    deliver(client.application)
    return client.get(address, headers=BROWSER).text


def sign_up(client, email=ADDRESS):
    return post(client, "/sign-up", email=email, password=PASSWORD)


def test_signing_up_leads_to_the_letter_and_the_letter_to_the_account(client):
    page = sign_up(client)

    letter = led_to(client, page)

    assert "We sent an email" not in page
    assert "<h1>Confirm your email address for Mingus</h1>" in letter
    assert f"To {ADDRESS}" in letter
    link = re.search(r'href="http://127.0.0.1:5000(/verify/[\w-]+)"', letter)[1]
    assert client.get(link, headers=BROWSER).status_code == 200


@pytest.mark.parametrize("state", ["active", "invited"])
def test_so_does_asking_for_a_new_password(app, client, state):
    if state == "active":
        make_account(app, Role.MEMBER, ADDRESS)
    else:
        with app.app_context():
            get(Accounts).invite("cli", ADDRESS, Role.ANALYST)
            deliver(app)

    letter = led_to(client, post(client, "/reset", email=ADDRESS))

    assert re.search(r"/reset/[\w-]{43}" if state == "active" else r"/invitation/[\w-]{43}", letter)


def test_so_does_asking_for_another_address(app):
    client = signed_in(app.test_client(), make_account(app, Role.MEMBER))

    letter = led_to(client, post(client, "/account/email", email="new@example.com", password=PASSWORD))

    assert "To new@example.com" in letter


def test_so_does_inviting_and_each_letter_stays_the_one_of_its_page(app):
    client = signed_in(app.test_client(), make_account(app, Role.ADMIN))
    pages = [
        post(client, "/admin/accounts/invite", email=email, role="analyst") for email in (ADDRESS, "bob@example.com")
    ]

    read = [led_to(client, page) for page in pages]

    assert [f"To {ADDRESS}" in letter for letter in read] == [True, False]


def test_so_does_a_change_of_role(app):
    client, other = signed_in(app.test_client(), make_account(app, Role.ADMIN)), make_account(app, Role.ANALYST)
    account = f"/admin/accounts/{other.public_id}"

    letter = led_to(client, post(client, f"{account}/role", account, role="ops"))

    assert f"To {other.email}" in letter


def test_so_does_the_last_letter_before_an_account_goes(app):
    client = signed_in(app.test_client(), make_account(app, Role.MEMBER, ADDRESS))

    assert f"To {ADDRESS}" in led_to(client, post(client, "/account/delete", password=PASSWORD))


def test_until_background_work_has_written_it_the_page_looks_again(client, monkeypatch):
    [address] = OPEN.findall(sign_up(client))

    early = client.get(address, headers=BROWSER)
    monkeypatch.setattr(caused_letters, "time", lambda: time() + 91)
    late = client.get(address, headers=BROWSER)

    assert ("being written" in early.text, early.headers["Refresh"]) == (True, "1")
    assert ("didn’t arrive" in late.text, "Refresh" in late.headers) == (True, False)


def test_nobody_else_opens_it(app, client, monkeypatch):
    [address] = OPEN.findall(sign_up(client))
    other = app.test_client()
    sign_up(other, "bob@example.com")

    assert other.get(address).status_code == 404
    assert client.get(address, environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 404
    assert client.get("/letters/*").status_code == 404
    monkeypatch.setattr(caused_letters, "time", lambda: time() + 3601)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("given", "status"),
    [(PRODUCTION, 404), ({"HOST": "0.0.0.0"}, 404), ({"SMTP_HOST": "mail.example"}, 404)],
)
def test_where_others_reach_the_server_or_letters_are_mailed_no_page_leads_to_one(instance, given, status):
    local = make_app(make_settings(instance))
    client = local.test_client()
    [address] = OPEN.findall(sign_up(client))
    with client.session_transaction() as cookie:
        caused = cookie["letters"]
    app = make_app(make_settings(instance, **given))
    there, site = app.test_client(), {"base_url": "https://mingus.example"}
    with there.session_transaction(**site) as cookie:
        cookie["letters"] = caused

    assert there.get(address, **site).status_code == status
    assert not OPEN.findall(there.get("/sign-up/sent", headers=BROWSER, **site).text)
    close(app)
    close(local)


@pytest.mark.parametrize("page", ["/sign-up/sent", "/reset/sent"])
@pytest.mark.parametrize(("given", "mailed"), [({}, False), ({"SMTP_HOST": "mail.example"}, True), (PRODUCTION, True)])
def test_a_page_claims_that_a_letter_was_mailed_only_where_letters_are(instance, page, given, mailed):
    app = make_app(make_settings(instance, **given))

    answer = app.test_client().get(page, headers=BROWSER, base_url="https://mingus.example").text
    close(app)

    assert ("we sent an email to" in answer.lower(), "Check your email" in answer) == (mailed, mailed)
