"""CAP-8: what SQL takes for an event without another look is one to the API's parser too, and the same one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backend.analytics.events.event import Event
from backend.analytics.events.wire.lines import read_lines
from backend.analytics.imports.blocks import Block
from backend.analytics.imports.reading import DoubtfulRow, read_rows
from backend.analytics.imports.staging import Stage
from backend.analytics.imports.text import NdjsonFile

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
OWN = str(UUID(int=7))
ID = "0b6c1f6e-6f0f-4a39-9d5a-0c8f7a3c9a55"


def strings(*texts):
    return st.sampled_from([json.dumps(text) for text in texts])


ESCAPES = ['"\\u0000"', '"\\ud83d\\ude00"', '"\\ud83d"', '"\\u00fc\\/\\n"', '"a\\"b"', '"\\x"', '"tab\there"', '"']
ODD = [*ESCAPES, "null", "true", "7", "-0", "01", "1.5", "2.0", "1e2", "1e999", "NaN", "-Infinity", "[]", "[1,]", "{}"]
ODD += ["9" * 40, "0." + "3" * 30, '{"a":{"b":1}}', '{"a":1,"a":2}', '{"a":1,}', "[[1]]", '{"a":[1,"x",null]}', ""]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(max_size=4), parts, max_size=3),
    max_leaves=5,
)
WORDS = strings("google", "ü" * 200, "ü" * 201, "") | st.text(max_size=4).map(json.dumps)
NUMBERS = st.sampled_from(["1", "99", "100", "0", "2.0", "14.25", "86400", "86400.1", "-1", "990", "100000000", '"7"'])
GOOD = {
    "event_id": strings(ID, ID.upper(), ID.replace("-", ""), "no id", ID + "\n"),
    "event_type": strings("calculator_step_completed", "ai_calculator_opened", "assessment_submitted")
    | strings("conversion_offer_viewed", "paid_upgrade_clicked", "own_event", "Bad", "a" * 100, "a" * 101, "a\n"),
    "session_id": strings("s-1", "s" * 100, "s" * 101, "ü", "", "s\n", "mingus-server-x"),
    "user_id": strings("u", "ü" * 100, "u" * 101, "", "a\nb", "u\n", "\0"),
    "timestamp": strings("2026-11-21T08:00:00Z", "2026-11-21T08:00:00.123456+05:30", "2026-11-21 08:00:00z")
    | strings("2026-02-30T00:00:00Z", "2026-11-21T08:00:60Z", "2026-11-21T24:00:00Z", "2026-11-21T08:00:00")
    | strings("1999-12-31T23:59:59Z", "2000-01-01T00:00:00+01:00", "2026-11-21T09:04:00Z", "2026-11-21T09:06:00Z")
    | strings("2026-11-21T08:00:00.1234567Z", "9999-12-31T23:59:59-23:59", "2026-11-21T08:00:00-00:00", "1763715600"),
    "event_data": JSON.map(json.dumps),
    "visitor_id": strings("v-1", "v" * 64, "v" * 65, "v v"),
    "country": strings("US", "us", "USA", "ZZ"),
    "region": strings("US-CA", "CA", "US-CALI", "CA-ON"),
    "device": strings("mobile", "phone"),
    "is_bot": st.sampled_from(["true", "false", '"true"', "1"]),
    "unknown": st.just("1"),
}


OPENED = {"source": '"google"', "medium": "null", "campaign": '"c"'}
TYPICAL = {
    "ai_calculator_opened": OPENED,
    "calculator_step_completed": {"step": "2", "seconds": "14.25"},
    "assessment_submitted": {"job_title": '"Büro"', "industry": '"health"', "risk_level": '"high"'},
    "conversion_offer_viewed": {"offer": '"plan"'},
    "paid_upgrade_clicked": {"price_cents": "990", "currency": '"USD"'} | OPENED,
    "own_event": {"a": "[1, null]"},
}


SIGNS = ((",", ":"), (", ", ": "), (" ,\t", " :"))


def changed(draw, members, choices, signs=None):
    """The members with few of them changed, left out or said twice; of one exporter, in their order."""
    for name in draw(st.lists(st.sampled_from([*choices]), max_size=1)):
        members[name] = draw(choices[name])
    order = [*members] if signs else draw(st.permutations([*members]))
    if members and draw(st.integers(0, 7)) == 0:
        order = draw(st.sampled_from([order[1:], [*order, order[0]]]))
    between, colon = signs or draw(st.sampled_from(SIGNS))
    return f"{{{between.join(f'{json.dumps(name)}{colon}{members[name]}' for name in order)}}}"


@st.composite
def lines(draw, signs=None):
    """Events as they usually are, with something odd about every other one."""
    name = draw(st.sampled_from([*TYPICAL]))
    odd = WORDS | NUMBERS | strings("low", "USD", "usd") | st.sampled_from(ODD)
    data = changed(draw, dict(TYPICAL[name]), dict.fromkeys([*TYPICAL[name], "new", "source", "price"], odd), signs)
    event = {"event_type": f'"{name}"', "session_id": '"s-1"', "user_id": "null", "event_data": data}
    event |= {"event_id": f'"{ID}"', "timestamp": '"2026-11-21T08:00:00.123Z"', "country": '"US"'}
    choices = {field: good | st.sampled_from(ODD) for field, good in GOOD.items()}
    return changed(draw, event, choices, signs) + draw(st.sampled_from([""] * 9 + [" ", ",", "}"]))


ONE_EXPORTER = st.sampled_from(SIGNS[:2]).flatmap(lambda signs: st.lists(lines(signs), min_size=1, max_size=30))


@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    """Judge lines as an import does; `read` is the parser for those in doubt."""
    folder: Path = tmp_path_factory.mktemp("import")

    def judge(texts, read=read_lines):
        path = folder / "events.ndjson"
        path.write_text("".join(f"{text}\n" for text in texts))
        source = NdjsonFile(path, 2**26)
        [block] = source.blocks()
        assert isinstance(block, Block)
        stage = Stage(folder, "512MB", 1, read)
        staged = stage.put(source, block, NOW)
        stage.close()
        return {row["n"]: row for row in staged.rows.to_pylist()}, staged.rejected

    return judge


def parsed(texts):
    """What the API's parser alone makes of lines: the oracle."""
    rows = [DoubtfulRow(at, text, OWN) for at, text in enumerate(texts, 1)]
    return {read.row.line: read for read in read_rows(rows, read_lines, NOW)}


def same(row, read):
    event, sender = read.event, read.sender
    assert isinstance(event, Event)
    assert (row["event_type"], row["session_id"], row["user_id"]) == (event.event_type, event.session_id, event.user_id)
    assert row["timestamp"] == event.timestamp
    assert json.loads(row["event_data"], object_pairs_hook=list) == json.loads(
        bytes(event.event_data), object_pairs_hook=list
    )
    assert tuple(row[name] for name in sender.__struct_fields__) == tuple(
        getattr(sender, name) for name in sender.__struct_fields__
    )
    return str(event.event_id) == OWN or str(row["event_id"]) == str(event.event_id)


GOOD_LINE = '{"event_type":"seen","session_id":"s-1","user_id":null,"event_data":{}}'


@settings(max_examples=150, deadline=None)
@given(texts=st.lists(lines(), min_size=1, max_size=30) | ONE_EXPORTER)
@example(texts=['{"event_type":"seen","session_id":"s","timestamp":"2000-01-01T00:00:00+01:00"}'])
@example(texts=['{"event_type":"seen","session_id":"s","event_id":null,"event_data":{"a":{"b":1}}}'])
@example(texts=[GOOD_LINE, GOOD_LINE.replace('"s-1"', '"s\\u0041"'), GOOD_LINE.replace("{}", ""), GOOD_LINE[:-1]])
@example(texts=[GOOD_LINE.replace(',"event_data":{}', ""), GOOD_LINE, '{"event_type":"seen","session_id":"s-1"}'])
@example(texts=[GOOD_LINE, GOOD_LINE.replace("{}", '{"a":1},"event_data":{}'), GOOD_LINE.replace("{}", "{}  ")])
def test_sql_and_the_parser_never_disagree(judge, texts):
    rows, rejected = judge(texts)
    expected = parsed(texts)

    assert set(rows) == {line for line, read in expected.items() if isinstance(read.event, Event)}
    assert {bad.line: bad.reason for bad in rejected} == {
        line: read.event for line, read in expected.items() if isinstance(read.event, str)
    }
    assert all(same(rows[line], expected[line]) for line in rows)
