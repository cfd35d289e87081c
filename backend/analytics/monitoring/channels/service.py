"""Channels: those of the settings, email, and those that somebody added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from backend.analytics.monitoring.alerts.notifier import AlertChange, ChangeKind, Severity
from backend.analytics.monitoring.channels.channel import (
    EMAIL,
    Address,
    Channel,
    ChannelKind,
    Delivery,
    DeliveryState,
    NewChannel,
    Source,
)
from backend.analytics.monitoring.channels.content import changes_in, content_of
from backend.analytics.monitoring.channels.message import sample
from backend.analytics.monitoring.channels.models import StoredChannel, StoredDelivery
from backend.analytics.monitoring.channels.store import ChannelStore, DeliveryStore
from backend.audit.actions import Action
from backend.audit.service import AuditLog
from backend.clock import Clock
from backend.errors import FieldError, InvalidRequest, MingusError, NotFound
from backend.jobs.service import Jobs
from backend.outbound.addresses import may_be_public
from backend.outbound.target import OutboundTarget
from backend.vault.service import Vault

KIND = "alerts.deliver"
TEST = "test"
PUBLIC_HOST = "Enter an address with the name of a public host, such as https://hooks.example.com/alerts."
MOST_CHANNELS, PAGE_SIZE, PRUNE_BATCH = 20, 100, 500
RETENTION = timedelta(days=90)
BY_EMAIL = Channel(EMAIL, ChannelKind.EMAIL, "Email", Severity.INFO, is_enabled=True, source=Source.BUILT_IN, host="")


class ChannelFixed(MingusError):
    """A channel that no one can change here, since a setting makes it or it is always there."""

    status = 409
    code = "channel_fixed"
    title = "This channel can’t be changed here"


class ChannelService:
    """`fixed`: the channels that settings make, with their addresses."""

    def __init__(
        self,
        session: Session,
        vault: Vault,
        jobs: Jobs,
        audit: AuditLog,
        fixed: Mapping[Channel, Address],
        now: Clock,
    ) -> None:
        self._session = session
        self._channels = ChannelStore(session)
        self._deliveries = DeliveryStore(session)
        self._vault = vault
        self._jobs = jobs
        self._audit = audit
        self._fixed = {channel.id: (channel, address) for channel, address in fixed.items()}
        self._now = now

    def all(self) -> Sequence[Channel]:
        fixed = [channel for channel, _ in self._fixed.values()]
        return [BY_EMAIL, *fixed, *map(_channel, self._channels.all())]

    def get(self, channel_id: str) -> Channel:
        """Raises NotFound."""
        if channel_id == EMAIL:
            return BY_EMAIL
        if channel_id in self._fixed:
            return self._fixed[channel_id][0]
        return _channel(self._channels.get(channel_id))

    def address_of(self, channel: Channel) -> Address:
        """Raises NotFound, and Unreadable if the key that sealed it is lost."""
        if channel.source is not Source.STORED:
            return self._fixed[channel.id][1] if channel.id in self._fixed else Address()
        stored = self._channels.get(channel.id)
        url = self._vault.open_secret(_place(stored.id, "sealed_url"), stored.sealed_url)
        return Address(url, self._vault.open_secret(_place(stored.id, "sealed_secret"), stored.sealed_secret))

    def add(self, by: str, new: NewChannel) -> Channel:
        """Raises InvalidRequest for a name that is taken, and when there are as many channels as there can be."""
        if len(self._channels.all()) >= MOST_CHANNELS:
            raise _bad("name", f"There are already {MOST_CHANNELS} channels. Delete one first.", "too_many")
        self._refuse_taken(new.name)
        now = self._now()
        stored = StoredChannel(kind=new.kind.value, sealed_url=b"", sealed_secret=b"", created_at=now)
        self._describe(stored, new, now)
        stored.host = _public_host(new.address.url)
        self._channels.add(stored)
        self._seal(stored, new.address)
        self._audit.record(by, Action.CHANNEL_ADDED, f"channel:{stored.id}", kind=stored.kind)
        self._session.commit()
        return _channel(stored)

    def change(self, by: str, channel_id: str, new: NewChannel) -> Channel:
        """What waits for the channel is tried at once. Raises NotFound, ChannelFixed, InvalidRequest."""
        stored, now = self._changeable(channel_id), self._now()
        self._refuse_taken(new.name, but=stored.id)
        self._describe(stored, new, now)
        if new.address.url:
            stored.host = _public_host(new.address.url)
        self._seal(stored, new.address)
        self._deliveries.hurry(channel_id, now)
        self._jobs.add(KIND, {})
        self._audit.record(by, Action.CHANNEL_CHANGED, f"channel:{stored.id}", moved=bool(new.address.url))
        self._session.commit()
        return _channel(stored)

    def delete(self, by: str, channel_id: str) -> None:
        """What waits for the channel fails at its next attempt; the log of it stays. Raises NotFound, ChannelFixed."""
        stored = self._changeable(channel_id)
        self._channels.delete(stored)
        self._deliveries.hurry(channel_id, self._now())
        self._jobs.add(KIND, {})
        self._audit.record(by, Action.CHANNEL_DELETED, f"channel:{channel_id}", kind=stored.kind)
        self._session.commit()

    def send_test(self, by: str, channel_id: str, recipients: Sequence[int] = ()) -> int:
        """Add a test message; its delivery's id. `recipients`: accounts instead of those on call. Raises NotFound."""
        channel, now = self.get(channel_id), self._now()
        opened = self._add_test(channel, sample(now), recipients, now)
        if channel.kind is ChannelKind.PAGERDUTY:  # where the test would stay an open incident
            self._add_test(channel, sample(now, ChangeKind.RESOLVED), recipients, now)
        self._jobs.add(KIND, {})
        self._audit.record(by, Action.CHANNEL_TESTED, f"channel:{channel.id}")
        self._session.commit()
        return opened.id

    def deliveries(
        self,
        state: DeliveryState | None = None,
        channel_id: str | None = None,
        before: int | None = None,
        most: int = PAGE_SIZE,
    ) -> Sequence[Delivery]:
        """The newest messages first; `before` is the id of the last one on the page before."""
        return [shown(row) for row in self._deliveries.newest(most, state, channel_id, before)]

    def delivery(self, delivery_id: int) -> Delivery:
        """Raises NotFound."""
        row = self._deliveries.find(delivery_id)
        if row is None:
            raise NotFound("There is no delivery with that ID.")
        return shown(row)

    def latest(self) -> Mapping[str, Delivery]:
        """The newest message of each channel that was sent any, by the channel's id."""
        return {row.channel_id: shown(row) for row in self._deliveries.latest_of_each()}

    def prune(self) -> int:
        """Delete what ended longer ago than its retention, in batches; how many."""
        pruned = 0
        while deleted := self._deliveries.delete_finished(self._now() - RETENTION, PRUNE_BATCH):
            self._session.commit()
            pruned += deleted
        self._session.rollback()
        return pruned

    def _add_test(
        self, channel: Channel, change: AlertChange, recipients: Sequence[int], now: datetime
    ) -> StoredDelivery:
        delivery = StoredDelivery(
            channel_id=channel.id,
            kind=TEST,
            headline=f"Test: {change.title}",
            content=content_of([change], recipients or None),
            state=DeliveryState.WAITING,
            attempts=0,
            answer="",
            created_at=now,
            due_at=now,
        )
        self._deliveries.add(delivery)
        return delivery

    def changeable(self, channel_id: str) -> Channel:
        """Raises NotFound, and ChannelFixed for one that no one can change here."""
        return _channel(self._changeable(channel_id))

    def _changeable(self, channel_id: str) -> StoredChannel:
        if channel_id == EMAIL:
            raise ChannelFixed("Email is always there. Change who is on call instead.")
        if channel_id in self._fixed:
            raise ChannelFixed("A setting makes this channel. Change the setting and restart instead.")
        return self._channels.get(channel_id)

    def _refuse_taken(self, name: str, but: int | None = None) -> None:
        if self._channels.is_taken(name, but=but):
            raise _bad("name", "Another channel has this name. Choose a different one.", "taken")

    def _describe(self, stored: StoredChannel, new: NewChannel, now: datetime) -> None:
        stored.name, stored.minimum, stored.is_enabled, stored.changed_at = new.name, new.minimum, new.is_enabled, now

    def _seal(self, stored: StoredChannel, address: Address) -> None:
        if address.url:
            stored.sealed_url = self._vault.seal_secret(_place(stored.id, "sealed_url"), address.url)
        if address.secret or not stored.sealed_secret:
            stored.sealed_secret = self._vault.seal_secret(_place(stored.id, "sealed_secret"), address.secret)


def shown(row: StoredDelivery) -> Delivery:
    changes = changes_in(row.content)
    return Delivery(
        row.id,
        row.channel_id,
        row.kind,
        row.headline,
        tuple(change.alert_id for change in changes if change.alert_id),
        DeliveryState(row.state),
        row.attempts,
        row.answer,
        row.created_at,
        row.due_at,
        row.finished_at,
    )


def _channel(stored: StoredChannel) -> Channel:
    kind, minimum = ChannelKind(stored.kind), Severity(stored.minimum)
    return Channel(str(stored.id), kind, stored.name, minimum, stored.is_enabled, Source.STORED, stored.host)


def _place(channel_id: int, column: str) -> str:
    return f"alert_channels.{column}|{channel_id}"


def _bad(field: str, message: str, code: str) -> InvalidRequest:
    return InvalidRequest([FieldError(field, message, code)])


def _public_host(url: str) -> str:
    """Raises InvalidRequest for a host of a private network, which no message would ever reach."""
    host = OutboundTarget.parse(url).host
    if not may_be_public(host):
        raise _bad("address", PUBLIC_HOST, "private_host")
    return host
