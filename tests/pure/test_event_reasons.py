"""Whoever's event is refused reads words, not the parser's patterns."""

from __future__ import annotations

import msgspec
import pytest

from backend.analytics.events.event import PROPERTIES
from backend.analytics.events.intake import EnvelopeFields
from backend.analytics.events.reasons import in_words
from backend.analytics.events.wire.event import WireEvent
from backend.analytics.imports.reading import SenderFields


def with_patterns():
    """Every text of the event API and of files that must match a pattern, by struct and field."""
    for struct in (WireEvent, EnvelopeFields, SenderFields, *PROPERTIES.values()):
        for field in msgspec.inspect.type_info(struct).fields:
            for kind in getattr(field.type, "types", (field.type,)):
                if getattr(kind, "pattern", None):
                    yield struct, field.name


@pytest.mark.parametrize(("struct", "name"), [*with_patterns()])
def test_a_text_that_matches_no_pattern_is_refused_in_words(struct, name):
    needed = {"event_type": "seen", "session_id": "s", "price_cents": 1}
    body = {field: needed[field] for field in struct.__struct_fields__ if field in needed} | {name: ""}

    with pytest.raises(msgspec.ValidationError) as refused:
        msgspec.json.decode(msgspec.json.encode(body), type=struct)

    assert "regex" in str(refused.value)
    said = in_words(refused.value)
    assert said.startswith("Expected ")
    assert said.endswith(f" - at `$.{name}`")
    assert not set("^$\\(") & set(said.partition(" - at ")[0])
