"""The limits of a container count, in both versions of cgroups and at every level."""

from __future__ import annotations

import pytest

from backend.analytics.monitoring.cgroups import Cgroups

GIB = 1 << 30


def group(root, own, files):
    """Cgroups as files of a test: the text of each by its path."""
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    (root / "own").write_text(own)
    return Cgroups(root, root / "own")


@pytest.fixture
def second(tmp_path):
    files = {
        "cgroup.controllers": "cpu memory",
        "app.slice/memory.max": f"{2 * GIB}",
        "app.slice/memory.current": f"{GIB}",
        "app.slice/memory.stat": f"anon 5\ninactive_file {GIB // 4}\n",
        "app.slice/web/memory.max": "max",
        "app.slice/web/memory.current": "7",
        "app.slice/web/cpu.max": "150000 100000",
        "app.slice/web/cpu.stat": "usage_usec 2500000\nuser_usec 1\n",
        "app.slice/cpu.max": "max 100000",
    }
    return group(tmp_path, "0::/app.slice/web\n", files)


def test_version_2_is_read_from_the_own_group_up_to_the_root(second):
    assert second.memory() == (GIB - GIB // 4, 2 * GIB)
    assert second.processors() == 1.5
    assert second.processor_seconds() == 2.5


def test_version_1_is_read_as_well(tmp_path):
    files = {
        "memory/box/memory.limit_in_bytes": f"{GIB}",
        "memory/box/memory.usage_in_bytes": f"{GIB // 2}",
        "memory/box/memory.stat": "cache 9\n",
        "memory/memory.limit_in_bytes": "9223372036854771712",
        "memory/memory.usage_in_bytes": "9",
        "cpu/cpu.cfs_quota_us": "50000",
        "cpu/cpu.cfs_period_us": "100000",
        "cpuacct/cpuacct.usage": "3000000000",
    }
    limits = group(tmp_path, "4:memory:/box\n2:cpu,cpuacct:/\n", files)

    assert limits.memory() == (GIB // 2, GIB)
    assert limits.processors() == 0.5
    assert limits.processor_seconds() == 3.0


def test_the_path_of_the_machine_inside_a_container_leads_to_the_root_that_is_mounted(tmp_path):
    files = {"cgroup.controllers": "", "memory.max": f"{GIB}", "memory.current": "100"}

    assert group(tmp_path, "0::/docker/0a1b\n", files).memory() == (100, GIB)


def test_without_cgroups_nothing_is_limited(tmp_path):
    limits = Cgroups(tmp_path / "none", tmp_path / "none")

    assert (limits.memory(), limits.processors(), limits.processor_seconds()) == (None, None, None)
