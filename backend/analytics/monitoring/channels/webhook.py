"""A webhook of anybody's: JSON, signed with a secret that both sides know.

The header `Mingus-Signature: t=1764540000,v1=<hex>` holds the time in seconds since the epoch and the HMAC-SHA256,
under the secret, of that time, a dot, and the body as sent. Whoever receives it refuses what is older than
`REPLAY_WINDOW`, so that a message somebody recorded cannot be sent again later.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from backend.analytics.monitoring.alerts.notifier import AlertChange
from backend.analytics.monitoring.channels.message import Message, part_of

SIGNATURE, DELIVERY = "Mingus-Signature", "Mingus-Delivery"
REPLAY_WINDOW = timedelta(minutes=5)
MOST_ALERTS = 100
VERSION = 1


def body(message: Message, changes: Sequence[AlertChange], delivery_id: int, site: str, zone: str) -> bytes:
    """The message and its alerts, a hundred at most; `count` is how many there are."""
    alerts = [_alert(change, site, zone) for change in changes[:MOST_ALERTS]]
    told = {
        "version": VERSION,
        "delivery_id": delivery_id,
        "is_test": message.is_test,
        "headline": message.headline,
        "severity": message.severity.value,
        "count": len(changes),
        "alerts": alerts,
        "all_url": message.all_url,
    }
    return json.dumps(told, ensure_ascii=False).encode()


def headers(sent: bytes, secret: str, delivery_id: int, at: datetime) -> Mapping[str, str]:
    """`Mingus-Delivery` is the same at each attempt, so that a message that arrived twice can be told."""
    return {SIGNATURE: signature(sent, secret, int(at.timestamp())), DELIVERY: str(delivery_id)}


def signature(sent: bytes, secret: str, seconds: int) -> str:
    digest = hmac.digest(secret.encode(), f"{seconds}.".encode() + sent, "sha256").hex()
    return f"t={seconds},v1={digest}"


def accepts(status: int, _answer: bytes) -> bool:
    return 200 <= status < 300


def _alert(change: AlertChange, site: str, zone: str) -> Mapping[str, object]:
    part = part_of(change, site, zone)
    return {
        "alert_id": change.alert_id,
        "rule_id": change.rule_id,
        "group": change.group,
        "kind": change.kind.value,
        "severity": change.severity.value,
        "title": change.title,
        "since": change.since.isoformat(),
        "at": change.at.isoformat(),
        "measured": change.measured,
        "limit": change.limit,
        "affected": change.affected,
        "explain_url": part.explain_url,
        "silence_url": part.silence_url,
    }
