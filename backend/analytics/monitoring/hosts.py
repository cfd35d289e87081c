"""The hosts and their server processes: each says every few seconds which order it obeys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, String, delete, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from backend.extensions import Model
from backend.jobs.store import inserting
from config.values import LONGEST_HOST

HEARTBEAT = timedelta(seconds=5)
SILENT = 3 * HEARTBEAT
KEPT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """A server process that lives, and the generation it obeys."""

    pid: int
    generation: int
    seen_age: timedelta


@dataclass(frozen=True, slots=True)
class HostStatus:
    """A host of which something was heard lately; `figures` are what its sampler measured last."""

    id: str
    heartbeat_age: timedelta | None
    is_sampling: bool
    workers: tuple[WorkerStatus, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)


class MonitoringHost(Model):
    """What the sampler of a host measured last. `fence` is its lease's: an older sampler can no longer write."""

    __tablename__ = "monitoring_hosts"

    id: Mapped[str] = mapped_column(String(LONGEST_HOST), primary_key=True)
    fence: Mapped[int] = mapped_column(BigInteger())
    sampled_at: Mapped[datetime]
    figures: Mapped[dict[str, Any]]


class MonitoringWorker(Model):
    """A process that records readings, and when it was last heard of."""

    __tablename__ = "monitoring_workers"

    host: Mapped[str] = mapped_column(String(LONGEST_HOST), primary_key=True)
    pid: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    generation: Mapped[int] = mapped_column(BigInteger())
    seen_at: Mapped[datetime]


class HostStore:
    def __init__(self, session: Session) -> None:
        self._session = session

    def beat(self, host: str, pid: int, generation: int, now: datetime) -> None:
        """Note that a process lives, and forget those that have long been silent or come from a clock set back."""
        seen = {"generation": generation, "seen_at": now}
        beat = inserting(self._session, MonitoringWorker).values(host=host, pid=pid, **seen)
        self._session.execute(beat.on_conflict_do_update(index_elements=["host", "pid"], set_=seen))
        gone = or_(MonitoringWorker.seen_at < now - KEPT, MonitoringWorker.seen_at > now + KEPT)
        self._session.execute(delete(MonitoringWorker).where(gone).execution_options(synchronize_session=False))

    def leave(self, host: str, pid: int) -> None:
        """Forget a process that ends."""
        own = (MonitoringWorker.host == host) & (MonitoringWorker.pid == pid)
        self._session.execute(delete(MonitoringWorker).where(own).execution_options(synchronize_session=False))

    def keep_figures(self, host: str, fence: int, figures: Mapping[str, float], now: datetime) -> bool:
        """Keep what a sampler measured; False if another sampler of the host has taken over."""
        values = {"fence": fence, "sampled_at": now, "figures": dict(figures)}
        kept = inserting(self._session, MonitoringHost).values(id=host, **values)
        kept = kept.on_conflict_do_update(index_elements=["id"], set_=values, where=MonitoringHost.fence <= fence)
        return self._session.execute(kept.returning(MonitoringHost.fence)).scalar() is not None

    def living(self, now: datetime) -> Sequence[HostStatus]:
        """The hosts that were heard of within three heartbeats, by name."""
        workers = select(MonitoringWorker).order_by(MonitoringWorker.host, MonitoringWorker.pid)
        lately = MonitoringWorker.seen_at.between(now - SILENT, now + SILENT)
        by_host: dict[str, list[WorkerStatus]] = {}
        for row in self._session.scalars(workers.where(lately)):
            status = WorkerStatus(row.pid, row.generation, _age(row.seen_at, now))
            by_host.setdefault(row.host, []).append(status)
        sampled = select(MonitoringHost).where(MonitoringHost.sampled_at.between(now - SILENT, now + SILENT))
        hosts = {host.id: host for host in self._session.scalars(sampled)}
        names = sorted({*by_host, *hosts})
        return [_host(name, hosts.get(name), by_host.get(name, []), now) for name in names]


def _host(name: str, host: MonitoringHost | None, workers: list[WorkerStatus], now: datetime) -> HostStatus:
    ages = [worker.seen_age for worker in workers]
    if host is None:
        return HostStatus(name, min(ages, default=None), is_sampling=False, workers=tuple(workers))
    ages.append(_age(host.sampled_at, now))
    return HostStatus(name, min(ages), is_sampling=True, workers=tuple(workers), figures=host.figures)


def _age(at: datetime, now: datetime) -> timedelta:
    return max(now - at, timedelta())
