"""Microsoft Teams: the trigger "When a Teams webhook request is received" of Workflows takes an Adaptive Card.

https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using: one message of
about 28 KB with the card as its attachment. Workflows answers 202.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from backend.analytics.monitoring.alerts.notifier import ChangeKind, Severity
from backend.analytics.monitoring.channels.message import Message, Part, shortened

MOST_BYTES = 27_000
COLORS = {Severity.CRITICAL: "Attention", Severity.WARNING: "Warning", Severity.INFO: "Accent"}
Element = Mapping[str, Any]


def body(message: Message) -> bytes:
    """As many alerts as fit; the headline counts all of them and a link leads to the rest."""
    for shown in range(len(message.parts), 0, -1):
        packed = _packed(message, message.parts[:shown])
        if len(packed) <= MOST_BYTES:
            return packed
    return _packed(message, ())


def accepts(status: int, _answer: bytes) -> bool:
    return status in {200, 202}


def escaped(text: str) -> str:
    """Without what cards read as markup, so that a route such as `/jobs/<slug>` or `a_b_c` is shown as it is."""
    return "".join(f"\\{character}" if character in "\\`*_[]~" else character for character in text)


def _packed(message: Message, parts: Sequence[Part]) -> bytes:
    elements: list[Element] = [_text(message.headline, size="Large", weight="Bolder", style="heading")]
    for part in parts:
        elements += _part(part, is_alone=len(message.parts) == 1)
    left_out = message.left_out + len(message.parts) - len(parts)
    links = [("See all alerts", message.all_url)] if left_out else []
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": shortened(message.headline),
        "msteams": {"width": "Full"},
        "body": elements,
        "actions": _actions(links),
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return json.dumps({"type": "message", "attachments": [attachment]}, ensure_ascii=False).encode()


def _part(part: Part, *, is_alone: bool) -> Sequence[Element]:
    color = "Good" if part.kind is ChangeKind.RESOLVED else COLORS[part.severity]
    facts = {"type": "FactSet", "facts": [{"title": name, "value": escaped(value)} for name, value in part.facts]}
    links = [("Explain", part.explain_url), ("Silence", part.silence_url)]
    actions = {"type": "ActionSet", "actions": _actions([link for link in links if link[1]])}
    headline = [] if is_alone else [_text(part.headline, weight="Bolder", color=color, separator=True)]
    return [*headline, facts, actions]


def _text(text: str, **looks: object) -> Element:
    return {"type": "TextBlock", "text": escaped(text), "wrap": True, **looks}


def _actions(links: Sequence[tuple[str, str]]) -> Sequence[Element]:
    return [{"type": "Action.OpenUrl", "title": word, "url": url} for word, url in links]
