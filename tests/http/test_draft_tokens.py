"""What is stored opens no draft and no shared link, and still leads their owners to them, also after migrations."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_migrate import downgrade, upgrade
from pydantic import SecretStr

from backend.accounts.permissions import Role
from backend.accounts.privacy.rotation import Rotation
from backend.assessments.visit.models import Draft
from backend.database import get_db_session
from backend.extensions import db
from backend.plugins import get
from tests.accounts import BROWSER, make_account, signed_in
from tests.canary import places_with
from tests.conftest import MASTER_KEY, close, make_app, make_settings
from tests.http.visiting import Visitor

BEFORE_DIGESTS = "8c1d5e2a6f73"
OTHER = "another secret and as long as it has to be"


@pytest.fixture
def member(any_app):
    return make_account(any_app, Role.MEMBER)


@pytest.fixture
def visitor(any_app, member):
    """The member, who has answered everything."""
    return finished(Visitor(signed_in(any_app.test_client(), member)))


def finished(visitor):
    visitor.finish()
    return visitor


def tokens_of(visitor):
    return visitor.token_held(), visitor.result.rpartition("/")[2]


def is_listed(visitor):
    return f'href="{visitor.result}"' in visitor.client.get("/account", headers=BROWSER).text


def test_no_token_of_a_draft_or_a_link_is_stored(any_app, visitor, tmp_path):
    draft, link = tokens_of(visitor)
    close(any_app)

    assert [places_with(any_app, tmp_path, token) for token in (draft, link)] == [[], []]
    assert is_listed(visitor)
    assert any_app.test_client().get(f"/result/{link}").status_code == 200


def test_signing_out_leaves_a_result_to_nobody_who_uses_the_browser_next(any_app, visitor):
    page = visitor.client.get("/", headers=BROWSER).text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    assert visitor.result in page

    visitor.client.post("/sign-out", data={"csrf_token": token}, headers=BROWSER)

    assert visitor.cookies() == {}
    assert visitor.result not in visitor.client.get("/", headers=BROWSER).text


def test_a_draft_without_an_account_keeps_no_copy_of_its_token(any_app):
    finished(Visitor(any_app.test_client()))

    with any_app.app_context():
        assert get_db_session().scalars(sa.select(Draft.sealed_token)).one() is None


def test_an_account_finds_its_results_under_a_new_master_key_and_not_without_any(any_app, visitor, member, tmp_path):
    url = SecretStr(any_app.config["SQLALCHEMY_DATABASE_URI"])
    settings = make_settings(tmp_path, DATABASE_URL=url, MASTER_KEY=SecretStr(OTHER))
    lost = make_app(settings)
    rotated = make_app(settings.model_copy(update={"MASTER_KEYS_BEFORE": SecretStr(MASTER_KEY)}))

    [(name, held)] = visitor.cookies().items()
    visitor.client = signed_in(lost.test_client(), member)
    assert not is_listed(visitor)
    visitor.client.set_cookie(name, held)
    assert visitor.answer("week").status_code == 303
    with rotated.app_context():
        get(Rotation).run("cli")
    visitor.client = signed_in(rotated.test_client(), member)
    assert is_listed(visitor)
    for app in (lost, rotated):
        close(app)


def test_a_downgrade_gives_back_what_an_account_may_read_and_withdraws_the_other_links(any_app, visitor):
    stranger = finished(Visitor(any_app.test_client()))
    owned, strangers = tokens_of(visitor), tokens_of(stranger)
    with any_app.app_context():
        downgrade(revision=BEFORE_DIGESTS)
        tokens = "SELECT d.token, l.token, l.revoked_at IS NULL FROM assessment_drafts d JOIN shared_results l"
        with db.engine.connect() as connection:
            kept, replaced = map(tuple, connection.execute(sa.text(f"{tokens} ON l.draft_id = d.id ORDER BY d.id")))
        upgrade()

    assert kept == (*owned, True)
    assert not replaced[2]
    assert not set(replaced[:2]) & set(strangers)
    assert tokens_of(visitor) == owned
    assert is_listed(visitor)
    assert any_app.test_client().get(visitor.result).status_code == 200


def test_an_upgrade_leaves_no_token_in_the_database(any_app, visitor, tmp_path):
    tokens = tokens_of(visitor)
    with any_app.app_context():
        downgrade(revision=BEFORE_DIGESTS)
        with db.engine.begin() as connection:
            connection.execute(sa.text("UPDATE assessments SET user_id = NULL"))
        upgrade()
    result = visitor.get(visitor.result).text
    close(any_app)

    assert "Make it yours" in result
    assert [places_with(any_app, tmp_path, token) for token in tokens] == [[], []]
