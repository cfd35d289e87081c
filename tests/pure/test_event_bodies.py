"""CAP-1: a body is read at once or event by event; both ways agree on what is good, and keep it word for word."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.analytics.events.wire.bodies import ParsedBatch, _at_once, _one_by_one, parse
from backend.analytics.events.wire.event import NDJSON, WITH_KEY
from backend.analytics.events.wire.properties import DEEPEST
from backend.errors import BadRequest, MingusError

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
JSON = "application/json"
EVENT_ID = "01a1fdb0-5f72-7659-ac8c-139087ba8abf"
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["\0", "\ud800", "\\u0000"]),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3),
    max_leaves=6,
)
GOOD = {
    "event_type": "calculator_step_completed",
    "session_id": "s-1",
    "event_id": EVENT_ID,
    "timestamp": "2026-11-21T09:00:00Z",
    "event_data": {"step": 2},
}
CHANGED = st.dictionaries(st.sampled_from([*GOOD, "user_id", "other"]), VALUES, max_size=2).map(lambda new: GOOD | new)
DAMAGE = [b"\n", b"\r", b"{}", b","]
EVENTS = st.lists(st.just(GOOD) | CHANGED, min_size=1, max_size=3)


@st.composite
def bodies(draw):
    """JSON or NDJSON that may have been damaged in one place."""
    media_type, events = draw(st.sampled_from([JSON, NDJSON])), draw(EVENTS)
    separator = "\n" if media_type == NDJSON else ","
    text = separator.join(json.dumps(event, ensure_ascii=draw(st.booleans())) for event in events)
    form = "{}" if media_type == NDJSON else draw(st.sampled_from(["[{}]", ' {{"events": [{}]}}', "{}"]))
    body = form.format(text).encode("utf-8", "surrogatepass")
    at, damage = draw(st.integers(0, len(body))), draw(st.binary(max_size=2) | st.sampled_from(DAMAGE))
    damaged = [body[:at] + damage + body[at:], body[:at] + damage + body[at + 1 :]]
    return media_type, draw(st.sampled_from([body, *damaged]))


def outcome(read):
    try:
        batch = read()
    except (MingusError, ValueError, RecursionError):
        return None
    return batch if batch.events and not batch.rejected else None


@settings(max_examples=600, deadline=None)
@given(bodies())
def test_both_ways_agree_on_what_is_good(given_body):
    media_type, body = given_body

    at_once = outcome(lambda: _at_once(body, media_type, NOW))
    one_by_one = outcome(lambda: _one_by_one(body, media_type, WITH_KEY, NOW))

    assert (at_once is None) == (one_by_one is None)
    if at_once and one_by_one and body.count(EVENT_ID.encode()) == len(at_once.events):
        assert at_once.events == one_by_one.events


GOOD_NAMES = {
    "event_type": {"a", "a_1", "a" * 100},
    "session_id": {"a", "a_1", "a" * 100, "A", "_a", "a:b"},
    "user_id": {"a", "a_1", "a" * 100, "A", "_a", "a:b", "é", "é" * 100, "a\n"},
}


@pytest.mark.parametrize("name", [*sorted(GOOD_NAMES["user_id"]), "", "a" * 101, "é" * 101, "a\0b"])
@pytest.mark.parametrize("member", GOOD_NAMES)
def test_both_ways_agree_on_good_names(member, name):
    event = GOOD | {"event_type": "it_happened"}
    body = json.dumps([event, event | {member: name}]).encode()

    at_once = outcome(lambda: _at_once(body, JSON, NOW))

    assert at_once == outcome(lambda: _one_by_one(body, JSON, WITH_KEY, NOW))
    assert (at_once is not None) == (name in GOOD_NAMES[member])


def data_of(text):
    body = f'{{"event_type": "it_happened", "session_id": "s", "event_data": {text}}}'.encode()
    batch: ParsedBatch = parse(body, JSON, WITH_KEY, NOW)
    return bytes(batch.events[0].event_data).decode()


@pytest.mark.parametrize(
    "text", ['{"price": 1.10}', '{ "b":1,\n\t"a" : 12345678901234567890 }', '{"\\u00fc": "ü"}', "{}"]
)
def test_properties_are_kept_word_for_word(text):
    assert data_of(text) == text


def test_absent_properties_are_none():
    assert data_of("null") == "{}"


def test_properties_may_be_nested_so_deep_and_no_deeper():
    def nested(levels):
        return '{"a": ' + "[" * (levels - 1) + "]" * (levels - 1) + "}"

    assert data_of(nested(DEEPEST)) == nested(DEEPEST)
    assert data_of(json.dumps({"a": "[" * 100}))
    with pytest.raises(MingusError, match="nested deeper"):
        data_of(nested(DEEPEST + 1))


HALF_AN_EMOJI = r'{"title": "\ud83d", "\\ud83d \uD83D\uDE00": "\ude00\n"}'


@pytest.mark.parametrize("form", ["{}", "[{}]", '{{"events": [{}]}}'])
def test_half_an_emoji_is_replaced_and_nothing_is_lost(form):
    good = json.dumps(GOOD)
    event = f'{{"event_type": "it_happened", "session_id": "s", "event_data": {HALF_AN_EMOJI}}}'
    events = event if form == "{}" else f"{good}, {event}, {good}"

    batch = parse(form.format(events).encode(), JSON, WITH_KEY, NOW)

    [data] = [bytes(event.event_data) for event in batch.events if event.event_type == "it_happened"]
    assert json.loads(data) == {"title": "\ufffd", "\\ud83d 😀": "\ufffd\n"}
    assert len(batch.events) == events.count("event_type")


PARTS = st.sampled_from(["\\", "u", "d83d", "0000", '"', "\ud83d", "\ude00", "\0", "é", "😀"])


@given(st.lists(PARTS, max_size=12).map("".join))
def test_half_characters_are_replaced_as_javascript_would_and_nul_is_dropped(text):
    sent = json.dumps({"event_type": "it_happened", "session_id": "s", "event_data": {"a": text}}).encode()

    [event] = parse(sent, JSON, WITH_KEY, NOW).events

    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert json.loads(bytes(event.event_data)) == {"a": whole.replace("\0", "")}


@pytest.mark.parametrize("text", [b"\\", b"\\ud83d", b"\\udc00", b"\\u0000", b'\\"'])
def test_eight_megabytes_of_escapes_cost_little(text):
    """Three seconds of processor it was, when each escape was a call."""
    event = b'{"event_type": "it_happened", "session_id": "s", "event_data": {"a": "%s"}}'
    body = event % (text * ((WITH_KEY.size - len(event)) // len(text)))
    before = time.process_time()

    with suppress(MingusError):
        parse(body, JSON, WITH_KEY, NOW)

    assert time.process_time() - before < 1


@pytest.mark.parametrize("bad", [b'{"a": 1e999}', b'{"a": "\xff"}', b'{"\xff": 1}'])
@pytest.mark.parametrize("form", [b"[%s]", b'{"sent_at": "2026-11-21T09:00:00Z", "events": [%s]}'])
def test_a_value_that_cannot_be_read_harms_no_other_event(bad, form):
    good = json.dumps(GOOD).encode()
    event = b'{"event_type": "it_happened", "session_id": "s", "event_data": %s}' % bad

    batch = parse(form % b",".join([good, event, good]), JSON, WITH_KEY, NOW)

    assert [rejection.index for rejection in batch.rejected] == [1]
    assert len(batch.events) == 2


def test_an_envelope_that_cannot_be_read_is_refused():
    with pytest.raises(BadRequest):
        parse(b'{"visitor_id": "\xff", "events": [%s]}' % json.dumps(GOOD).encode(), JSON, WITH_KEY, NOW)


def test_a_reason_names_the_property():
    body = msgspec.json.encode([GOOD, GOOD | {"event_data": {"step": "two"}}, GOOD | {"event_data": 7}])

    batch = parse(body, JSON, WITH_KEY, NOW)

    assert [rejection.error for rejection in batch.rejected] == [
        "Expected `int`, got `str` - at `$.event_data.step`",
        "Expected `object`, got `int` - at `$.event_data`",
    ]
