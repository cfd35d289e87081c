"""A channel for alerts as a request brings it, without its secrets as it is answered; and the log of messages."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from backend.analytics.monitoring.alerts.notifier import Severity
from backend.analytics.monitoring.channels import pagerduty
from backend.analytics.monitoring.channels.channel import (
    Address,
    Channel,
    ChannelKind,
    Delivery,
    DeliveryState,
    NewChannel,
    Source,
)
from backend.errors import FieldError, InvalidRequest
from backend.routes.schemas.answer import Out
from backend.routes.schemas.parameters import SingleParameters

URL = r"^https://([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,9}[A-Za-z]{2,24}(:443)?(/[!-\[\]-~]*)?$"
Name = Annotated[
    str, Field(min_length=1, max_length=80, pattern=r"^[^\x00-\x20\x7f]([^\x00-\x1f\x7f]*[^\x00-\x20\x7f])?$")
]
Url = Annotated[
    str,
    Field(max_length=2000, pattern=URL, examples=["https://hooks.example.com/alerts"], description="Never answered."),
]
Key = Annotated[
    str,
    Field(pattern=r"^[0-9A-Za-z]{32}$", description="Integration key of PagerDuty (Events API v2). Never answered."),
]
Secret = Annotated[
    str,
    Field(min_length=16, max_length=200, pattern=r"^[!-~]+$", description="Signs what a webhook is sent."),
]
LESS = "What is less severe is not sent here, unless a rule names this channel."
NOTHING = {"type": "null"}


class PostedKind(StrEnum):
    """What can be added. Email is always there."""

    SLACK = "slack"
    PAGERDUTY = "pagerduty"
    TEAMS = "teams"
    WEBHOOK = "webhook"


def _form(kinds: list[str], needed: str, **never: object) -> Mapping[str, object]:
    return {
        "properties": {"kind": {"enum": kinds}, needed: {"type": "string"}, **never},
        "required": ["kind", needed],
    }


BY_KIND: dict[str, Any] = {
    "oneOf": [
        _form(["slack", "teams"], "address", key=NOTHING, secret=NOTHING),
        _form(["webhook"], "address", key=NOTHING),
        _form(["pagerduty"], "key", address=NOTHING, secret=NOTHING),
    ]
}
PARTS = {
    ChannelKind.SLACK: ("address",),
    ChannelKind.TEAMS: ("address",),
    ChannelKind.WEBHOOK: ("address", "secret"),
    ChannelKind.PAGERDUTY: ("key",),
}


class ChannelChange(BaseModel):
    """A channel as it is to be. Its address, key, or secret stays as it is unless a new one is sent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    minimum_severity: Severity = Field(Severity.INFO, description=LESS)
    enabled: bool = True
    address: Url | None = None
    key: Key | None = None
    secret: Secret | None = None

    def changed(self, kind: ChannelKind) -> NewChannel:
        """Raises InvalidRequest for what does not belong to this kind."""
        if errors := list(self._strange(kind)):
            raise InvalidRequest(errors)
        return self._channel(kind, self.secret or "")

    def _strange(self, kind: ChannelKind) -> Iterator[FieldError]:
        for part in ("address", "key", "secret"):
            if getattr(self, part) is not None and part not in PARTS.get(kind, ()):
                yield FieldError(part, f"A channel of kind {kind} has none. Leave it out.", "extra_forbidden")

    def _channel(self, kind: ChannelKind, secret: str) -> NewChannel:
        is_pager = kind is ChannelKind.PAGERDUTY
        address = Address(pagerduty.URL, self.key or "") if is_pager else Address(self.address or "", secret)
        return NewChannel(kind, self.name, self.minimum_severity, self.enabled, address)


class ChannelBody(ChannelChange):
    """A channel to be added. Slack, Teams, and webhooks need an `address`, PagerDuty a `key`.

    Of a webhook, the `secret` that signs its messages is made unless one is sent, and answered once.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_extra=BY_KIND)

    kind: PostedKind

    def channel(self) -> NewChannel:
        """Raises InvalidRequest with everything that is missing or does not belong to this kind."""
        kind = ChannelKind(self.kind)
        needed = PARTS[kind][0]
        missing = (
            [] if getattr(self, needed) else [FieldError(needed, f"A channel of kind {kind} needs one.", "missing")]
        )
        if errors := [*missing, *self._strange(kind)]:
            raise InvalidRequest(errors)
        secret = self.secret or (secrets.token_urlsafe(32) if kind is ChannelKind.WEBHOOK else "")
        return self._channel(kind, secret)


class ChannelPath(BaseModel):
    channel_id: str = Field(
        max_length=20, description="The ID of a channel: `email`, `slack`, `pagerduty`, or a number."
    )


class DeliveriesQuery(SingleParameters):
    state: DeliveryState | None = None
    channel: str | None = Field(None, max_length=20, description="Only messages to the channel with this ID.")
    before: int | None = Field(None, ge=1, le=2**62, description="Only messages older than the one with this ID.")
    limit: int = Field(100, ge=1, le=100)


class DeliveryOut(Out):
    """One message to one channel. `answer`: what the last attempt came to. `due_at`: of the next one, if any."""

    id: int
    channel_id: str
    kind: str
    headline: str
    alert_ids: list[int]
    state: DeliveryState
    attempts: int
    answer: str
    created_at: datetime
    due_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        names = set(cls.model_fields) - {"due_at", "alert_ids"}
        due_at = delivery.due_at if delivery.state is DeliveryState.WAITING else None
        fields = {name: getattr(delivery, name) for name in names}
        return cls(**fields, due_at=due_at, alert_ids=list(delivery.alert_ids))


class ChannelOut(Out):
    """`source`: `settings` makes it, it is `built_in`, or somebody `stored` it. `latest`: its newest message."""

    id: str
    kind: ChannelKind
    name: str
    minimum_severity: Severity = Field(description=LESS)
    enabled: bool
    source: Source
    host: str = Field(description="The host it leads to; empty for email. The rest of the address is secret.")
    latest: DeliveryOut | None

    @classmethod
    def of(cls, channel: Channel, latest: Delivery | None) -> Self:
        fields = {name: getattr(channel, name) for name in ("id", "kind", "name", "source", "host")}
        shown = DeliveryOut.of(latest) if latest else None
        return cls(**fields, minimum_severity=channel.minimum, enabled=channel.is_enabled, latest=shown)


class AddedChannelOut(ChannelOut):
    secret: str | None = Field(description="What signs the messages of a webhook. It is answered only now.")


class ChannelsResponse(Out):
    data: list[ChannelOut]

    @classmethod
    def of(cls, channels: Iterable[Channel], latest: Mapping[str, Delivery]) -> Self:
        return cls(data=[ChannelOut.of(channel, latest.get(channel.id)) for channel in channels])


class ChannelResponse(Out):
    data: ChannelOut

    @classmethod
    def of(cls, channel: Channel, latest: Delivery | None) -> Self:
        return cls(data=ChannelOut.of(channel, latest))


class AddedChannelResponse(Out):
    data: AddedChannelOut

    @classmethod
    def of_added(cls, channel: Channel, new: NewChannel) -> Self:
        secret = new.address.secret if new.kind is ChannelKind.WEBHOOK else None
        return cls(data=AddedChannelOut(**dict(ChannelOut.of(channel, None)), secret=secret))


class DeliveriesResponse(Out):
    data: list[DeliveryOut]

    @classmethod
    def of(cls, deliveries: Iterable[Delivery]) -> Self:
        return cls(data=[DeliveryOut.of(delivery) for delivery in deliveries])


class DeliveryResponse(Out):
    data: DeliveryOut

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        return cls(data=DeliveryOut.of(delivery))
