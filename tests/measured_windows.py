"""Windows of measurements made by hand, and time that passes, for tests of rules and alerts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from backend.analytics.monitoring.sketches import MAPPING, Sketch
from backend.analytics.monitoring.windows import Window

NOON = datetime(2026, 11, 30, 17, tzinfo=UTC)  # a Monday, twelve o'clock in New York
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def sketch_of(values):
    keys, counts = np.unique([MAPPING.key(value) for value in values if value > 0], return_counts=True)
    return Sketch(len(values), keys.astype(np.int32), counts.astype(np.int64))


def window_of(values, failed=0, covered=HOUR):
    """The window in which these were measured."""
    values = list(values)
    latest = values[-1] if values else None
    return Window(len(values), failed, float(sum(values)), max(values, default=0.0), latest, sketch_of(values), covered)
