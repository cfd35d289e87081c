"""Read-only questions to the landing table."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from backend.analytics.events.models import AnalyticsEvent
from backend.analytics.events.names import EventName
from backend.analytics.metrics.funnel import WINDOW, Visit
from backend.extensions import UtcDateTime

EARLIER = aliased(AnalyticsEvent)
# A session counts once, in the period of its first opening; a session lasts a day at most.
BEGAN_EARLIER = (
    select(EARLIER.id)
    .where(
        EARLIER.session_id == AnalyticsEvent.session_id,
        EARLIER.event_type == EventName.CALCULATOR_OPENED,
        EARLIER.timestamp < bindparam("start", type_=UtcDateTime),
        EARLIER.timestamp >= bindparam("day_before", type_=UtcDateTime),
    )
    .exists()
)
FUNNEL_EVENTS = (
    select(
        AnalyticsEvent.session_id,
        AnalyticsEvent.timestamp,
        AnalyticsEvent.event_type,
        AnalyticsEvent.event_data["step"].as_string(),
    )
    .where(AnalyticsEvent.event_type.in_(list(EventName)), ~BEGAN_EARLIER)
    .order_by(AnalyticsEvent.timestamp, AnalyticsEvent.id)
)


class FunnelQueries:
    def __init__(self, session: Session) -> None:
        self._session = session

    def visits(self, start: datetime, end: datetime) -> dict[str, Visit]:
        """Each session's funnel events from `start` up to but not including `end`, by session id."""
        asked = FUNNEL_EVENTS.where(AnalyticsEvent.timestamp >= start, AnalyticsEvent.timestamp < end)
        visits: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
        rows = self._session.execute(asked, {"start": start, "day_before": start - WINDOW})
        for session_id, timestamp, event_type, step in rows:
            name = f"{event_type}:{step}" if event_type == EventName.STEP_COMPLETED else event_type
            visits[session_id].append((timestamp, name))
        return dict(visits)
