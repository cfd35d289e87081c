"""Visitors of the calculator; sites that forward to GA4."""

from __future__ import annotations

import pytest

from tests.conftest import close, make_app
from tests.ga4 import ga4_server
from tests.http.forwarding import Site, settings_of
from tests.http.visiting import Visitor


@pytest.fixture
def visitor(client):
    return Visitor(client)


@pytest.fixture
def finished(visitor):
    """A visitor who has answered everything."""
    visitor.finish()
    return visitor


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
