"""Channels and what was sent to them, as pages show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.analytics.monitoring.channels.channel import Channel, ChannelKind, Delivery, DeliveryState, Source
from backend.dashboards.ops.alerts import ORDER, SEVERITY
from backend.formats import moment

KINDS = {
    ChannelKind.SLACK: "Slack",
    ChannelKind.PAGERDUTY: "PagerDuty",
    ChannelKind.TEAMS: "Microsoft Teams",
    ChannelKind.WEBHOOK: "Webhook",
    ChannelKind.EMAIL: "Email",
}
STATES = {
    DeliveryState.WAITING: "Waiting",
    DeliveryState.DELIVERED: "Delivered",
    DeliveryState.FAILED: "Refused",
    DeliveryState.GAVE_UP: "Gave up",
}
FROM = {
    Source.SETTINGS: "From the settings of this site",
    Source.STORED: "",
    Source.BUILT_IN: "To whoever is on call",
}
CHOICES = {
    "kinds": {kind.value: words for kind, words in KINDS.items() if kind is not ChannelKind.EMAIL},
    "severities": {severity.value: SEVERITY[severity] for severity in ORDER},
}
MOST_FAILED = 5
FAILED = frozenset({DeliveryState.FAILED, DeliveryState.GAVE_UP})


@dataclass(frozen=True, slots=True)
class FailedDelivery:
    """A message that did not reach its channel, or has not yet."""

    channel: str
    when: str
    headline: str
    error: str


@dataclass(frozen=True, slots=True)
class ShownDelivery:
    channel: str
    when: str
    headline: str
    state: str
    is_bad: bool
    attempts: int
    answer: str


@dataclass(frozen=True, slots=True)
class ShownChannel:
    """`last`: the newest message sent to it; None: none was."""

    id: str
    name: str
    kind: str
    host: str
    about: str
    minimum: str
    minimum_value: str
    is_enabled: bool
    can_be_changed: bool
    last: ShownDelivery | None


def shown_channels(channels: Iterable[Channel], latest: Mapping[str, Delivery], zone: str) -> tuple[ShownChannel, ...]:
    return tuple(shown_channel(channel, latest.get(channel.id), zone) for channel in channels)


def shown_channel(channel: Channel, last: Delivery | None, zone: str) -> ShownChannel:
    return ShownChannel(
        channel.id,
        channel.name,
        KINDS[channel.kind],
        channel.host,
        FROM[channel.source],
        SEVERITY[channel.minimum],
        channel.minimum.value,
        channel.is_enabled,
        channel.source is Source.STORED,
        shown_delivery(last, {channel.id: channel.name}, zone) if last else None,
    )


def shown_delivery(delivery: Delivery, names: Mapping[str, str], zone: str) -> ShownDelivery:
    tried = delivery.attempts > 1 or (delivery.attempts == 1 and delivery.answer != "")
    return ShownDelivery(
        names.get(delivery.channel_id, "A deleted channel"),
        moment(delivery.finished_at or delivery.created_at, zone),
        delivery.headline,
        STATES[delivery.state],
        delivery.state in FAILED or (delivery.state is DeliveryState.WAITING and tried),
        delivery.attempts,
        delivery.answer,
    )


def failed_deliveries(
    deliveries: Sequence[Delivery], names: Mapping[str, str], since: datetime, zone: str
) -> tuple[FailedDelivery, ...]:
    """What did not arrive since a moment, or is still being tried after a first attempt."""
    late = [
        delivery
        for delivery in deliveries
        if delivery.created_at >= since
        and (delivery.state in FAILED or (delivery.state is DeliveryState.WAITING and delivery.attempts))
    ]
    return tuple(
        FailedDelivery(
            names.get(delivery.channel_id, "A deleted channel"),
            moment(delivery.created_at, zone),
            delivery.headline,
            delivery.answer or "no answer",
        )
        for delivery in late[:MOST_FAILED]
    )
