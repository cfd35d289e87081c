"""Visitors of the calculator; readers of the dashboards; sites that forward to GA4."""

from __future__ import annotations

import pytest

from backend.accounts.keys.service import KeyService
from backend.accounts.permissions import Scope
from backend.analytics.lake.sync import LakeSync
from backend.extensions import db
from backend.plugins import get
from tests.accounts import make_account, signed_in
from tests.conftest import close, make_app
from tests.ga4 import ga4_server
from tests.http.forwarding import Site, settings_of
from tests.http.visiting import Visitor
from tests.landing_rows import store


@pytest.fixture
def visitor(client):
    return Visitor(client)


@pytest.fixture
def finished(visitor):
    """A visitor who has answered everything."""
    visitor.finish()
    return visitor


@pytest.fixture
def analyst(app, client):
    """Somebody signed in who may read the dashboards."""
    return signed_in(client, make_account(app))


@pytest.fixture
def reader(app, analyst):
    """An analyst of a site with one event in its lake."""
    with app.app_context():
        store(db.engine)
        get(LakeSync).run()
    return analyst


@pytest.fixture
def program(app):
    """Return a function that makes a client with a key that reads dashboards, of an account or of none."""

    def make(account=None):
        client = app.test_client()
        with app.app_context():
            key = get(KeyService).create("test", [Scope.DASHBOARDS_READ], account_id=account and account.id)
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"
        return client

    return make


@pytest.fixture
def mine(app, program):
    return program(make_account(app))


@pytest.fixture
def ga4():
    with ga4_server() as server:
        yield server
        assert server.problems == []


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request, tmp_path, ga4):
    request.getfixturevalue("instance")
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else ""
    app = make_app(settings_of(tmp_path, ga4, url))
    yield Site(app, ga4)
    close(app)


@pytest.fixture
def sqlite_site(instance, ga4):
    app = make_app(settings_of(instance, ga4, ""))
    yield Site(app, ga4)
    close(app)
