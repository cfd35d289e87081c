"""A worker's threads parse their first events at the same time without harm."""

from __future__ import annotations

import subprocess
import sys

from tests.servers import PROJECT

RACE = """
import importlib, sys, threading
from datetime import datetime, UTC
import backend.analytics.events.event as event
import backend.analytics.events.wire.bodies as bodies
import backend.analytics.events.wire.event as events

BODY = b'[{"event_type":"assessment_submitted","session_id":"s","event_data":{"job_title":"x"}}]'
sys.setswitchinterval(1e-6)
for _ in range(60):
    importlib.reload(event)
    importlib.reload(events)
    importlib.reload(bodies)
    barrier = threading.Barrier(8)

    def first():
        barrier.wait()
        bodies.parse(BODY, "application/json", events.BROWSER, datetime.now(UTC))

    threads = [threading.Thread(target=first) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
"""


def test_first_events_on_many_threads_do_not_crash_the_worker():
    """msgspec 0.22 crashes the process when two threads meet a type for the first time."""
    race = subprocess.run([sys.executable, "-c", RACE], cwd=PROJECT, check=False, capture_output=True, text=True)

    assert race.returncode == 0, race.stderr
