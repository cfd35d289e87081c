"""How a landing row becomes a row of the lake's `events`: one definition, for the sync and for file imports."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from backend.analytics.events.money import EXPONENTS, USUAL
from backend.analytics.events.names import EventName
from backend.analytics.lake.origin import with_origin

if TYPE_CHECKING:
    import duckdb

TEXTS = (
    "source", "medium", "campaign", "referrer", "job_title", "occupation", "industry", "experience", "education",
    "risk_level", "offer", "currency",
)  # fmt: skip
_PROPERTIES = dict.fromkeys((*TEXTS, "click_id", "step", "seconds", "price_cents", "price", "value"), "VARCHAR")
_WHOLE = "-?[0-9]+"
_NUMBER = r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?"

# The intake has seen that it is a whole number of them.
_DIGITS = " ".join(f"WHEN '{currency}' THEN {10**digits}" for currency, digits in EXPONENTS.items())
_AMOUNT = "TRY_CAST(coalesce(properties.price, properties.value) AS DECIMAL(18, 4))"
_MINOR_UNITS = f"CAST({_AMOUNT} * CASE properties.currency {_DIGITS} ELSE {10**USUAL} END AS BIGINT)"

# Cannot fail, whatever was sent: a row that stops a batch would stop the lake.
_EXPRESSIONS = {
    "day": "CAST(make_timestamp(epoch_us(timestamp)) AS DATE)",
    "event_id": "CAST(event_id AS VARCHAR)",
    "event_type": "event_type",
    "session_id": "session_id",
    "session_key": "CAST(md5_number(session_id) >> 65 AS BIGINT)",
    "visitor_id": "visitor_id",
    "user_id": "user_id",
    "timestamp": "timestamp",
    "received_at": "created_at",
    "is_bot": "CAST(is_bot AS BOOLEAN)",
    "country": "country",
    "region": "region",
    "device": "device",
    "source": "origin.source",
    "medium": "origin.medium",
    "campaign": "origin.campaign",
    "referrer": "origin.referrer",
    "step": f"CASE WHEN regexp_full_match(properties.step, '{_WHOLE}') THEN TRY_CAST(properties.step AS INTEGER) END",
    "seconds": f"CASE WHEN regexp_full_match(properties.seconds, '{_NUMBER}')"
    " AND isfinite(TRY_CAST(properties.seconds AS DOUBLE)) THEN TRY_CAST(properties.seconds AS DOUBLE) END",
    "job_title": "nullif(trim(properties.job_title), '')",
    "occupation": "nullif(trim(properties.occupation), '')",
    "industry": "nullif(trim(properties.industry), '')",
    "experience": "nullif(trim(properties.experience), '')",
    "education": "nullif(trim(properties.education), '')",
    "risk_level": "nullif(trim(properties.risk_level), '')",
    "offer": "nullif(trim(properties.offer), '')",
    "price_cents": f"CASE WHEN regexp_full_match(properties.price_cents, '{_WHOLE}')"
    f" THEN TRY_CAST(properties.price_cents AS BIGINT) WHEN event_type = '{EventName.UPGRADE_CLICKED}'"
    f" AND properties.price_cents IS NULL THEN {_MINOR_UNITS} END",
    "currency": "nullif(trim(properties.currency), '')",
    "event_data": "event_data",
}


def lake_rows(landing: str, beside: Sequence[str] = ()) -> str:
    """The DuckDB query that turns the relation `landing` into rows of the lake's `events`, columns in their order.

    `landing` is a table name or a parenthesised query with the landing table's columns: event_id (UUID, or its text of
    36 characters), event_type, session_id, visitor_id, user_id, country, region, device (VARCHAR), timestamp,
    created_at (TIMESTAMPTZ), is_bot (BOOLEAN or 0 and 1), event_data (a JSON object in VARCHAR). Further columns do no
    harm; those named in `beside` come out too, last. Run it on a connection from `shaping_connection`, so that instants
    come out in UTC.

    A property that is a string gives its text; a number, a truth value, a list or an object gives its JSON.
    A text loses its outer spaces; an empty one is null. Where the visitor came from is told by the rule in `origin.py`.
    `step` and `price_cents` take whole numbers, `seconds` finite ones, also written as strings; all else is null.
    """
    shaped = (f"{expression} AS {name}" for name, expression in _EXPRESSIONS.items())
    columns = ",\n  ".join((*shaped, *beside))
    transform = f"TRY(json_transform(event_data, '{json.dumps(_PROPERTIES)}'))"
    rows = with_origin(f"SELECT *, {transform} AS properties FROM {landing}")  # noqa: S608
    return f"SELECT\n  {columns}\nFROM ({rows})"


def session_key(session_id: str) -> int:
    """The key `lake_rows` gives to a session: 63 bits of its MD5, the same for ever."""
    digest = hashlib.md5(session_id.encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest, "little") >> 65


def shaping_connection(memory: str = "512MB", threads: int = 2) -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory that reads and answers instants in UTC."""
    import duckdb

    connection = duckdb.connect(
        config={"memory_limit": memory, "threads": threads, "allocator_background_threads": "true"}
    )
    connection.execute("SET TimeZone = 'UTC'")
    return connection
