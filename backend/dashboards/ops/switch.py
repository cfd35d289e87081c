"""Whether monitoring is on, in words: what was asked for, who asked, and who obeys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from backend.dashboards.ops.alerts import when
from backend.formats import ago, counted

if TYPE_CHECKING:
    from backend.analytics.monitoring.control import MonitoringStatus
    from backend.analytics.monitoring.hosts import HostStatus

QUIET = timedelta(seconds=15)  # without a sign, from which on a host counts as gone
FIGURES = {"cpu_percent": "CPU", "memory_percent": "memory", "disk_percent": "disk"}
STOPS = (
    "Speed, errors, load, and visitors’ page times are no longer measured. Charts get a gap, and alerts on these"
    " figures can’t open."
)
GOES_ON = "The site, background work, email, and health checks continue. What was measured stays."


@dataclass(frozen=True, slots=True)
class ShownWorker:
    """A server process, and whether it does what was asked."""

    pid: int
    seen: str
    obeys: bool


@dataclass(frozen=True, slots=True)
class ShownHost:
    name: str
    seen: str
    is_here: bool
    samples: str
    figures: tuple[str, ...]
    workers: tuple[ShownWorker, ...]


@dataclass(frozen=True, slots=True)
class Switch:
    is_on: bool
    headline: str
    who: str
    obeyed: str
    hosts: tuple[ShownHost, ...]


def switch_of(status: MonitoringStatus, names: Mapping[str, str], now: datetime, zone: str) -> Switch:
    is_on = status.desired == "on"
    hosts = tuple(_host(host, status.generation, is_on=is_on) for host in status.hosts)
    workers = [worker for host in hosts if host.is_here for worker in host.workers]
    headline = "Monitoring is on" if is_on else "Monitoring is stopped"
    return Switch(is_on, headline, _who(status, names, now, zone, is_on=is_on), _obeyed(workers), hosts)


def _who(status: MonitoringStatus, names: Mapping[str, str], now: datetime, zone: str, *, is_on: bool) -> str:
    if status.changed_at is None:
        return "On since the first start. Nobody has stopped it."
    name = names.get(status.changed_by or "", "")
    return f"{'Started' if is_on else 'Stopped'}{f' by {name}' if name else ''}, {when(status.changed_at, now, zone)}."


def _obeyed(workers: Sequence[ShownWorker]) -> str:
    late = sum(not worker.obeys for worker in workers)
    if not workers:
        return "No server process has reported yet."
    if late:
        have = "hasn’t" if late == 1 else "haven’t"
        return f"{late} of {counted(len(workers), 'server process', 'server processes')} {have} followed yet."
    if len(workers) == 1:
        return "The server process obeys."
    return f"All {len(workers)} server processes obey."


def _host(host: HostStatus, generation: int, *, is_on: bool) -> ShownHost:
    age = host.heartbeat_age
    is_here = age is not None and age <= QUIET
    samples = "being measured" if host.is_sampling else "not measured" if is_on else "measuring stopped"
    workers = tuple(
        ShownWorker(worker.pid, ago(worker.seen_age.total_seconds()), worker.generation >= generation)
        for worker in host.workers
    )
    seen = ago(age.total_seconds()) if age is not None else "never"
    return ShownHost(host.id, seen, is_here, samples, tuple(_figures(host.figures)), workers)


def _figures(figures: Mapping[str, float]) -> Iterator[str]:
    """CPU 12%, memory 40%, disk 71%: of several disks the fullest."""
    for name, label in FIGURES.items():
        value = greatest(figures.items(), name)
        if value is not None:
            yield f"{label} {value:.0f}%"


def greatest(figures: Iterable[tuple[str, float]], name: str) -> float | None:
    """The greatest figure of this name, whatever it is of: a disk has its mount behind a colon."""
    return max((value for figure, value in figures if figure.partition(":")[0] == name), default=None)
