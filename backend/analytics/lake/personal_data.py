from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from backend.analytics.events.models import AnalyticsEvent, QuarantinedEvent
from backend.analytics.lake.delta import Lake
from backend.analytics.lake.erasure import Erasure, Person
from backend.analytics.lake.tables import EVENTS
from backend.personal_data import DataClass, DataClasses, ExportedRow, Subject, plain

if TYPE_CHECKING:
    import pyarrow as pa

LANDED = (
    AnalyticsEvent.event_id, AnalyticsEvent.event_type, AnalyticsEvent.session_id, AnalyticsEvent.visitor_id,
    AnalyticsEvent.timestamp, AnalyticsEvent.created_at, AnalyticsEvent.country, AnalyticsEvent.region,
    AnalyticsEvent.device, AnalyticsEvent.event_data,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EventRetention:
    """The retention of events in days, in the landing table and in the lake."""

    landing: int
    lake: int


class EventData:
    """Events that carry a person's public id: as they came, set apart, and in the lake."""

    def __init__(
        self, session: Callable[[], Session], lake: Lake, erasure: Callable[[], Erasure], retention: EventRetention
    ) -> None:
        self._session = session
        self._lake = lake
        self._erasure = erasure
        self._retention = retention

    def declare(self, classes: DataClasses) -> None:
        classes.add(
            DataClass(
                "events",
                "To count how the calculator is used. They carry your number only if you allowed that.",
                f"As received: {self._retention.landing} days. For counting: {self._retention.lake} days.",
                erase=lambda subject: self._erasure().erase(user_id=subject.public_id),
                export=self.export,
                people=self.people,
                tables=frozenset({"analytics_events", "quarantined_events"}),
                lake_tables=frozenset({EVENTS.name}),
                settings=("LANDING_RETENTION_DAYS", "EVENTS_RETENTION_DAYS"),
            )
        )
        classes.holds_nobodys("event_ids", "which random ids of events have been taken")
        classes.holds_nobodys("event_cursors", "how far readers of the landing table have come")
        classes.holds_nobodys("visitor_salts", "random bytes of two days, from which visitors' daily numbers are made")

    def export(self, subject: Subject) -> Iterator[ExportedRow]:
        """An event that is in the lake and still in the landing table is exported from both."""
        landed = select(*LANDED).where(AnalyticsEvent.user_id == subject.public_id).order_by(AnalyticsEvent.id)
        rows = self._session().execute(landed).mappings()
        yield from ({"kept": "as it came", **plain(row)} for row in rows)
        for event in self._session().scalars(select(QuarantinedEvent).where(_is_of(subject))):
            yield {"kept": f"set apart: {event.reason}", **event.event}
        for row in rows_in(self._lake, EVENTS.name, subject):
            yield {"kept": "for counting", **row}

    def people(self) -> Iterator[str]:
        known = set[str | None](
            self._session().scalars(
                select(AnalyticsEvent.user_id).where(AnalyticsEvent.user_id.is_not(None)).distinct()
            )
        )
        known |= set(self._session().scalars(select(QuarantinedEvent.event["user_id"].as_string()).distinct()))
        for batch in self._lake.open(EVENTS.name).scan(columns=["user_id"]):
            known |= set(_record_batch(batch)["user_id"].unique().to_pylist())
        yield from (name for name in known if name is not None)


def rows_in(lake: Lake, table: str, subject: Subject) -> Iterator[ExportedRow]:
    """A person's rows in a table of the lake, without what is empty."""
    base = lake.open(table)
    for batch in base.scan(predicate=Person("user_id", subject.public_id).condition()):
        for row in _record_batch(batch).to_pylist():
            yield plain({name: value for name, value in row.items() if value is not None and name != "day"})


def _record_batch(batch: Any) -> pa.RecordBatch:
    import pyarrow as pa

    return pa.record_batch(batch)


def _is_of(subject: Subject) -> ColumnElement[bool]:
    same: ColumnElement[bool] = QuarantinedEvent.event["user_id"].as_string() == subject.public_id
    return same
