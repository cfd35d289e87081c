"""ACC-2, ACC-7: admins see who has an account and say what each may do; every look and every change is remembered."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from sqlalchemy import delete, select

from backend.accounts.people import directory
from backend.accounts.people.models import Account, AccountState
from backend.accounts.permissions import Role, Scope
from backend.accounts.privacy.erasure import Erasures
from backend.audit.models import AuditEntry
from backend.database import get_db_session
from backend.jobs.models import Job
from backend.plugins import get
from backend.vault.models import DataKey
from tests.accounts import BROWSER, form_token, make_account, signed_in
from tests.conftest import ON_SQLITE, make_app, make_settings
from tests.http.test_account_page import age_proof, told

ACCOUNTS = "/admin/accounts"
DEEDS = ("role", "disable", "enable", "end-sign-ins", "invitation")


@pytest.fixture
def admin(any_app):
    return make_account(any_app, Role.ADMIN)


@pytest.fixture
def browser(any_app, admin):
    return signed_in(any_app.test_client(), admin)


@pytest.fixture
def other(any_app):
    return make_account(any_app, Role.ANALYST)


def post(client, path, **form):
    return client.post(path, data={"csrf_token": form_token(client, f"{ACCOUNTS}/invite"), **form}, headers=BROWSER)


def page_of(account):
    return f"{ACCOUNTS}/{account.public_id}"


def stored(app, account):
    with app.app_context():
        row = get_db_session().get_one(Account, account.id)
        return row.role, row.state, row.epoch


def remembered(app):
    with app.app_context():
        entries = get_db_session().scalars(select(AuditEntry).order_by(AuditEntry.number))
        return [(entry.actor, entry.action, entry.object) for entry in entries]


def looks(app):
    with app.app_context():
        entries = get_db_session().scalars(select(AuditEntry).order_by(AuditEntry.number))
        return [(entry.actor, entry.action, entry.details) for entry in entries]


def jobs(app):
    with app.app_context():
        return get_db_session().scalars(select(Job.kind).order_by(Job.id)).all()


@pytest.mark.parametrize("role", [role for role in Role if Scope.ACCOUNTS_MANAGE not in role.scopes])
def test_only_admins_see_accounts(app, role):
    client = signed_in(app.test_client(), make_account(app, role))

    assert client.get(ACCOUNTS, headers=BROWSER).status_code == 403
    assert (
        client.post(f"{ACCOUNTS}/invite", data={"csrf_token": form_token(client, "/account/password")}).status_code
        == 403
    )


def test_the_list_shows_who_may_do_what(any_app, browser, admin, other):
    make_account(any_app, Role.OPS, two_factor=False, state=AccountState.INVITED)

    page = told(browser, ACCOUNTS)

    assert "3 accounts" in page
    assert f"{other.email} Analyst Active On" in page
    assert "Operations Invited Not set up" in page
    assert f"{admin.email} Admin Active On" in page


def test_each_look_is_remembered_without_saying_who_was_looked_for(any_app, browser, admin, other):
    for path in (ACCOUNTS, f"{ACCOUNTS}?q={other.email}", page_of(other)):
        assert browser.get(path, headers=BROWSER).status_code == 200

    assert remembered(any_app) == [
        (admin.name, "accounts.read", "accounts:all"),
        (admin.name, "accounts.read", "accounts:one"),
        (admin.name, "account.read", other.name),
    ]


def test_an_account_is_found_by_its_whole_address_or_its_id(browser, other):
    for text in (other.email, f"  {other.email.upper()} ", other.public_id, other.name):
        page = browser.get(ACCOUNTS, query_string={"q": text}, headers=BROWSER).text
        assert page.count(f'href="{page_of(other)}"') == 1


def test_accounts_are_found_by_part_of_their_address_their_role_and_their_state(any_app, browser, admin, other):
    invited = make_account(any_app, Role.OPS, two_factor=False, state=AccountState.INVITED)

    def listed(**asked):
        page = browser.get(ACCOUNTS, query_string=asked, headers=BROWSER).text
        return set(re.findall(r'href="/admin/accounts/([0-9a-f-]{36})"', page))

    assert listed(q=other.email.split("@")[0].upper()) == {str(other.public_id)}
    assert listed(q="@") == {str(one.public_id) for one in (admin, other, invited)}
    assert listed(role="ops") == listed(state="invited") == {str(invited.public_id)}
    assert listed(q="@", role="ops", state="active") == set()
    entry = [details for _, action, details in looks(any_app) if action == "accounts.read"][-1]
    assert entry == {"page": 1, "by_role": "ops", "by_state": "active"}


@pytest.mark.usefixtures("other")
def test_a_search_says_how_many_accounts_it_did_not_read(browser, admin, monkeypatch):
    monkeypatch.setattr(directory, "MOST_READ", 1)

    page = told(browser, f"{ACCOUNTS}?q={admin.email.split('@')[0]}")

    assert "1 older one was not searched" in page


@ON_SQLITE
@pytest.mark.parametrize(
    ("asked", "status", "words"),
    [
        ({"q": "nobody@example.com"}, 200, "No matching accounts"),
        ({"q": "7d8f3c52-1f0e-4a7b-9d65-0c2b6a41e8f3"}, 200, "No matching accounts"),
        ({"q": "half-an-address"}, 200, "No matching accounts"),
        ({"q": "x" * 5000}, 422, "Enter an email address, part of one, or an account ID: up to 254 characters."),
        ({"q": "a\0b"}, 422, "Enter an email address, part of one, or an account ID: up to 254 characters."),
        ({"role": "king", "state": "gone"}, 422, "Choose a role from the list."),
        ({"role": "king", "state": "gone"}, 422, "Choose a state from the list."),
    ],
)
def test_what_cannot_be_found_is_said(browser, asked, status, words):
    answer = browser.get(ACCOUNTS, query_string=asked, headers=BROWSER)

    assert answer.status_code == status
    assert words in answer.text
    assert ("<title>Error: " in answer.text) == (status == 422)


def test_a_long_list_comes_in_pages(any_app, browser):
    for _ in range(26):
        make_account(any_app, Role.MEMBER)

    first, second = (browser.get(f"{ACCOUNTS}?page={n}", headers=BROWSER).text for n in (1, 2))
    links = [set(re.findall(r'href="(/admin/accounts/[0-9a-f-]{36})"', page)) for page in (first, second)]

    assert [len(found) for found in links] == [25, 2]
    assert links[0].isdisjoint(links[1])
    assert "Page 1 of 2" in first
    assert "Nothing on this page" in told(browser, f"{ACCOUNTS}?page=9")
    assert browser.get(f"{ACCOUNTS}?page=-1e9", headers=BROWSER).status_code == 200


@ON_SQLITE
def test_an_account_nobody_has_is_not_there(browser):
    assert browser.get(f"{ACCOUNTS}/{uuid4()}", headers=BROWSER).status_code == 404
    assert browser.get(f"{ACCOUNTS}/7", headers=BROWSER).status_code == 404
    assert post(browser, f"{ACCOUNTS}/{uuid4()}/role", role="admin").status_code == 404


def test_an_invitation_makes_an_account_and_can_be_sent_again(any_app, browser, admin):
    answer = post(browser, f"{ACCOUNTS}/invite", email="new@example.com", role="analyst")

    assert (answer.status_code, answer.location) == (303, ACCOUNTS)
    page = told(browser, f"{ACCOUNTS}?q=new@example.com")
    assert "the invitation for new@example.com was saved as a file" in page
    assert "Analyst Invited" in page
    [found] = re.findall(r'href="(/admin/accounts/[0-9a-f-]{36})"', browser.get(f"{ACCOUNTS}?q=new@example.com").text)
    assert post(browser, f"{found}/invitation").location == found
    assert [deed for actor, deed, _ in remembered(any_app) if actor == admin.name].count("account.invited") == 2


@ON_SQLITE
@pytest.mark.parametrize(
    ("form", "messages"),
    [
        ({}, ["Enter an email address, like name@example.com.", "Choose a role."]),
        (
            {"email": "no address", "role": "king"},
            ["Enter an email address, like name@example.com.", "Choose a role."],
        ),
    ],
)
def test_a_bad_invitation_is_told_beside_each_field(browser, form, messages):
    answer = post(browser, f"{ACCOUNTS}/invite", **form)

    assert answer.status_code == 422
    assert [answer.text.count(message) for message in messages] == [2] * len(messages)
    assert f'value="{form.get("email", "")}"' in answer.text


def test_nobody_is_invited_twice(browser, other):
    answer = post(browser, f"{ACCOUNTS}/invite", email=other.email.upper(), role="ops")

    assert answer.status_code == 422
    assert "An account with this email address already exists." in answer.text


def test_a_role_change_ends_what_the_role_before_had_opened(any_app, browser, other):
    theirs = signed_in(any_app.test_client(), other)

    assert post(browser, f"{page_of(other)}/role", role="experimenter").location == page_of(other)

    assert stored(any_app, other)[0] == "experimenter"
    assert theirs.get("/account", headers=BROWSER).status_code == 303
    assert "The role is now: Experimenter." in told(browser, page_of(other))


def test_a_disabled_account_is_shut_until_it_is_enabled(any_app, browser, other):
    theirs = signed_in(any_app.test_client(), other)

    post(browser, f"{page_of(other)}/disable")
    assert theirs.get("/account", headers=BROWSER).status_code == 303
    assert stored(any_app, other)[1] == "disabled"
    assert "Disabled" in told(browser, page_of(other))

    post(browser, f"{page_of(other)}/enable")
    assert stored(any_app, other)[1] == "active"
    assert signed_in(any_app.test_client(), other).get("/account", headers=BROWSER).status_code == 200


def test_an_admin_can_sign_somebody_out_everywhere(any_app, browser, other):
    theirs = signed_in(any_app.test_client(), other)

    post(browser, f"{page_of(other)}/end-sign-ins")

    assert theirs.get("/account", headers=BROWSER).status_code == 303


def test_an_account_that_is_being_deleted_stays_shut_and_says_so(any_app, browser, other):
    """Whatever an admin does to it, at the page or with one that was open before."""
    with any_app.app_context():
        get(Erasures).ask(other.id)
    before, waiting = stored(any_app, other), jobs(any_app)

    page = told(browser, page_of(other))
    answers = [post(browser, f"{page_of(other)}/{deed}", role="ops") for deed in DEEDS]

    due = r"[A-Z][a-z]+ \d+, \d{4}, \d+:\d\d [AP]M \w+"
    assert re.search(rf"This account is being deleted .* Its data will be deleted soon after {due}", page)
    assert "Nothing in it has been deleted" not in page
    assert 'action="/admin' not in browser.get(page_of(other), headers=BROWSER).text
    assert {answer.status_code for answer in answers} == {409}
    assert all("This account is being deleted and can no longer be changed" in answer.text for answer in answers)
    assert (stored(any_app, other), jobs(any_app)) == (before, waiting)
    assert "Being deleted" in told(browser, ACCOUNTS)


@pytest.mark.parametrize("command", ["accounts remove-second-factor", "accounts enable", "keys create --account"])
def test_the_shell_leaves_an_account_alone_that_is_being_deleted(any_app, other, command):
    with any_app.app_context():
        get(Erasures).ask(other.id)
    more = ["--name", "x", "--scope", "dashboards:read"] if command.startswith("keys") else []

    answer = any_app.test_cli_runner().invoke(args=[*command.split(), other.public_id, *more])

    assert answer.exit_code == 1
    assert "Error: This account is being deleted and can no longer be changed." in answer.output


def test_an_account_whose_key_is_lost_is_listed_and_managed(any_app, browser, admin, other):
    theirs = signed_in(any_app.test_client(), other)
    with any_app.app_context():
        get_db_session().execute(delete(DataKey).where(DataKey.account_id == other.id))
        get_db_session().commit()

    listed = told(browser, ACCOUNTS)
    assert f"Address can’t be read {other.public_id} Analyst Active" in listed
    assert admin.email in listed
    assert "Account with an unreadable address" in told(browser, page_of(other))
    assert "Can’t be read" in told(theirs)
    assert {theirs.get(f"/account/{page}").status_code for page in ("email", "password", "delete", "export")} == {200}
    form = {"csrf_token": form_token(theirs, "/account/export"), "form": "json"}
    assert theirs.post("/account/export", data=form).json["data"]["account"]["rows"][0]["email"] is None
    assert post(browser, f"{page_of(other)}/role", role="ops").status_code == 303
    assert stored(any_app, other)[0] == "ops"


@pytest.mark.parametrize("address", ["/admin", "/admin/"])
@pytest.mark.parametrize("role", Role)
def test_admin_leads_to_the_first_page_one_may_see(app, role, address):
    client = signed_in(app.test_client(), make_account(app, role))
    seen = [page for page in (ACCOUNTS, "/admin/audit", "/admin/jobs") if client.get(page).status_code == 200]

    answer = client.get(address, headers=BROWSER)

    assert (answer.status_code, answer.location) == ((303, seen[0]) if seen else (403, None))


@pytest.mark.parametrize("address", ["/admin", "/admin/"])
def test_admin_asks_strangers_to_sign_in_and_keeps_other_networks_out(app, instance, address):
    answer = app.test_client().get(address, headers=BROWSER)
    assert answer.location == app.test_client().get(ACCOUNTS, headers=BROWSER).location.replace(ACCOUNTS, address)
    guarded = make_app(make_settings(instance, ADMIN_NETWORKS="10.0.0.0/8"))

    assert signed_in(guarded.test_client(), make_account(guarded, Role.OPS)).get(address).status_code == 403


@pytest.mark.parametrize(("deed", "form"), [("role", {"role": "member"}), ("disable", {})])
def test_no_admin_does_it_to_themselves(any_app, browser, admin, deed, form):
    """So that the last admin stays one, too."""
    before = stored(any_app, admin)

    answer = post(browser, f"{page_of(admin)}/{deed}", **form)

    assert answer.status_code == 409
    assert "This is your own account. Ask another admin to do this." in answer.text
    assert stored(any_app, admin) == before
    assert "This is your own account" in told(browser, page_of(admin))


@pytest.mark.parametrize("deed", DEEDS)
def test_every_deed_wants_a_fresh_password(app, deed):
    """And the address of its form leads back to the account."""
    admin, other = make_account(app, Role.ADMIN), make_account(app, Role.ANALYST)
    client = signed_in(app.test_client(), admin)
    age_proof(app, admin)
    before = stored(app, other)

    answer = post(client, f"{page_of(other)}/{deed}", role="admin")

    assert answer.status_code == 403
    assert "Enter your password again" in answer.text
    assert stored(app, other) == before
    assert client.get(f"{page_of(other)}/{deed}").location == page_of(other)


@ON_SQLITE
def test_fields_that_no_form_has_change_nothing(any_app, browser, other):
    """Check 26."""
    extra = {
        "state": "disabled",
        "epoch": "99",
        "id": "1",
        "public_id": str(uuid4()),
        "plan": "pro",
        "email": "x@y.example",
    }

    post(browser, f"{page_of(other)}/role", role="ops", **extra)

    assert stored(any_app, other) == ("ops", "active", 2)
    assert other.email in told(browser, page_of(other))


def test_two_admins_who_take_each_others_role_at_once_leave_one(any_app):
    """One is first; the other is told no, and nobody waits for ever."""
    admins = [make_account(any_app, Role.ADMIN) for _ in range(2)]
    clients = [signed_in(any_app.test_client(), admin) for admin in admins]
    tokens = [form_token(client, f"{ACCOUNTS}/invite") for client in clients]
    barrier = Barrier(2)

    def take(client, token, other):
        barrier.wait()
        form = {"csrf_token": token, "role": "member"}
        return client.post(f"{page_of(other)}/role", data=form, headers=BROWSER).status_code

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(take, clients, tokens, reversed(admins)))

    assert answers[0] == 303
    assert answers[1] in {303, 403, 409}  # 303: led to sign in, the role and with it the sign-in being gone
    assert sorted(stored(any_app, admin)[0] for admin in admins) == ["admin", "member"]
