"""What a host itself says of its processors, memory, and disks. Names carry their units."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import monotonic

import psutil

from backend.analytics.monitoring.cgroups import Cgroups

MOST_DISKS = 16
LONGEST_MOUNT = 40
NOT_DISKS = frozenset({"squashfs", "iso9660"})  # images that are full by nature


class HostFigures:
    """Looks are compared with the one before: `prime` first, and a few seconds later, `look`."""

    def __init__(self, folders: Iterable[Path], cgroups: Cgroups | None = None) -> None:
        self._folders = tuple(folders)
        self._cgroups = cgroups or Cgroups()
        self._looked_at, self._seconds_before = 0.0, 0.0

    def prime(self) -> None:
        """Begin an interval of processor time: without one before it, the first figure would say nothing."""
        psutil.cpu_percent(interval=None)
        self._looked_at, self._seconds_before = monotonic(), self._cgroups.processor_seconds() or 0.0

    def look(self) -> dict[str, float]:
        return {**self._processors(), **self._memory(), **dict(self._disks())}

    def _processors(self) -> dict[str, float]:
        """Of what the container may use, if it has a limit; `load_1m` is the queue of the whole machine."""
        percent, limit = psutil.cpu_percent(interval=None), self._cgroups.processors()
        now, seconds = monotonic(), self._cgroups.processor_seconds()
        if limit and seconds is not None and now > self._looked_at:
            share = (seconds - self._seconds_before) / ((now - self._looked_at) * limit)
            percent = max(0.0, min(100 * share, 100.0))
        self._looked_at, self._seconds_before = now, seconds or 0.0
        processors = float(limit or os.cpu_count() or 1)
        return {"cpu_percent": percent, "processors": processors, "load_1m": psutil.getloadavg()[0]}

    def _memory(self) -> dict[str, float]:
        machine, group = psutil.virtual_memory(), self._cgroups.memory()
        used, limit = machine.total - machine.available, machine.total
        if group is not None and group.limit < machine.total:
            used, limit = group
        return {"memory_percent": 100 * used / limit, "memory_bytes": float(used), "memory_limit_bytes": float(limit)}

    def _disks(self) -> Iterator[tuple[str, float]]:
        """Each disk once, by where it is mounted; first those that hold what Mingus writes."""
        own = [_mount_of(folder) for folder in self._folders]
        others = [part.mountpoint for part in psutil.disk_partitions() if part.fstype not in NOT_DISKS]
        for mount in list(dict.fromkeys([*own, *others]))[:MOST_DISKS]:
            try:
                use = psutil.disk_usage(mount)
            except OSError:
                continue
            yield f"disk_percent:{mount[:LONGEST_MOUNT]}", use.percent
            yield f"disk_free_bytes:{mount[:LONGEST_MOUNT]}", float(use.free)


def _mount_of(folder: Path) -> str:
    """The mount that a folder is on, or would be."""
    path = folder.absolute()
    while not (path.exists() and path.is_mount()):
        path = path.parent
    return str(path)
