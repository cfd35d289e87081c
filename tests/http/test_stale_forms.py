"""Check 18: a form that was left open is not taken, and its page comes again with what was typed, but no secrets."""

from __future__ import annotations

import pytest

from backend.accounts.permissions import Role
from tests.accounts import BROWSER, PASSWORD, form_token, make_account, sign_in_by_form, signed_in
from tests.http.visiting import SALARY, Visitor

LEFT_OPEN = "This page was open for too long, or you signed in or out meanwhile"


def send(client, path, **form):
    return client.post(path, data={"csrf_token": "of yesterday", **form}, headers=BROWSER)


@pytest.mark.parametrize("path", ["/sign-in", "/sign-up", "/reset"])
def test_the_page_comes_again_with_what_was_typed_but_the_password(client, path):
    client.get(path)

    answer = send(client, path, email="ada@example.com", password=PASSWORD, next="/account/email")

    assert answer.status_code == 400
    assert answer.text.count(LEFT_OPEN) == 1
    assert 'value="ada@example.com"' in answer.text
    assert PASSWORD not in answer.text
    assert ('value="/account/email"' in answer.text) == (path == "/sign-in")
    assert 'role="status"' in answer.text


def test_the_form_that_came_again_is_taken(app, client):
    member = make_account(app, Role.MEMBER)
    send(client, "/sign-in", email=member.email)

    assert sign_in_by_form(client, member).location == "/account"


def test_a_browser_without_cookies_is_told_of_them(client):
    assert "your browser blocks cookies for this site" in send(client, "/sign-in", email="a@b.org").text


@pytest.mark.parametrize(
    ("path", "onward", "led_to"),
    [
        ("/sign-in", "", "/analytics"),
        ("/sign-in", "/account/keys", "/account/keys"),
        ("/sign-in", "//evil.example", "/analytics"),
        ("/sign-up", "", "/account"),
        ("/sign-in/code", "/account/keys", "/account/keys"),
    ],
)
def test_whoever_signed_in_in_another_tab_is_led_on(app, client, path, onward, led_to):
    signed_in(client, make_account(app, Role.ANALYST))

    answer = send(client, path, email="ada@example.com", password=PASSWORD, next=onward)

    assert (answer.status_code, answer.location) == (303, led_to)
    page = client.get(answer.location, headers=BROWSER, follow_redirects=True).text
    assert "You signed in meanwhile, so this form was not sent." in page
    assert "Sign out" in page


def test_the_code_is_asked_for_of_whoever_is_half_way(app, client):
    analyst = make_account(app, Role.ANALYST)
    known = {"email": analyst.email, "password": analyst.password, "csrf_token": form_token(client)}
    client.post("/sign-in", data=known, headers=BROWSER)

    assert send(client, "/sign-in", email=analyst.email).location == "/sign-in/code"
    assert LEFT_OPEN in send(client, "/sign-in/code", code=analyst.code()).text


def test_the_forms_of_a_signed_in_person_come_again_too(app, client):
    admin = make_account(app, Role.ADMIN)
    signed_in(client, admin)

    invited = send(client, "/admin/accounts/invite", email="new@example.com", role="ops")
    key = send(client, "/account/keys", name="Weekly report", scopes="events:write", days="30")
    disabled = send(client, f"/admin/accounts/{make_account(app).public_id}/disable")

    assert (invited.status_code, key.status_code, disabled.status_code) == (400, 400, 303)
    assert 'value="new@example.com"' in invited.text
    assert 'value="ops" checked' in invited.text
    assert 'value="Weekly report"' in key.text
    assert 'value="events:write" checked' in key.text
    assert LEFT_OPEN in client.get(disabled.location, headers=BROWSER).text


def test_pay_and_roles_come_again_on_the_pages_that_their_forms_are_part_of(app, client):
    visitor = Visitor(client)
    visitor.finish()
    pay = send(client, f"{visitor.result}/pay", salary=SALARY)
    signed_in(client, make_account(app, Role.ADMIN))
    role = send(client, f"/admin/accounts/{make_account(app, Role.MEMBER).public_id}/role", role="ops")

    assert (pay.status_code, role.status_code) == (400, 400)
    assert pay.text.count(LEFT_OPEN) == role.text.count(LEFT_OPEN) == 1
    assert "Your pay was not compared" in pay.text
    assert f'value="{SALARY}"' in pay.text
    assert "earn less" not in pay.text
    assert 'value="ops" checked' in role.text


def test_what_has_no_page_of_its_own_leads_back_to_where_it_was(app, client):
    signed_in(client, make_account(app, Role.MEMBER))
    sent = {**BROWSER, "Referer": "http://localhost/account"}

    answer = client.post("/account/sign-ins/end-others", data={"csrf_token": "x"}, headers=sent)

    assert answer.status_code == 400
    assert "Nothing was changed" in answer.text
    assert 'href="/account">Back to the page' in answer.text


@pytest.mark.parametrize("path", ["/verify/x", "/invitation/x", "/reset/x", "/email/x"])
def test_a_link_that_is_gone_says_so(client, path):
    answer = send(client, path, password=PASSWORD)

    assert answer.status_code == 404
    assert "This link no longer works" in answer.text


def test_a_page_that_wants_a_fresh_password_is_not_shown_without_one(app, client):
    signed_in(client, make_account(app, Role.ANALYST))

    assert "Nothing was changed" in send(client, "/account/recovery-codes").text


def test_a_question_comes_again_with_its_answer(client):
    answer = send(client, "/ai-job-impact-calculator", job_title="staff nurse")

    assert answer.status_code == 400
    assert "staff nurse" in answer.text
    assert "Send the form again." in answer.text
