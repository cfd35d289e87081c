"""A landing row becomes a lake row by one definition, whatever was sent; the oracle here is plain Python."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.analytics.lake.shape import TEXTS, lake_rows, session_key, shaping_connection
from backend.analytics.lake.tables import EVENTS

WHEN = datetime(2026, 11, 21, 23, 59, 59, 999_999, tzinfo=UTC)
TEXT = pa.string()
LANDING = pa.schema(
    dict.fromkeys(("event_id", "event_type", "session_id", "visitor_id", "user_id", "country"), TEXT)
    | dict.fromkeys(("region", "device", "event_data"), TEXT)
    | {"timestamp": pa.timestamp("us", tz="UTC"), "created_at": pa.timestamp("us", tz="UTC"), "is_bot": pa.bool_()}
)
CONNECTION = shaping_connection()


def landing_row(**given_values):
    row = dict.fromkeys(LANDING.names) | {"event_id": "0b6c1f6e-6f0f-4a39-9d5a-0c8f7a3c9a55", "event_type": "seen"}
    row |= {"session_id": "s", "timestamp": WHEN, "created_at": WHEN, "is_bot": False, "event_data": "{}"}
    return row | given_values


def shaped(*rows):
    landing = pa.Table.from_pylist(list(rows), LANDING)
    return CONNECTION.from_arrow(landing).query("landing", lake_rows("landing")).to_arrow_table()


def as_text(value):
    return value if isinstance(value, str) or value is None else json.dumps(value, separators=(",", ":"))


def as_whole(value, bits):
    text = as_text(value) or ""
    good = re.fullmatch("-?[0-9]+", text) and -(2 ** (bits - 1)) <= int(text) < 2 ** (bits - 1)
    return int(text) if good else None


def as_finite(value):
    text = as_text(value) or ""
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?", text):
        return None
    return float(text) if math.isfinite(float(text)) else None


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.integers().map(str),
    st.lists(st.integers(-9, 9), max_size=3),
    st.dictionaries(st.sampled_from("ab"), st.booleans(), max_size=2),
)
NUMBERS = VALUES | st.floats(allow_nan=False) | st.floats(allow_nan=False).map(str)
DOCUMENTS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(TEXTS, VALUES) | {"step": VALUES, "price_cents": VALUES, "seconds": NUMBERS}
)


@settings(max_examples=60, deadline=None)
@given(st.lists(DOCUMENTS, min_size=1, max_size=20))
def test_properties_are_read_as_a_plain_reader_would(documents):
    found = shaped(*(landing_row(event_data=json.dumps(document)) for document in documents)).to_pylist()

    for document, row in zip(documents, found, strict=True):
        assert {name: row[name] for name in TEXTS} == {name: as_text(document.get(name)) for name in TEXTS}
        assert row["step"] == as_whole(document.get("step"), 32)
        assert row["price_cents"] == as_whole(document.get("price_cents"), 64)
        assert row["seconds"] == as_finite(document.get("seconds"))
        assert json.loads(row["event_data"]) == document


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=100))
def test_a_session_has_the_same_key_in_python_and_in_sql(session_id):
    assert shaped(landing_row(session_id=session_id))["session_key"].to_pylist() == [session_key(session_id)]


def test_a_session_keeps_its_key_for_ever():
    assert session_key("s-7f3a") == 1325140396696526768


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))
def test_a_row_lies_in_the_utc_day_of_its_timestamp(instant):
    [row] = shaped(landing_row(timestamp=instant)).to_pylist()

    assert row["day"] == instant.date()
    assert row["timestamp"] == instant


def test_the_columns_are_those_of_the_table_in_their_types_and_order():
    assert shaped(landing_row()).schema.equals(EVENTS.arrow_schema())


@pytest.mark.parametrize(
    "text",
    ["nope", "", "[1]", "5", "null", r'{"source":"\ud800"}', '{"step":NaN}', '{"seconds":1e999}', '{"seconds":NaN}'],
)
def test_a_document_that_cannot_be_read_keeps_its_row(text):
    [row] = shaped(landing_row(event_data=text, user_id="u")).to_pylist()

    assert row["user_id"] == "u"
    assert row["event_data"] == text
    assert (row["source"], row["step"], row["seconds"]) == (None, None, None)


def test_describing_the_tables_loads_no_heavy_library():
    heavy = "{'pyarrow', 'duckdb', 'deltalake', 'pandas', 'ibis'} & set(sys.modules)"
    code = f"import sys, backend.analytics.lake.tables, backend.analytics.lake.shape; sys.exit(len({heavy}))"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
