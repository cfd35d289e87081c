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

from backend.analytics.events.channels.lists import by_click_id, by_host
from backend.analytics.lake.origin import SAID
from backend.analytics.lake.shape import TEXTS, lake_rows, session_key, shaping_connection
from backend.analytics.lake.tables import EVENTS

WHEN = datetime(2026, 11, 21, 23, 59, 59, 999_999, tzinfo=UTC)
TEXT = pa.string()
LANDING = pa.schema(
    dict.fromkeys(("event_id", "event_type", "session_id", "visitor_id", "user_id", "country"), TEXT)
    | dict.fromkeys(("region", "device", "event_data"), TEXT)
    | {"timestamp": pa.timestamp("us", tz="UTC"), "created_at": pa.timestamp("us", tz="UTC"), "is_bot": pa.bool_()}
)
PLAIN = [name for name in TEXTS if name not in SAID]
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


def trimmed(value):
    """What is not said has one form: null, however it was sent."""
    return (as_text(value) or "").strip(" ") or None


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
        assert {name: row[name] for name in PLAIN} == {name: trimmed(document.get(name)) for name in PLAIN}
        assert row["step"] == as_whole(document.get("step"), 32)
        assert row["price_cents"] == as_whole(document.get("price_cents"), 64)
        assert row["seconds"] == as_finite(document.get("seconds"))
        assert json.loads(row["event_data"]) == document


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=100), min_size=1))
def test_a_session_has_the_same_key_in_python_and_in_sql(ids):
    rows = shaped(*(landing_row(session_id=session_id) for session_id in ids))

    assert rows["session_key"].to_pylist() == [session_key(session_id) for session_id in ids]


def test_a_session_keeps_its_key_for_ever():
    assert session_key("s-7f3a") == 1325140396696526768


@settings(max_examples=20, deadline=None)
@given(st.lists(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)), min_size=1))
def test_a_row_lies_in_the_utc_day_of_its_timestamp(instants):
    rows = shaped(*(landing_row(timestamp=instant) for instant in instants)).to_pylist()

    assert [row["day"] for row in rows] == [instant.date() for instant in instants]
    assert [row["timestamp"] for row in rows] == instants


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


ORIGIN = ("source", "medium", "campaign", "referrer")
ORIGINS = [
    # named: in small letters, without needless spaces and control characters
    ({"source": " Google", "medium": "CPC"}, ("google", "cpc", None, None)),
    ({"source": "go\0o\tgle", "campaign": "Spring  Sale\n"}, ("goo gle", None, "spring sale", None)),
    ({"source": "news", "referrer": "www.google.com"}, ("news", None, None, "www.google.com")),
    ({"source": "\u2003ünïted\u200b "}, ("ünïted", None, None, None)),
    # nobody, in all its ways
    ({"source": "Direct"}, ("direct", None, None, None)),
    ({"source": "(direct)", "medium": "(none)", "campaign": "(not set)"}, ("direct", None, None, None)),
    ({"source": " direct", "referrer": "www.bing.com"}, ("bing", "organic", None, "www.bing.com")),
    # nothing
    ({"source": "", "medium": " ", "campaign": "\0", "referrer": ""}, (None, None, None, None)),
    ({"source": None, "medium": "(not set)"}, (None, None, None, None)),
    # the page before
    ({"referrer": "www.google.co.uk"}, ("google", "organic", None, "www.google.co.uk")),
    ({"referrer": "mail.google.com"}, ("gmail", "email", None, "mail.google.com")),
    ({"referrer": "L.Facebook.com"}, ("facebook", "social", None, "l.facebook.com")),
    ({"referrer": "chatgpt.com"}, ("chatgpt", "ai", None, "chatgpt.com")),
    ({"referrer": "duckduckgo.com", "medium": "email"}, ("duckduckgo", "email", None, "duckduckgo.com")),
    ({"referrer": "https://www.blog.example/a?q=b"}, ("blog.example", "referral", None, "www.blog.example")),
    ({"referrer": "android-app://com.google.android.gm/"}, ("gmail", "email", None, "com.google.android.gm")),
    # hosts that only look like listed ones
    ({"referrer": "notgoogle.com"}, ("notgoogle.com", "referral", None, "notgoogle.com")),
    ({"referrer": "google.evil.com"}, ("google.evil.com", "referral", None, "google.evil.com")),
    ({"referrer": "bing.com.evil.com"}, ("bing.com.evil.com", "referral", None, "bing.com.evil.com")),
    # a source that repeats the page before, as pages loaded before an upgrade still send it
    (
        {"source": "www.bing.com", "medium": "referral", "referrer": "www.bing.com"},
        ("bing", "organic", None, "www.bing.com"),
    ),
    # click ids
    ({"click_id": "gclid", "referrer": "www.google.com"}, ("google", "cpc", None, "www.google.com")),
    ({"click_id": "MSCLKID", "source": "direct"}, ("bing", "cpc", None, None)),
    ({"click_id": "fbclid", "source": "Newsletter", "medium": "email"}, ("newsletter", "email", None, None)),
    ({"click_id": "unheard_of"}, (None, None, None, None)),
]


def test_where_a_visitor_came_from_has_one_rule():
    rows = shaped(*(landing_row(event_data=json.dumps(said)) for said, _ in ORIGINS)).to_pylist()

    assert [tuple(row[name] for name in ORIGIN) for row in rows] == [origin for _, origin in ORIGINS]


@pytest.mark.parametrize("channels", [by_host(), by_click_id()], ids=["hosts", "click ids"])
def test_every_line_of_the_lists_is_found(channels):
    name = "referrer" if channels is by_host() else "click_id"
    said = [{name: listed.replace("*", "com.br")} for listed in channels]

    rows = shaped(*(landing_row(event_data=json.dumps(text)) for text in said)).to_pylist()

    assert [(row["source"], row["medium"]) for row in rows] == [
        (channel.source, channel.medium) for channel in channels.values()
    ]
