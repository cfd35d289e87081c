"""What a caller may be allowed to do. One table; routes name its members."""

from __future__ import annotations

from enum import StrEnum


class Scope(StrEnum):
    """A permission, as `what:deed`."""

    DASHBOARDS_READ = "dashboards:read"
    EVENTS_WRITE = "events:write"
