"""A channel: where alerts are sent, and what is needed to send them there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backend.analytics.monitoring.alerts.notifier import Severity
from backend.analytics.monitoring.channels.message import RANK

SLACK, PAGERDUTY, EMAIL = "slack", "pagerduty", "email"  # the ids of channels without a row


class ChannelKind(StrEnum):
    SLACK = "slack"
    PAGERDUTY = "pagerduty"
    TEAMS = "teams"
    WEBHOOK = "webhook"
    EMAIL = "email"


class Source(StrEnum):
    """Who made a channel: a setting, a person, or nobody because it is always there."""

    SETTINGS = "settings"
    STORED = "stored"
    BUILT_IN = "built_in"


class DeliveryState(StrEnum):
    """`WAITING` for its first or next attempt; `FAILED`: refused for good; `GAVE_UP`: not taken in all of its time."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    GAVE_UP = "gave_up"


@dataclass(frozen=True, slots=True, repr=False)
class Address:
    """The secrets of a channel: the URL it posts to, and the key or signing secret it is known by."""

    url: str = ""
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Channel:
    """`minimum`: what is less severe is not sent here, unless a rule names the channel. `host`: where it leads."""

    id: str
    kind: ChannelKind
    name: str
    minimum: Severity
    is_enabled: bool
    source: Source
    host: str

    def takes(self, severity: Severity, named: tuple[str, ...]) -> bool:
        """Whether an alert of this severity, of a rule that names these channels, is sent here."""
        if not self.is_enabled:
            return False
        return self.id in named if named else RANK[severity] >= RANK[self.minimum]


@dataclass(frozen=True, slots=True, repr=False)
class NewChannel:
    """A channel as somebody describes it. A change keeps the parts of the address that are empty."""

    kind: ChannelKind
    name: str
    minimum: Severity
    is_enabled: bool
    address: Address


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one channel. `answer`: what the last attempt came to, without secrets."""

    id: int
    channel_id: str
    kind: str
    headline: str
    alert_ids: tuple[int, ...]
    state: DeliveryState
    attempts: int
    answer: str
    created_at: datetime
    due_at: datetime
    finished_at: datetime | None
