"""Read lines of events that come by file as the API reads those of a key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from backend.analytics.events.clocks import Impossible, Receipt
from backend.analytics.events.event import Event
from backend.analytics.events.wire.bodies import parse
from backend.analytics.events.wire.event import NDJSON, Limits

GOOD = b'{"event_type":"lines_ended","session_id":"none"}'  # so that no batch is refused for holding nothing good
NO_LIMITS = Limits(2**62, 2**62)


def read_lines(lines: Sequence[bytes], received_at: datetime) -> list[Event | str]:
    """For each line an event, or why it is none. Nobody can mend a file's clock later: impossible times are refused."""
    batch = parse(b"\n".join((*lines, GOOD)), NDJSON, NO_LIMITS, received_at)
    reasons = {rejection.index: rejection.error for rejection in batch.rejected}
    receipt, events = Receipt(received_at, None, from_browser=False), iter(batch.events)
    return [reasons[at] if at in reasons else _placed(next(events), receipt) for at in range(len(lines))]


def _placed(event: Event, receipt: Receipt) -> Event | str:
    instant = receipt.place(event.timestamp)
    if isinstance(instant, Impossible):
        return f"The time is impossible. {instant.sentence}"
    return msgspec.structs.replace(event, timestamp=instant)
