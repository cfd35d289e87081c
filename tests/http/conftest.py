"""Visitors of the calculator."""

from __future__ import annotations

import pytest

from tests.http.visiting import Visitor


@pytest.fixture
def visitor(client):
    return Visitor(client)


@pytest.fixture
def finished(visitor):
    """A visitor who has answered everything."""
    visitor.finish()
    return visitor
