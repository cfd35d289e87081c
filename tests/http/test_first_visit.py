"""The page of a first visit is made once; whoever has something about them gets a page of their own."""

from __future__ import annotations

import re

import pytest

from backend.accounts.permissions import Role
from tests.accounts import BROWSER, form_token, make_account, sign_in_by_form

NONCE, TOKEN = re.compile(r'nonce="([^"]+)"'), re.compile(r'name="csrf_token" value="([^"]+)"')


def without_secrets(page):
    return TOKEN.sub("token", NONCE.sub("nonce", page))


@pytest.mark.parametrize("path", ["/", "/ai-job-impact-calculator"])
def test_all_first_visits_get_the_same_page_with_secrets_of_their_own(app, path):
    first, second = (app.test_client().get(path) for _ in range(2))

    assert without_secrets(first.text) == without_secrets(second.text)
    for secret in (NONCE, TOKEN):
        assert set(secret.findall(first.text)).isdisjoint(secret.findall(second.text))
    for response in (first, second):
        assert {f"'nonce-{nonce}'" for nonce in NONCE.findall(response.text)} <= {
            *re.findall(r"'nonce-[^']+'", response.headers["Content-Security-Policy"])
        }


def test_the_form_of_a_remembered_page_is_taken(app):
    app.test_client().get("/")
    visitor = app.test_client()
    form = {"csrf_token": form_token(visitor, "/"), "job_title": "nurse", "occupation": "29-1141"}
    answer = visitor.post("/ai-job-impact-calculator", data=form, headers=BROWSER)

    assert answer.status_code == 303


def test_a_page_is_remembered_for_nobody_who_can_be_told_apart(app):
    everybodys = without_secrets(app.test_client().get("/").text)
    member = app.test_client()
    sign_in_by_form(member, make_account(app, Role.MEMBER))
    searching = app.test_client().get("/?q=nurse")

    assert "Sign in" in everybodys
    assert "Sign in</a>" not in member.get("/").text
    assert 'value="nurse"' in searching.text
    assert without_secrets(app.test_client().get("/").text) == everybodys


def test_who_asks_not_to_be_tracked_is_not_asked_for_consent_by_a_remembered_page(app):
    app.config["RECOGNISE_VISITORS"] = True
    asked = app.test_client().get("/")
    private = app.test_client().get("/", headers={"Sec-GPC": "1"})

    assert ("Yes, you may" in asked.text, "Yes, you may" in private.text) == (True, False)
