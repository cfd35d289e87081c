"""Leases: the right to do something alone, among processes on any host."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from backend.clock import Clock
from backend.jobs.store import LeaseStore

SCHEDULER = "scheduler"
LEASE = timedelta(seconds=10)


class Leases:
    """A holder renews at a third of the lease; once it has run out, the next process that asks holds it."""

    def __init__(self, store: LeaseStore, session: Session, now: Clock, lease: timedelta = LEASE) -> None:
        self._store = store
        self._session = session
        self._now = now
        self.lease = lease

    def hold(self, name: str, holder: str) -> int | None:
        """Take or renew a lease: its fence, which grows with every change of holder; None while another holds it."""
        fence = self._store.take(name, holder, self._now(), self.lease)
        self._session.commit()
        return fence

    def release(self, name: str, holder: str) -> None:
        """End the lease now, so that the next holder need not wait."""
        self._store.end(name, holder, self._now())
        self._session.commit()

    def heartbeat_age(self, name: str) -> timedelta | None:
        """How long ago the lease was last renewed; None if it never was held."""
        lease = self._store.find(name)
        return None if lease is None else self._now() - (lease.expires_at - self.lease)
