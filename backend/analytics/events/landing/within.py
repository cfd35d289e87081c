"""Events that land in a transaction of something else, so that both are stored or neither."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Connection

from backend.analytics.events.landing.rows import Rows


def land_within(connection: Connection, rows: Rows) -> None:
    """Store a few new events with what the transaction of `connection` holds; commits nothing."""
    driver = cast("Any", connection.connection.driver_connection)
    if connection.dialect.name == "sqlite":
        from backend.analytics.events.landing.sqlite import insert_rows

        insert_rows(driver, rows)
    else:
        from backend.analytics.events.landing.postgresql import insert_few

        insert_few(driver, rows)
