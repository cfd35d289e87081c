"""Streams of the server's own events, such as letters and payments: nobody's visit, told apart by their names.

They stand beside sessions: they make none, lengthen none and belong to no visitor.
"""

from __future__ import annotations

from backend.analytics.events.demo import DEMO_SESSIONS

# Only the server itself names a stream so; whatever comes from outside under such a name is refused.
SERVER_STREAMS = "mingus-server-"
EXPOSURE_STREAM = f"{SERVER_STREAMS}experiments"  # whom an experiment was shown to
RESERVED_STREAMS = (DEMO_SESSIONS, SERVER_STREAMS)  # that no visitor's session may have
