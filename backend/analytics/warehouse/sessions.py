"""The sessions table: the sessions of closed days, made once.

A session lasts less than 24 hours, so those that began on day D cannot grow any more once day D + 1 is over; a little
later D is closed. Until then its sessions are found when they are asked for. Events that come later still move the
marks of their days in the lake's `events`, by which those days are known here, and made again.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from backend.analytics.lake.delta import Lake, day_mark
from backend.analytics.lake.tables import EVENTS
from backend.analytics.warehouse.duck import DuckEngine
from backend.analytics.warehouse.engine import LATE_ENDS, EngineFailed, Snapshot
from backend.analytics.warehouse.relations import DAY, EPOCH, SESSIONS
from backend.analytics.warehouse.sessionise import GAP
from backend.analytics.warehouse.snapshots import BEGINNING, OPEN_FROM, has_other_columns, version_of
from backend.clock import Clock

if TYPE_CHECKING:
    import pyarrow as pa
    from deltalake import DeltaTable

GRACE = timedelta(hours=1)
FULL_LOOK_EVERY = timedelta(hours=1)
TRIES = 5
MOST_EVENTS = 500_000  # that are made into sessions in one go
logger = logging.getLogger(__name__)
NOT_MADE = -1  # the mark of a day whose sessions are not there
ALONE = "made"  # every commit moves it: of two at once one fails


@dataclass(frozen=True, slots=True)
class Bases:
    """The versions that sessions are made from and put into."""

    events: DeltaTable
    sessions: DeltaTable

    @property
    def open_from(self) -> int:
        mark = self.sessions.transaction_version(OPEN_FROM)
        return BEGINNING if mark is None else mark

    def state(self, day: int) -> int:
        """Changes whenever events come to the day or the next one, into which its sessions reach, or leave them."""
        marks = [self.events.transaction_version(day_mark(date_of(number))) or 0 for number in (day, day + 1)]
        return marks[0] << 31 | marks[1]

    def is_made(self, day: int) -> bool:
        return self.sessions.transaction_version(day_mark(date_of(day))) == self.state(day)


class Sessions:
    """Keeps the sessions table, also where ClickHouse answers the questions.

    Days are seldom over: a DuckDB is opened to make their sessions, and gives its memory back when that is done.
    """

    def __init__(self, lake: Lake, new_engine: Callable[[], DuckEngine], now: Clock) -> None:
        self._lake = lake
        self._new_engine = new_engine
        self._now = now
        self._looked_at: datetime | None = None
        self._over: int | None = None

    def refresh(self, touched: Collection[date] | None = None) -> frozenset[date]:
        """Make the sessions of days that are over, and anew those of closed days that changed; says which days.

        `touched`: the days whose events changed since the last time; None looks at all days, which takes longer.
        Where another process commits meanwhile, what is left is looked for anew; at last, the next time.
        """
        made: set[date] = set()
        over = number_of((self._now().astimezone(UTC) - GRACE).date()) - 1
        if self._looked_at is None or self._now() - self._looked_at >= FULL_LOOK_EVERY:
            touched = None
        elif touched is not None and not touched and over == self._over:
            return frozenset()
        if not any(self._make_due(touched, over, made) for _ in range(TRIES)):
            self._looked_at = None
            return frozenset(made)
        self._over = over
        if touched is None:
            self._looked_at = self._now()
        return frozenset(made)

    def _make_due(self, touched: Collection[date] | None, over: int, made: set[date]) -> bool:
        """Whether all was made that is due; not if another's commit came first."""
        from deltalake.exceptions import CommitFailedError

        try:
            if touched is None and has_other_columns(self._lake.open(SESSIONS.name)):
                self._forget_all()
            due = list(self._due(touched, over))
            if due:
                with closing(self._new_engine()) as engine:
                    for first, last in due:
                        made.update(map(date_of, self._make(engine, first, last)))
        except CommitFailedError:
            return False
        return True

    def follow(self, touched: Collection[date]) -> None:
        """`refresh` after a sync, whose success is not to depend on it."""
        from deltalake.exceptions import DeltaError

        try:
            self.refresh(touched)
        except (OSError, DeltaError, EngineFailed):
            self._looked_at = None
            logger.exception("Sessions could not be made; questions are answered from events meanwhile")

    def number_of_events(self) -> int:
        """The events in the lake, as its log counts them; none where there is no lake."""
        return sum(events_by_day(self._lake.open(EVENTS.name)).values()) if self._lake.exists(EVENTS.name) else 0

    def mend(self) -> None:
        """Make all sessions that are not as events have them; all there are, where the table cannot be read."""
        self._looked_at = None
        if self._lake.is_spoilt(SESSIONS.name):
            logger.warning("The log of the sessions table cannot be read: the table is made anew")
            self._lake.discard(SESSIONS.name)
        try:
            self.refresh()
        except EngineFailed:
            self._forget_all()
            self.follow(())

    def _forget_all(self) -> None:
        """Every day is open again."""
        base = self._lake.open(SESSIONS.name)
        days = {day_mark(day): NOT_MADE for day in self._lake.days(base)}
        self._lake.empty(base, SESSIONS, days | {OPEN_FROM: BEGINNING, ALONE: base.version() + 1})

    def _due(self, touched: Collection[date] | None, over: int) -> Iterator[tuple[int, int]]:
        """Batches of consecutive days whose sessions are due, as their first and last day, the earliest first."""
        bases = self._bases()
        events = events_by_day(bases.events)
        days = {day for day in events | Counter(map(number_of, self._lake.days(bases.sessions))) if day < over}
        if touched is not None:
            near = {number_of(day) - back for day in touched for back in (0, 1)}
            days = {day for day in days if day in near or day >= bases.open_from}
        batch: list[int] = []
        for day in sorted(day for day in days if not bases.is_made(day)):
            if batch and (day != batch[-1] + 1 or sum(events[d] for d in (*batch, day)) > MOST_EVENTS):
                yield batch[0], batch[-1]
                batch = []
            batch.append(day)
        if batch:
            yield batch[0], batch[-1]

    def _make(self, engine: DuckEngine, first: int, last: int) -> range:
        """Make the sessions of these days, and of those after them as long as what is carried over midnight changes."""
        bases = self._bases()
        snapshot = Snapshot(
            version_of(bases.events, self._lake.location(EVENTS.name)),
            version_of(bases.sessions, self._lake.location(SESSIONS.name)),
            bases.open_from,
        )
        rows = engine.sessions(first, last, snapshot)
        while last + 1 < bases.open_from and _carries_otherwise(engine, rows, first, last, snapshot):
            last = min(last + (last - first) + 1, bases.open_from - 1)
            rows = engine.sessions(first, last, snapshot)
        days = range(first, last + 1)
        marks = {day_mark(date_of(day)): bases.state(day) for day in days}
        marks |= {OPEN_FROM: max(bases.open_from, last + 1), ALONE: bases.sessions.version() + 1}
        self._lake.replace(bases.sessions, map(date_of, days), lake_rows(rows), marks)
        return days

    def _bases(self) -> Bases:
        return Bases(self._lake.open(EVENTS.name), self._lake.open(SESSIONS.name))


def _carries_otherwise(engine: DuckEngine, rows: pa.Table, first: int, last: int, snapshot: Snapshot) -> bool:
    """Whether other runs than the table knows may go on after the last day."""
    import pyarrow as pa
    import pyarrow.compute as pc

    known = engine.table(LATE_ENDS, {"first": first, "last": last}, snapshot)
    late = pc.greater_equal(rows["ended_at"], pa.scalar((last + 1) * DAY - GAP))
    return as_set(rows.filter(late).select(known.column_names)) != as_set(known)


def lake_rows(rows: pa.Table) -> pa.Table:
    """Sessions in the sessions table's own types: days and instants instead of whole numbers.

    Robots apart and in the order of time: rows that a question leaves out lie together, and need not be read.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    days = pc.divide(rows["started_at"], pa.scalar(DAY))
    rows = rows.append_column("day", days.cast(pa.int32()))
    schema = SESSIONS.arrow_schema()
    table = pa.table([rows[field.name].cast(field.type) for field in schema], schema=schema)
    return table.sort_by([("is_bot", "ascending"), ("started_at", "ascending")])


def as_set(rows: pa.Table) -> frozenset[tuple[object, ...]]:
    return frozenset(zip(*(column.to_pylist() for column in rows.columns), strict=True))


def events_by_day(table: DeltaTable) -> Counter[int]:
    import pyarrow as pa

    actions = pa.table(table.get_add_actions(flatten=True))
    counted = Counter[int]()
    for file in actions.select(["partition.day", "num_records"]).to_pylist():
        counted[number_of(file["partition.day"])] += file["num_records"]
    return counted


def number_of(day: date) -> int:
    return (day - EPOCH).days


def date_of(number: int) -> date:
    return EPOCH + timedelta(days=number)
