"""ACC-4: the page where people make, see and revoke API keys of their own. It works without JavaScript."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backend.accounts.keys.models import StoredKey
from backend.accounts.permissions import Role, Scope
from backend.accounts.sign_in.models import SignIn
from backend.audit.models import AuditEntry
from backend.clock import utc_now
from backend.database import get_db_session
from tests.accounts import BROWSER, form_token, make_account, signed_in
from tests.conftest import ON_SQLITE, close, make_app, make_settings
from tests.servers import redis

KEYS, FUNNEL = "/account/keys", "/api/analytics/dashboard/funnel"
GOOD = {"name": "Weekly report", "scopes": ["dashboards:read"], "days": "90", "per_hour": "100"}


@pytest.fixture
def analyst(any_app):
    return make_account(any_app, Role.ANALYST)


@pytest.fixture
def browser(any_app, analyst):
    return signed_in(any_app.test_client(), analyst)


def post(client, path=KEYS, **form):
    return client.post(path, data={"csrf_token": form_token(client, KEYS), **form}, headers=BROWSER)


def made_key(answer):
    return re.search(r"mgs_live_\w{58}", answer.text)[0]


def asks(app, key):
    return app.test_client().get(FUNNEL, headers={"Authorization": f"Bearer {key}"}).status_code


def rows(app):
    with app.app_context():
        return get_db_session().scalars(sa.select(StoredKey).order_by(StoredKey.id)).all()


def test_a_key_is_made_used_and_revoked(any_app, browser, analyst):
    key = made_key(post(browser, **GOOD))

    assert asks(any_app, key) == 200
    [row] = rows(any_app)
    assert (row.account_id, row.name, row.scopes) == (analyst.id, "Weekly report", "dashboards:read")
    assert row.hourly_limit == 100
    assert timedelta(days=89) < row.expires_at - utc_now() <= timedelta(days=90)
    page = browser.get(KEYS, headers=BROWSER).text
    assert row.key_id in page
    assert "Weekly report" in page

    revoked = post(browser, f"{KEYS}/{row.key_id}/revoke")

    assert (revoked.status_code, revoked.location) == (303, KEYS)
    assert asks(any_app, key) == 401
    with any_app.app_context():
        deeds = get_db_session().execute(sa.select(AuditEntry.actor, AuditEntry.action).order_by(AuditEntry.number))
        assert deeds.all() == [(analyst.name, "key.created"), (analyst.name, "key.revoked")]


def test_the_key_is_shown_in_that_answer_only(any_app, browser):
    answer = post(browser, **GOOD)
    key = made_key(answer)

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Location" not in answer.headers
    assert key[18:] not in str(answer.headers)
    with browser.session_transaction() as cookie:
        assert key[18:] not in str(dict(cookie))
    assert key[18:] not in browser.get(KEYS, headers=BROWSER).text


@ON_SQLITE
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "n" * 101),
        ("name", "two\nlines"),
        ("scopes", []),
        ("scopes", ["accounts:manage"]),
        ("scopes", ["dashboards:read", "events:write"]),
        ("days", "36500"),
        ("days", ""),
        ("per_hour", "0"),
        ("per_hour", "-1"),
        ("per_hour", "٣"),
        ("per_hour", "9" * 5_000),
    ],
)
def test_what_is_wrong_is_told_beside_the_field_and_nothing_is_made(any_app, browser, field, value):
    answer = post(browser, **{**GOOD, field: value})

    assert answer.status_code == 422
    assert "<title>Error: " in answer.text
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}-e"' in answer.text
    assert rows(any_app) == []


@ON_SQLITE
def test_a_name_of_two_lines_is_refused_as_such(browser):
    page = post(browser, **{**GOOD, "name": "two\nlines"}).text

    assert page.count("The name must fit on one line, without line breaks, tabs, or the like.") == 2


@ON_SQLITE
def test_what_was_typed_is_still_there(browser):
    page = post(browser, **{**GOOD, "name": "", "per_hour": "<b>"}).text

    assert 'value="&lt;b&gt;"' in page
    assert re.search(r'value="dashboards:read" checked', page)


@ON_SQLITE
def test_markup_in_a_name_is_text(browser):
    assert "<b>me</b>" not in post(browser, **{**GOOD, "name": "<b>me</b>"}).text


def test_nobody_sees_or_revokes_anothers_key(any_app, browser):
    key = made_key(post(browser, **GOOD))
    other = signed_in(any_app.test_client(), make_account(any_app, Role.ADMIN))

    assert key[9:17] not in other.get(KEYS, headers=BROWSER).text
    assert post(other, f"{KEYS}/{key[9:17]}/revoke").status_code == 404
    assert post(other, f"{KEYS}/nobody00/revoke").status_code == 404
    assert asks(any_app, key) == 200


@ON_SQLITE
def test_a_member_has_no_keys(any_app):
    member = signed_in(any_app.test_client(), make_account(any_app, Role.MEMBER))

    assert member.get(KEYS, headers=BROWSER).status_code == 403
    assert member.post(KEYS, data=GOOD, headers=BROWSER).status_code == 403


def test_a_key_is_offered_what_its_owner_may_do(any_app, browser):
    admin = signed_in(any_app.test_client(), make_account(any_app, Role.ADMIN))
    offered = {who: set(re.findall(r'name="scopes" value="([^"]+)"', who.get(KEYS).text)) for who in (browser, admin)}

    assert offered[browser] == {Scope.DASHBOARDS_READ}
    assert offered[admin] == {Scope.DASHBOARDS_READ, Scope.EVENTS_WRITE, Scope.JOBS_READ}


def test_making_a_key_asks_for_the_password_again_after_a_while(any_app, browser):
    with any_app.app_context():
        get_db_session().execute(sa.update(SignIn).values(confirmed_at=utc_now() - timedelta(minutes=11)))
        get_db_session().commit()

    assert post(browser, **GOOD).status_code == 403
    assert rows(any_app) == []


def test_keys_are_not_made_while_they_cannot_be_counted(instance):
    with redis() as url:
        app = make_app(make_settings(instance, REDIS_URL=url, RATE_LIMIT_GRANT="9/hour"))
        client = signed_in(app.test_client(), make_account(app, Role.ANALYST))
        token = form_token(client, KEYS)
        assert client.post(KEYS, data={"csrf_token": token, **GOOD}, headers=BROWSER).status_code == 200

    refused = client.post(KEYS, data={"csrf_token": token, **GOOD}, headers=BROWSER)

    assert refused.status_code == 503
    assert client.get(KEYS, headers=BROWSER).status_code == 200
    assert len(rows(app)) == 1
    close(app)
