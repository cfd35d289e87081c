"""DASH-8: views, funnels and segments that people keep: their own, and those that others share."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask_migrate import downgrade, upgrade

from backend.accounts.permissions import Role
from backend.analytics.views import service
from backend.analytics.views.service import SavedViews
from backend.analytics.views.store import ViewStore
from backend.analytics.views.view import NewView, ViewKind
from backend.database import get_db_session
from backend.errors import InvalidRequest, NotFound
from backend.extensions import db
from backend.plugins import get
from backend.row_security import act_for
from tests.accounts import make_account

BEFORE_BREAKDOWN = "a1c7e94b2d58"


@pytest.fixture
def people(any_app):
    return make_account(any_app).id, make_account(any_app, Role.ADMIN).id


@pytest.fixture
def views(any_app, people):
    """As the first of two people's requests have them."""
    with any_app.test_request_context():
        act_for(get_db_session(), people[0])
        yield get(SavedViews)


def segment(name="Newsletter", shared=False):
    return NewView(name, ViewKind.SEGMENT, None, {"source": ("newsletter", "")}, shared)


def acting(account_id):
    act_for(get_db_session(), account_id)
    return account_id


def test_what_is_saved_comes_back_as_it_was(views, people):
    new = NewView("By level", ViewKind.VIEW, "conversions", {"period": ("7d",), "breakdown": ("risk_level",)})
    saved = views.save(people[0], new)

    assert views.seen_by(people[0]) == (saved,)
    assert (saved.name, saved.kind, saved.page, saved.parameters) == (new.name, new.kind, new.page, new.parameters)
    assert (saved.mine, saved.shared) == (True, False)
    assert (datetime.now(UTC) - saved.created_at).total_seconds() < 60


def test_others_see_what_is_shared_and_nothing_else(views, people):
    views.save(people[0], segment("secret"))
    views.save(people[0], segment("for all", shared=True))

    assert [(view.name, view.mine) for view in views.seen_by(acting(people[1]))] == [("for all", False)]
    assert [(view.name, view.mine) for view in views.seen_by(acting(None))] == [("for all", False)]
    assert [view.name for view in views.seen_by(acting(people[0]))] == ["for all", "secret"]


def test_a_name_is_used_once_by_each_of_them(views, people):
    views.save(people[0], segment())
    with pytest.raises(InvalidRequest, match="Choose another name") as refusal:
        views.save(people[0], segment())

    assert [(error.field, error.code) for error in refusal.value.errors] == [("name", "taken")]
    assert views.save(acting(people[1]), segment()).name == "Newsletter"


def test_a_form_that_is_sent_twice_in_one_moment_is_saved_once(views, people, monkeypatch):
    views.save(people[0], segment())
    monkeypatch.setattr(ViewStore, "has", lambda *_: False)  # as the second finds it before the first commits

    with pytest.raises(InvalidRequest, match="Choose another name"):
        views.save(people[0], segment())
    assert len(views.seen_by(people[0])) == 1


def test_nobody_hoards(views, people, monkeypatch):
    monkeypatch.setattr(service, "MOST_OF_AN_ACCOUNT", 2)
    for name in ("one", "two"):
        views.save(people[0], segment(name))

    with pytest.raises(InvalidRequest, match="You already have 2 saved views"):
        views.save(people[0], segment("three"))
    views.delete(people[0], views.seen_by(people[0])[0].public_id)
    views.save(people[0], segment("three"))


def test_only_its_owner_deletes_a_view(views, people):
    saved = views.save(people[0], segment(shared=True))
    with pytest.raises(NotFound):
        views.delete(acting(people[1]), saved.public_id)
    with pytest.raises(NotFound):
        views.delete(acting(people[0]), UUID(int=1))

    views.delete(people[0], saved.public_id)
    assert views.seen_by(people[0]) == ()


def test_views_of_before_pages_had_one_name_for_it_say_breakdown(any_app, people):
    columns = "public_id, account_id, name, kind, page, parameters, shared, created_at"
    values = ":public_id, :account, 'By source', 'view', 'explore', :parameters, false, '2026-11-21 09:00:00+00:00'"
    with any_app.app_context():
        downgrade(revision=BEFORE_BREAKDOWN)
        with db.engine.begin() as connection:
            if db.engine.dialect.name == "postgresql":
                connection.execute(sa.text("SET LOCAL app.service = 'on'"))
            given = {"public_id": "1" * 32, "account": people[0], "parameters": '{"by": ["source"], "period": ["7d"]}'}
            connection.execute(sa.text(f"INSERT INTO saved_views ({columns}) VALUES ({values})"), given)
        upgrade()

    with any_app.test_request_context():
        act_for(get_db_session(), people[0])
        [view] = get(SavedViews).seen_by(people[0])
        assert view.parameters == {"breakdown": ("source",), "period": ("7d",)}
