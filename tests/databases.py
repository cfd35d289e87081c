"""`--sqlite-only`: leave out the tests that need PostgreSQL, for while one works."""

from __future__ import annotations


def pytest_addoption(parser):
    parser.getgroup("databases").addoption("--sqlite-only", action="store_true", help="leave out tests on PostgreSQL")


def pytest_collection_modifyitems(config, items):
    if config.option.sqlite_only:
        config.hook.pytest_deselected(items=[item for item in items if needs_postgresql(item)])
        items[:] = [item for item in items if not needs_postgresql(item)]


def needs_postgresql(item):
    """It asks for a database there, or is run on each database in turn and this is PostgreSQL's."""
    values = item.callspec.params.values() if hasattr(item, "callspec") else ()
    return "postgresql_cluster" in item.fixturenames or any(value == "postgresql" for value in values)
