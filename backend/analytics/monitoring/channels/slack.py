"""Slack: an incoming webhook takes Block Kit.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks: 50 blocks, 150 characters in a header, 3,000
in the text of a section, 75 on a button, 3,000 in an address. Slack answers 200 and the word `ok`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from backend.analytics.monitoring.alerts.notifier import ChangeKind, Severity
from backend.analytics.monitoring.channels.message import Message, Part, shortened

MOST_OF_A_HEADER, MOST_OF_A_SECTION = 150, 3000
SIGNS = {Severity.CRITICAL: "\N{LARGE RED CIRCLE}", Severity.WARNING: "\N{LARGE ORANGE CIRCLE}"}
RESOLVED, OTHER = "\N{WHITE HEAVY CHECK MARK}", "\N{INFORMATION SOURCE}\N{VARIATION SELECTOR-16}"
Block = Mapping[str, Any]


def body(message: Message) -> bytes:
    """`text` is what notifications and screen readers say; the blocks are what is shown."""
    header = {"type": "header", "text": _plain(shortened(message.headline, MOST_OF_A_HEADER))}
    blocks: list[Block] = [header]
    for part in message.parts:
        blocks += _part(part, is_alone=len(message.parts) == 1)
    if message.more:
        blocks.append(_section(f"{message.more} <{escaped(message.all_url)}|See all alerts>"))
    return json.dumps({"text": escaped(message.headline), "blocks": blocks}, ensure_ascii=False).encode()


def accepts(status: int, answer: bytes) -> bool:
    return status == 200 and answer.strip() == b"ok"


def escaped(text: str) -> str:
    """The three characters that Slack reads as markup: otherwise `<!channel>` in a route would wake everyone."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _part(part: Part, *, is_alone: bool) -> Sequence[Block]:
    lines = [f"*{name}:* {escaped(value)}" for name, value in part.facts]
    if not is_alone:
        lines.insert(0, f"{_sign(part)} *{escaped(part.headline)}*")
    links = [("Explain", part.explain_url), ("Silence", part.silence_url)]
    buttons = [{"type": "button", "text": _plain(word), "url": url} for word, url in links if url]
    section = _section("\n".join(lines))
    return [section, {"type": "actions", "elements": buttons}] if buttons else [section]


def _sign(part: Part) -> str:
    return RESOLVED if part.kind is ChangeKind.RESOLVED else SIGNS.get(part.severity, OTHER)


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": shortened(text, MOST_OF_A_SECTION)}}
