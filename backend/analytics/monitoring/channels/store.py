from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from backend.analytics.monitoring.channels.channel import DeliveryState
from backend.analytics.monitoring.channels.content import groups_in
from backend.analytics.monitoring.channels.models import StoredChannel, StoredDelivery
from backend.errors import NotFound

MOST_WAITING, MOST_LOOKED_AT = 2000, 200


class ChannelStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, channel: StoredChannel) -> None:
        self._session.add(channel)
        self._session.flush()

    def all(self) -> Sequence[StoredChannel]:
        return self._session.scalars(select(StoredChannel).order_by(StoredChannel.id)).all()

    def get(self, channel_id: str) -> StoredChannel:
        """Raises NotFound."""
        is_number = channel_id.isascii() and channel_id.isdecimal() and len(channel_id) < 10
        channel = self._session.get(StoredChannel, int(channel_id)) if is_number else None
        if channel is None:
            raise NotFound("There is no channel with that ID.")
        return channel

    def is_taken(self, name: str, *, but: int | None = None) -> bool:
        """Whether another channel has this name."""
        channels = self._session.execute(select(StoredChannel.id, StoredChannel.name))
        return any(other.casefold() == name.casefold() for channel_id, other in channels if channel_id != but)

    def delete(self, channel: StoredChannel) -> None:
        self._session.delete(channel)
        self._session.flush()


class DeliveryStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, delivery: StoredDelivery) -> None:
        self._session.add(delivery)
        self._session.flush()

    def gathering(self, channel_id: str, now: datetime) -> StoredDelivery | None:
        """The channel's newest message, locked, if it is not due yet, so that more can be said in it."""
        newest = (
            select(StoredDelivery)
            .where(StoredDelivery.channel_id == channel_id, StoredDelivery.kind != "test")
            .order_by(StoredDelivery.id.desc())
            .limit(1)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        delivery = self._session.scalar(newest)
        waits = delivery is not None and delivery.state == DeliveryState.WAITING and delivery.attempts == 0
        return delivery if waits and delivery is not None and delivery.due_at > now else None

    def waiting(self) -> Sequence[StoredDelivery]:
        """Every message that waits, the oldest first, locked."""
        rows = select(StoredDelivery).where(StoredDelivery.state == DeliveryState.WAITING)
        oldest = rows.order_by(StoredDelivery.id).limit(MOST_WAITING).with_for_update()
        return self._session.scalars(oldest.execution_options(populate_existing=True)).all()

    def named(self, ids: Sequence[int]) -> Sequence[StoredDelivery]:
        """These messages, locked."""
        rows = select(StoredDelivery).where(StoredDelivery.id.in_(ids)).order_by(StoredDelivery.id).with_for_update()
        return self._session.scalars(rows.execution_options(populate_existing=True)).all()

    def postpone(self, channel_id: str, until: datetime) -> None:
        """Let all that waits for a channel wait at least that long."""
        waiting = (StoredDelivery.channel_id == channel_id) & (StoredDelivery.state == DeliveryState.WAITING)
        self._changed(update(StoredDelivery).where(waiting, StoredDelivery.due_at < until).values(due_at=until))

    def hurry(self, channel_id: str, now: datetime) -> None:
        """Let what waits for a channel be tried at once, as after its address was corrected."""
        waiting = (StoredDelivery.channel_id == channel_id) & (StoredDelivery.state == DeliveryState.WAITING)
        self._changed(update(StoredDelivery).where(waiting, StoredDelivery.attempts > 0).values(due_at=now))

    def newest(
        self, most: int, state: DeliveryState | None, channel_id: str | None, before: int | None
    ) -> Sequence[StoredDelivery]:
        rows = select(StoredDelivery).order_by(StoredDelivery.id.desc()).limit(most)
        if state is not None:
            rows = rows.where(StoredDelivery.state == state)
        if channel_id is not None:
            rows = rows.where(StoredDelivery.channel_id == channel_id)
        return self._session.scalars(rows if before is None else rows.where(StoredDelivery.id < before)).all()

    def latest_of_each(self) -> Sequence[StoredDelivery]:
        """The newest message of each channel."""
        ids = select(func.max(StoredDelivery.id)).group_by(StoredDelivery.channel_id)
        return self._session.scalars(select(StoredDelivery).where(StoredDelivery.id.in_(ids))).all()

    def latest_groups(self, channel_id: str) -> frozenset[str]:
        """The groups of alerts that the channel was told of lately."""
        rows = self.newest(MOST_LOOKED_AT, None, channel_id, None)
        return frozenset[str]().union(*(groups_in(row.content) for row in rows))

    def find(self, delivery_id: int) -> StoredDelivery | None:
        return self._session.get(StoredDelivery, delivery_id, populate_existing=True)

    def delete_finished(self, before: datetime, most: int) -> int:
        old = select(StoredDelivery.id).where(StoredDelivery.finished_at < before).limit(most)
        return self._changed(delete(StoredDelivery).where(StoredDelivery.id.in_(old)))

    def _changed(self, statement: Any) -> int:
        result = self._session.execute(statement.execution_options(synchronize_session=False))
        assert isinstance(result, CursorResult)
        return result.rowcount
