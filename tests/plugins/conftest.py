from __future__ import annotations

import pytest

from tests.background import Installation


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request, instance):
    """One on each database in turn."""
    if request.param == "sqlite":
        return Installation.at(instance, f"sqlite:///{instance / 'mingus.db'}")
    return Installation.at(instance, request.getfixturevalue("postgresql_url"))
