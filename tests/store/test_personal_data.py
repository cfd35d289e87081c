"""Every table, in the database and in the lake, belongs to a class of data about people or says that it holds none."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from backend.analytics.lake.delta import Lake
from backend.analytics.lake.tables import LakeTable
from backend.extensions import db
from backend.personal_data import DataClass, DataClasses
from backend.plugins import get
from tests.conftest import as_owner

OF_THE_TOOLS = re.compile(r"alembic_version|analytics_events_(\d{4}_\d\d|default)")


@pytest.fixture(autouse=True)
def _context(any_app):
    with any_app.app_context():
        yield


def unclaimed():
    tables = [name for name in sa.inspect(db.engine).get_table_names() if not OF_THE_TOOLS.fullmatch(name)]
    return get(DataClasses).unclaimed(tables, [table.name for table in get(Lake).tables])


def test_every_table_says_whose_data_it_holds():
    assert unclaimed() == set()


def test_a_table_that_says_nothing_is_found_out(any_app):
    with as_owner(any_app) as connection:
        connection.exec_driver_sql("CREATE TABLE secret_notes (id INTEGER)")
    get(Lake).add_table(LakeTable("whispers", {"day": "date", "user_id": "string"}, key="user_id"))

    assert unclaimed() == {"secret_notes", "whispers"}


def test_no_class_claims_a_table_that_does_not_exist():
    tables = set(sa.inspect(db.engine).get_table_names())
    lake = {table.name for table in get(Lake).tables}

    assert set().union(*(one.tables for one in get(DataClasses))) <= tables
    assert set().union(*(one.lake_tables for one in get(DataClasses))) <= lake


def test_two_classes_cannot_have_one_name():
    twin = DataClass("account", "", "", erase=lambda _subject: None)

    with pytest.raises(ValueError, match="account is there already"):
        get(DataClasses).add(twin)
