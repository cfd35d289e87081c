"""Whatever keeps a process from asking for the lease, it asks again."""

from __future__ import annotations

import errno
import logging
from itertools import count

import pytest
from sqlalchemy.exc import OperationalError

from app.leader import Leader
from backend.jobs.leases import Leases
from tests.servers import wait_until


@pytest.mark.parametrize(
    "trouble", [OSError(errno.EMFILE, "Too many open files"), OperationalError("SELECT 1", {}, Exception("away"))]
)
def test_a_leader_outlives_trouble_with_asking(app, monkeypatch, caplog, trouble):
    hold, asked = Leases.hold, count(1)

    def failing_once(leases, name, holder):
        if next(asked) == 1:
            raise trouble
        return hold(leases, name, holder)

    monkeypatch.setattr(Leases, "hold", failing_once)
    leader = Leader(app)
    with caplog.at_level(logging.WARNING, "app.leader"):
        leader.start()
        wait_until(lambda: leader.fence, "it leads")
        leader.stop()

    assert caplog.messages == [f"background work waits for the database ({type(trouble).__name__})"]
