"""Which file is run when: one worker is at what mostly waits, the others are busy, and quick files end the run."""

from __future__ import annotations

import os

import pytest
from xdist.scheduler import LoadFileScheduling

from tests.costs import folder_of

WAITING = ("tests/faults", "tests/plugins")
FOLDERS = (*WAITING, "tests/browser", "tests/store", "tests/http", "tests", "tests/pure")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config):
    """For `-n auto`, one more than there are cores, since one worker hardly uses its own."""
    return len(os.sched_getaffinity(0)) + 1 if config.option.numprocesses == "auto" else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    if config.option.dist != "loadfile":
        return None
    config.option.loadscopereorder = False
    return OneWaits(config, log)


def pytest_collection_modifyitems(config, items):
    """Of workers; whoever runs a few files by hand gets them in the order in which they were named."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: rank(item.nodeid))


def rank(nodeid):
    folder = folder_of(nodeid)
    return FOLDERS.index(folder) if folder in FOLDERS else 0


def waits(nodeid):
    return folder_of(nodeid) in WAITING


class OneWaits(LoadFileScheduling):
    """Gives a worker the first file that waits while no other worker has one, and else the first that does not."""

    def _assign_work_unit(self, node):
        others = [files for other, files in self.assigned_work.items() if other is not node]
        unfinished = [file for files in others for file in files if self._pending_of({file: files[file]})]
        somebody_waits = any(map(waits, unfinished))
        self.workqueue.move_to_end(next_file(self.workqueue, somebody_waits=somebody_waits), last=False)
        super()._assign_work_unit(node)


def next_file(files, *, somebody_waits):
    return next((file for file in files if waits(file) is not somebody_waits), next(iter(files)))
