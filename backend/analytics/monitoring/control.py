"""Starting and stopping monitoring, for every process of every host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy.orm import Session

from backend.analytics.monitoring.hosts import HostStatus, HostStore
from backend.analytics.monitoring.state import Desired, Order, StateStore
from backend.audit.actions import Action
from backend.audit.service import AuditLog
from backend.clock import Clock
from backend.database import reading

MONITORING = "monitoring:all"


class Observed(StrEnum):
    """What the living processes do."""

    ON = "on"
    OFF = "off"
    CHANGING = "changing"  # some have not heard of the last change yet
    UNKNOWN = "unknown"  # none was heard of lately


class Span(NamedTuple):
    """A time without monitoring; `end` is None while it lasts."""

    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class MonitoringStatus:
    """What is wanted, by whom since when, and what is so."""

    desired: Desired
    generation: int
    observed: Observed
    hosts: tuple[HostStatus, ...]
    changed_by: str | None = None
    changed_at: datetime | None = None


class MonitoringControl:
    def __init__(self, states: StateStore, hosts: HostStore, session: Session, audit: AuditLog, now: Clock) -> None:
        self._states = states
        self._hosts = hosts
        self._session = session
        self._audit = audit
        self._now = now

    def start(self, who: str) -> MonitoringStatus:
        """Turn monitoring on. Nothing changes if it is."""
        return self._turn(Desired.ON, who)

    def stop(self, who: str) -> MonitoringStatus:
        """Turn monitoring off. Nothing changes if it is."""
        return self._turn(Desired.OFF, who)

    def status(self) -> MonitoringStatus:
        with reading():
            return self._status()

    def order(self) -> Order:
        """What every process is to obey: one short query, for asking each second."""
        with reading():
            return self._states.order()

    def beat(self, host: str, pid: int, generation: int) -> None:
        """Say that a process lives and obeys this generation."""
        self._hosts.beat(host, pid, generation, self._now())
        self._session.commit()

    def leave(self, host: str, pid: int) -> None:
        """Say that a process ends."""
        self._hosts.leave(host, pid)
        self._session.commit()

    def keep_figures(self, host: str, fence: int, figures: Mapping[str, float]) -> bool:
        """Keep what the sampler of a host measured; False if it is no longer the sampler."""
        kept = self._hosts.keep_figures(host, fence, figures, self._now())
        self._session.commit()
        return kept

    def off_spans(self, since: datetime, until: datetime) -> Sequence[Span]:
        """When monitoring was off within a period, the earliest first."""
        return [Span(span.began_at, span.ended_at) for span in self._states.spans(since, until)]

    def _turn(self, desired: Desired, who: str) -> MonitoringStatus:
        state, now = self._states.lock(), self._now()
        if state.desired != desired:
            state.desired, state.generation = desired, state.generation + 1
            state.changed_by, state.changed_at = who, now
            self._note_span(desired, now)
            action = Action.MONITORING_STARTED if desired is Desired.ON else Action.MONITORING_STOPPED
            self._audit.record(who, action, MONITORING, generation=state.generation)
        status = self._status()
        self._session.commit()
        return status

    def _note_span(self, desired: Desired, now: datetime) -> None:
        self._states.end_spans(now)
        if desired is Desired.OFF:
            self._states.begin_span(now)

    def _status(self) -> MonitoringStatus:
        order, state, hosts = self._states.order(), self._states.find(), tuple(self._hosts.living(self._now()))
        by, at = (None, None) if state is None else (state.changed_by, state.changed_at)
        return MonitoringStatus(order.desired, order.generation, observed(order, hosts), hosts, by, at)


def observed(order: Order, hosts: Sequence[HostStatus]) -> Observed:
    """What all living processes agree on."""
    generations = {worker.generation for host in hosts for worker in host.workers}
    if not generations:
        return Observed.UNKNOWN
    return Observed(order.desired) if generations == {order.generation} else Observed.CHANGING
