"""Alerts' way to the channels: rows in the transaction of whatever changed the alert, and a job that sends them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from backend.analytics.monitoring.alerts.alert import CAUSE
from backend.analytics.monitoring.alerts.notifier import AlertChange, ChangeKind
from backend.analytics.monitoring.channels.channel import Channel, ChannelKind, DeliveryState
from backend.analytics.monitoring.channels.content import changes_in, content_of, merged
from backend.analytics.monitoring.channels.message import Message
from backend.analytics.monitoring.channels.models import StoredDelivery
from backend.analytics.monitoring.channels.service import KIND, ChannelService
from backend.analytics.monitoring.channels.store import DeliveryStore
from backend.clock import Clock
from backend.jobs.service import Jobs

GATHERING = timedelta(seconds=5)  # what happens together is said together; nobody is woken later for it
MIXED = "mixed"


class ChannelNotifier:
    """Implements `Notifier`."""

    def __init__(self, channels: ChannelService, jobs: Jobs, site: str, zone: str, now: Clock) -> None:
        self._channels = channels
        self._jobs = jobs
        self._site = site
        self._zone = zone
        self._now = now

    def announce(self, session: Session, changes: Sequence[AlertChange]) -> None:
        """Add what sends the changes to the caller's transaction."""
        store, channels = DeliveryStore(session), self._channels.all()
        enabled = {channel.id for channel in channels if channel.is_enabled}
        sent = [self._add(store, channel, _taken(store, channel, changes, enabled)) for channel in channels]
        if any(sent):
            self._jobs.add(KIND, {}, self._now() + GATHERING)

    def _add(self, store: DeliveryStore, channel: Channel, changes: Sequence[AlertChange]) -> bool:
        if channel.kind is ChannelKind.PAGERDUTY:  # which merges by the key of each group, and by nothing else
            for change in changes:
                self._write(store, channel, [change])
        elif changes:
            self._write(store, channel, changes)
        return bool(changes)

    def _write(self, store: DeliveryStore, channel: Channel, changes: Sequence[AlertChange]) -> None:
        now = self._now()
        gathering = None if channel.kind is ChannelKind.PAGERDUTY else store.gathering(channel.id, now)
        if gathering is not None:
            changes = merged(changes_in(gathering.content), changes)
        delivery = gathering or StoredDelivery(
            channel_id=channel.id,
            state=DeliveryState.WAITING,
            attempts=0,
            answer="",
            created_at=now,
            due_at=now + GATHERING,
        )
        kinds = {change.kind for change in changes}
        delivery.kind = kinds.pop().value if len(kinds) == 1 else MIXED
        delivery.headline = Message.of(changes, self._site, self._zone).headline
        delivery.content = content_of(changes)
        store.add(delivery)


def _taken(
    store: DeliveryStore, channel: Channel, changes: Sequence[AlertChange], enabled: set[str]
) -> Sequence[AlertChange]:
    """The changes for a channel. A rule that names only channels that are gone or off falls back to the severity.

    The end of an alert goes wherever its beginning went and nowhere else, though its rule names other channels by now:
    a pager would keep the incident open for good, and a channel that heard nothing would wonder what is over.
    """
    if not channel.is_enabled:
        return []
    has_ends = any(change.kind is ChangeKind.RESOLVED for change in changes)
    told = store.latest_groups(channel.id) if has_ends else frozenset()
    return [change for change in changes if _takes(channel, change, enabled, told)]


def _takes(channel: Channel, change: AlertChange, enabled: set[str], told: frozenset[str]) -> bool:
    """Of a loss of the database, which no row tells of, the change itself names the channels that heard."""
    if change.kind is ChangeKind.RESOLVED:
        return change.group in told or (change.rule_id == CAUSE and channel.id in change.channels)
    return channel.takes(change.severity, change.channels if enabled.intersection(change.channels) else ())
