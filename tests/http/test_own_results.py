"""A member's results are kept with their account: listed, in their copy, gone when they go. ACC-1, ACC-8"""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

import pytest

from backend.accounts.permissions import Role
from backend.accounts.privacy.erasure import Erasures
from backend.accounts.privacy.export import Exports, Form
from backend.assessments.job_impact.store import StoredAssessment
from backend.assessments.visit.models import Draft, SharedResult
from backend.clock import utc_now
from backend.plugins import get
from tests.accounts import BROWSER, make_account, signed_in
from tests.http.visiting import Visitor, change, only, rows

LISTED = "Registered nurses"
NONE = "No results yet."


@pytest.fixture
def member(any_app):
    return make_account(any_app, Role.MEMBER)


@pytest.fixture
def visitor(any_app, member):
    """The member, who has answered everything."""
    return finished(signed_in(any_app.test_client(), member))


def finished(client):
    visitor = Visitor(client)
    visitor.finish()
    return visitor


def account_page(client):
    return client.get("/account", headers=BROWSER).text


def test_a_result_is_its_members_own_and_listed(any_app, visitor, member):
    page = account_page(visitor.client)

    assert only(any_app, StoredAssessment).user_id == member.public_id
    assert LISTED in page
    assert f'href="{visitor.result}"' in page
    assert "under <a" in visitor.get(visitor.result).text


def test_a_listed_result_opens_as_its_members_own_in_any_browser(any_app, visitor, member):
    elsewhere = Visitor(signed_in(any_app.test_client(), member))
    elsewhere.result = visitor.result

    assert "Make it yours" in elsewhere.get(visitor.result).text
    assert elsewhere.answer("place").location == visitor.result
    withdrawn = elsewhere.post(f"{visitor.result}/withdraw").location.partition("#")[0]
    assert f'href="{withdrawn}"' in account_page(visitor.client)


def test_a_visitors_result_is_nobodys(any_app, member):
    visitor = finished(any_app.test_client())

    assert only(any_app, StoredAssessment).user_id is None
    assert "It is in your account" not in visitor.get(visitor.result).text
    assert NONE in account_page(signed_in(any_app.test_client(), member))


def test_who_is_given_the_address_gets_no_result_of_another(any_app, visitor, member):
    other = Visitor(signed_in(any_app.test_client(), make_account(any_app, Role.MEMBER)))

    assert "A result someone shared" in other.get(visitor.result).text
    assert other.post(f"{visitor.result}/week").status_code == 403
    assert only(any_app, StoredAssessment).user_id == member.public_id
    assert NONE in account_page(other.client)


def test_a_result_stays_listed_after_its_answers_are_gone(any_app, visitor):
    change(any_app, expires_at=utc_now() - timedelta(days=1))
    page = account_page(visitor.client)

    assert LISTED in page
    assert visitor.result not in page


def test_results_are_in_the_members_copy(any_app, visitor, member):
    with any_app.app_context():
        copy = json.loads(get(Exports).make(member.id, Form.JSON).as_json())["data"]["assessments"]["rows"]

    assert [row["kind"] for row in copy] == ["result", "answers", "link"]
    assert (copy[0]["job_title"], copy[1]["job_title"]) == (LISTED, "staff nurse")
    assert visitor.token_held() not in json.dumps(copy)
    assert visitor.result.rpartition("/")[2] not in json.dumps(copy)


def test_results_go_with_the_account(any_app, visitor, member):
    with any_app.app_context():
        get(Erasures).erase(UUID(member.public_id), "cli")

    assert [rows(any_app, kind) for kind in (StoredAssessment, Draft, SharedResult)] == [0, 0, 0]
