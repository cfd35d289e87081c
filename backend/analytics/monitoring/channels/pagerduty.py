"""PagerDuty: Events API v2.

https://developer.pagerduty.com/docs/events-api-v2-overview: `trigger`, `acknowledge`, `resolve` under one `dedup_key`
of at most 255 characters, a summary of at most 1,024, 512 KB in all. PagerDuty answers 202; 400 is never to be tried
again, 429 and 5xx are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from backend.analytics.monitoring.alerts.notifier import AlertChange, ChangeKind
from backend.analytics.monitoring.channels.message import Message, part_of, shortened

URL = "https://events.pagerduty.com/v2/enqueue"
MOST_OF_A_KEY, MOST_OF_A_SUMMARY = 255, 1024
ACTIONS = {ChangeKind.ACKNOWLEDGED: "acknowledge", ChangeKind.RESOLVED: "resolve"}


def body(message: Message, change: AlertChange, routing_key: str, site: str, zone: str) -> bytes:
    """One event for one change. What opens, reminds, or escalates triggers; PagerDuty adds it to the same incident."""
    action = ACTIONS.get(change.kind, "trigger")
    event: dict[str, Any] = {
        "routing_key": routing_key,
        "event_action": action,
        "dedup_key": dedup_key(change.group, site),
    }
    if action == "trigger":
        event |= _trigger(message, change, site, zone)
    return json.dumps(event, ensure_ascii=False).encode()


def accepts(status: int, _answer: bytes) -> bool:
    return status == 202


def dedup_key(group: str, site: str) -> str:
    """The key of an incident. Two installations that share an integration do not resolve each other's."""
    key = f"{site}|{group}"
    return key if len(key) <= MOST_OF_A_KEY else sha256(key.encode()).hexdigest()


def _trigger(message: Message, change: AlertChange, site: str, zone: str) -> Mapping[str, Any]:
    part = part_of(change, site, zone)
    links = [("Explain", part.explain_url), ("Silence", part.silence_url)]
    return {
        "payload": {
            "summary": shortened(message.headline, MOST_OF_A_SUMMARY),
            "source": site.partition("://")[2] or site,
            "severity": change.severity.value,
            "timestamp": change.at.isoformat(timespec="milliseconds"),
            "component": shortened(change.affected) or "mingus",
            "group": change.group,
            "class": change.rule_id,
            "custom_details": dict(part.facts),
        },
        "client": "Mingus",
        "client_url": part.explain_url,
        "links": [{"href": url, "text": word} for word, url in links if url],
    }
