"""What people may do with their data on the pages: choose, take a copy along, have it deleted. ACC-8, CAP-9"""

from __future__ import annotations

import json
import re
import zipfile
from io import BytesIO

import pytest
import sqlalchemy as sa

from backend.accounts.people.models import Account
from backend.accounts.permissions import Role
from backend.accounts.privacy.models import Consent
from backend.accounts.sign_in.models import SignIn
from backend.analytics.events.models import AnalyticsEvent
from backend.database import get_db_session
from backend.personal_data import DataClasses
from backend.plugins import get
from tests.accounts import PASSWORD, form_token, make_account, signed_in
from tests.conftest import close, make_app, make_settings

START = "/ai-job-impact-calculator"
EVENT = {"event_type": "button_pressed", "session_id": "s-1", "user_id": "somebody-else"}
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}
LASTING = "0190a0b0-0000-7000-8000-000000000000"


@pytest.fixture
def member(app):
    return make_account(app, Role.MEMBER)


@pytest.fixture
def inside(client, member):
    return signed_in(client, member)


def choose(client, choice, **more):
    form = {"csrf_token": form_token(client, "/privacy"), "choice": choice, **more}
    return client.post("/privacy", data=form, headers=OWN_PAGE)


def send(client, **headers):
    body = {"visitor_id": LASTING, "events": [EVENT]}
    return client.post("/api/analytics/event", json=body, headers=OWN_PAGE | headers).status_code


def kept(app):
    with app.app_context():
        row = get_db_session().scalars(sa.select(AnalyticsEvent)).one()
        return row.user_id, row.visitor_id == LASTING


def test_anyone_may_choose_and_choose_otherwise(client):
    assert "You haven’t chosen" in client.get("/privacy").text
    for choice, words in (("accepted", "You said yes on"), ("rejected", "You said no on")):
        answer = choose(client, choice)
        assert (answer.status_code, answer.location) == (303, "/privacy")
        assert re.fullmatch(rf"1\.{choice}\.\d+", client.get_cookie("mingus_consent").value)
        assert words in client.get("/privacy").text


def test_a_choice_that_is_none_is_asked_for_again(client):
    answer = choose(client, "maybe")

    assert answer.status_code == 422
    assert "<title>Error: Privacy" in answer.text
    assert client.get_cookie("mingus_consent") is None


@pytest.mark.parametrize("cookie", ["0.accepted.1763730000", "1.maybe.1763730000", "1.accepted", "", "1.accepted.x"])
def test_an_answer_to_another_question_is_none(client, cookie):
    client.set_cookie("mingus_consent", cookie)

    assert "You haven’t chosen" in client.get("/privacy").text


def test_the_answer_leads_back_to_the_page_it_was_given_on_and_nowhere_else(client):
    assert choose(client, "rejected", next=START).location == START
    assert choose(client, "rejected", next="//evil.example").location == "/privacy"


@pytest.mark.parametrize(
    ("choice", "headers", "expected"),
    [(None, {}, (None, False)), ("rejected", {}, (None, False)), ("accepted", {}, (None, True))],
)
def test_a_visitor_is_recognised_only_after_a_yes(app, client, choice, headers, expected):
    if choice:
        choose(client, choice)
    assert send(client, **headers) == 202

    assert kept(app) == expected


@pytest.mark.parametrize("signal", ["Sec-GPC", "DNT"])
def test_a_browser_that_says_no_counts_for_more_than_a_yes(app, client, signal):
    choose(client, "accepted")

    assert send(client, **{signal: "1"}) == 204
    assert "does as it says" not in client.get("/privacy", headers={signal: "1"}).text
    assert "Your browser asks not to be tracked" in client.get("/privacy", headers={signal: "1"}).text


@pytest.mark.parametrize("choice", [None, "rejected", "accepted"])
def test_visits_are_a_members_own_only_after_a_yes(app, inside, member, choice):
    if choice:
        choose(inside, choice)
    assert send(inside) == 202

    assert kept(app)[0] == (member.public_id if choice == "accepted" else None)


def test_a_no_on_one_device_counts_on_every_other(app, inside, member):
    choose(inside, "accepted")
    choose(signed_in(app.test_client(), member), "rejected")
    send(inside)

    assert kept(app)[0] is None
    with app.app_context():
        said = get_db_session().scalars(sa.select(Consent.choice).order_by(Consent.id)).all()
    assert said == ["accepted", "rejected"]


@pytest.mark.parametrize(("asks", "headers"), [(True, {}), (False, {"Sec-GPC": "1"}), (False, {"DNT": "1"})])
def test_the_question_shows_where_it_is_wanted_and_nobody_has_answered_it(instance, asks, headers):
    app = make_app(make_settings(instance, RECOGNISE_VISITORS=True))
    client = app.test_client()
    question = "May we recognize you"

    assert (question in client.get(START, headers=headers).text) is asks
    choose(client, "rejected")
    assert question not in client.get(START, headers=headers).text
    close(app)


def test_nobody_is_asked_who_need_not_be(client):
    assert "May we recognize you" not in client.get(START).text


def test_the_page_says_what_is_kept_and_for_how_long(client):
    page = client.get("/privacy").text

    assert "30 days after they end" in page
    assert all(word in page for word in ("Account", "Sign-ins", "API keys", "Events", "Audit log"))


def test_a_member_downloads_everything(inside, member):
    form = {"csrf_token": form_token(inside, "/account/export"), "form": "json"}
    answer = inside.post("/account/export", data=form)

    assert answer.headers["Content-Disposition"].startswith("attachment; filename=mingus-")
    assert answer.headers["Cache-Control"] == "no-store"
    assert json.loads(answer.data)["data"]["account"]["rows"][0]["email"] == member.email
    packed = inside.post("/account/export", data={**form, "form": "zip"})
    assert packed.mimetype == "application/zip"
    assert "account.csv" in zipfile.ZipFile(BytesIO(packed.data)).namelist()
    assert inside.post("/account/export", data={**form, "form": "pdf"}).status_code == 422


@pytest.mark.parametrize(("typed", "sentence"), [("", "Enter your password."), ("wrong", "That is not your password.")])
def test_nothing_is_deleted_without_the_password(app, inside, typed, sentence):
    form = {"csrf_token": form_token(inside, "/account/delete"), "password": typed}
    answer = inside.post("/account/delete", data=form)

    assert answer.status_code == 422
    assert answer.text.count(sentence) == 2
    assert "<title>Error: " in answer.text
    assert inside.get("/account/delete").status_code == 200


def test_who_deletes_their_account_is_out_in_every_browser(app, inside, member):
    other = signed_in(app.test_client(), member)
    form = {"csrf_token": form_token(inside, "/account/delete"), "password": PASSWORD}
    answer = inside.post("/account/delete", data=form, follow_redirects=True)

    assert "Your account is closed" in answer.text
    for client in (inside, other):
        assert client.get("/account", headers={"Accept": "application/json"}).status_code == 401
    with app.app_context():
        assert get_db_session().scalars(sa.select(Account.state)).all() == ["erasing"]
        assert get_db_session().scalars(sa.select(SignIn.id)).all() == []


def test_the_last_admin_cannot_delete_themselves_and_is_told_what_to_do(any_app):
    admin = make_account(any_app, Role.ADMIN)
    client = signed_in(any_app.test_client(), admin)
    form = {"csrf_token": form_token(client, "/account/delete"), "password": PASSWORD}

    answer = client.post("/account/delete", data=form)

    assert answer.status_code == 409
    assert "Make someone else an admin" in answer.text
    assert client.get("/account").status_code == 200
    make_account(any_app, Role.ADMIN)
    assert client.post("/account/delete", data=form).location == "/privacy"


@pytest.mark.parametrize("page", ["/account/export", "/account/delete"])
def test_these_pages_are_for_who_is_signed_in(client, page):
    assert client.get(page, headers={"Accept": "application/json"}).status_code == 401


def test_the_page_lists_all_that_is_kept_with_what_everybody_leaves_first(app, client):
    page = client.get("/privacy").text
    kept = page[page.index('id="kept-h"') : page.index('id="browser-h"')]

    headings = ["If you use the calculator", "If you have an account", "Behind the scenes"]
    places = [kept.index(heading) for heading in headings]
    assert places == sorted(places)
    with app.app_context():
        assert set(re.findall(r'row__name">([^<]+)<', kept)) == {one.title for one in get(DataClasses)}
    assert kept.index(">Visits<") < kept.index(">Account<") < kept.index(">Audit log<")


def test_an_address_that_leads_nowhere_offers_a_search_for_a_job(client):
    page = client.get("/nowhere", headers={"Accept": "text/html"})

    assert page.status_code == 404
    assert 'action="/jobs' in page.text
