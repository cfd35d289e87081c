"""What monitoring is wanted to be and is, as it is answered."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from backend.analytics.monitoring.control import MonitoringStatus, Observed
from backend.analytics.monitoring.hosts import HostStatus, WorkerStatus
from backend.analytics.monitoring.state import Desired
from backend.routes.schemas.answer import Out


class WorkerOut(Out):
    """A server process and the generation of the order it obeys."""

    pid: int
    generation: int

    @classmethod
    def of(cls, worker: WorkerStatus) -> Self:
        return cls(pid=worker.pid, generation=worker.generation)


class HostOut(Out):
    id: str
    heartbeat_age: float | None = Field(description="Seconds since anything was heard of this host.")
    is_sampling: bool = Field(description="Whether a process measures the host itself, such as its memory.")
    workers: list[WorkerOut]

    @classmethod
    def of(cls, host: HostStatus) -> Self:
        age = None if host.heartbeat_age is None else round(host.heartbeat_age.total_seconds(), 1)
        workers = [WorkerOut.of(worker) for worker in host.workers]
        return cls(id=host.id, heartbeat_age=age, is_sampling=host.is_sampling, workers=workers)


class MonitoringStatusResponse(Out):
    """`desired` is obeyed by every process within 2 s; `observed` is `changing` until all obey this `generation`."""

    desired: Desired
    generation: int
    observed: Observed
    hosts: list[HostOut]

    @classmethod
    def of(cls, status: MonitoringStatus) -> Self:
        hosts = [HostOut.of(host) for host in status.hosts]
        return cls(desired=status.desired, generation=status.generation, observed=status.observed, hosts=hosts)
