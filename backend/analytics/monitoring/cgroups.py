"""What a container, or a service of systemd, may use of its machine: read from cgroups of version 2 or 1."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT, OWN = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
UNLIMITED = 1 << 60  # version 1 writes the largest number of pages where there is no limit


class MemoryUse(NamedTuple):
    """Bytes used, without what the kernel would give back at once, and the limit."""

    used: int
    limit: int


class Cgroups:
    """The groups of this process, from its own up to the root: the tightest limit of them counts."""

    def __init__(self, root: Path = ROOT, own: Path = OWN) -> None:
        self._root = root
        self._paths = dict(_controllers(own))
        self._is_2 = (root / "cgroup.controllers").exists()

    def memory(self) -> MemoryUse | None:
        """None without a limit."""
        if self._is_2:
            names = ("memory.max", "memory.current", "inactive_file")
        else:
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        uses = [use for folder in self._folders("memory") if (use := _memory_use(folder, *names))]
        return min(uses, key=lambda use: use.limit, default=None)

    def processors(self) -> float | None:
        """How many processors the group may use; None without a limit."""
        quotas = [quota for folder in self._folders("cpu") if (quota := self._quota(folder))]
        return min(quotas, default=None)

    def processor_seconds(self) -> float | None:
        """The time that all processes of the group have used so far."""
        if self._is_2:
            used = [_entry(folder / "cpu.stat", "usage_usec") for folder in self._folders("cpu")]
            return next((micro / 1e6 for micro in used if micro is not None), None)
        nanoseconds = [_number(folder / "cpuacct.usage") for folder in self._folders("cpuacct")]
        return next((nano / 1e9 for nano in nanoseconds if nano is not None), None)

    def _folders(self, controller: str) -> Iterator[Path]:
        """The folder of the group, then those above it. In a container the path may be that of the machine."""
        root = self._root if self._is_2 else self._root / controller
        path = self._paths.get("" if self._is_2 else controller, "/").strip("/")
        folder = root / path
        while folder != root:
            if folder.is_dir():
                yield folder
            folder = folder.parent
        yield root

    def _quota(self, folder: Path) -> float | None:
        if self._is_2:
            quota, _, period = _text(folder / "cpu.max").partition(" ")
            return int(quota) / int(period) if quota.isdigit() else None
        amount, period_v1 = _number(folder / "cpu.cfs_quota_us"), _number(folder / "cpu.cfs_period_us")
        return amount / period_v1 if amount is not None and amount > 0 and period_v1 else None


def _memory_use(folder: Path, limit: str, usage: str, cached: str) -> MemoryUse | None:
    most, used = _number(folder / limit), _number(folder / usage)
    if most is None or used is None or most >= UNLIMITED:
        return None
    return MemoryUse(max(used - (_entry(folder / "memory.stat", cached) or 0), 0), most)


def _controllers(own: Path) -> Iterator[tuple[str, str]]:
    """The path of this process in each hierarchy; that of version 2 has no name."""
    for line in _text(own).splitlines():
        _, controllers, path = line.split(":", 2)
        yield from ((name, path) for name in controllers.split(","))


def _number(path: Path) -> int | None:
    """None where there is no such file, or `max` in it."""
    text = _text(path)
    return int(text) if text.lstrip("-").isdigit() else None


def _entry(path: Path, name: str) -> int | None:
    lines = dict(line.split(" ", 1) for line in _text(path).splitlines() if " " in line)
    return int(lines[name]) if lines.get(name, "").isdigit() else None


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
