"""Answers funnels, and lists the ways behind a bar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from backend.analytics.metrics.catalogue.query import Filter, Operator, session_faults
from backend.analytics.metrics.funnel.definition import WINDOW, FunnelQuery, FunnelScope, Order
from backend.analytics.metrics.funnel.questions import (
    FunnelBar,
    Group,
    Keys,
    behind,
    count_behind,
    counts,
    counts_by_group,
    grouped_behind,
    largest_groups,
)
from backend.analytics.metrics.funnel.received import ReceivedEvents, received_events
from backend.analytics.metrics.funnel.statistics import FunnelCounts, Reached, funnel
from backend.analytics.metrics.funnel.visits import VisitId
from backend.analytics.metrics.parameters import BEGINNING, MICROSECOND, bounds, gap_values, holds_demo, micros
from backend.analytics.metrics.period import Period
from backend.analytics.metrics.quotients import rate
from backend.analytics.warehouse.engine import AnswerRow
from backend.analytics.warehouse.relations import DAY, SECOND
from backend.analytics.warehouse.service import Answer, Warehouse
from backend.clock import Clock
from backend.errors import FieldError, InvalidRequest


@dataclass(frozen=True, slots=True)
class FunnelGroup:
    """The funnel of those with this key, None being "there is none"; or of the `keys` others together."""

    key: str | None
    others: bool
    keys: int
    funnel: FunnelCounts
    before: FunnelCounts | None = None


@dataclass(frozen=True, slots=True)
class FunnelReport:
    """A funnel and its groups, the same of the period compared with, how fresh it is and which engine counted.

    `demo`: demo visits are among what was counted, or may be.
    """

    query: FunnelQuery
    funnel: FunnelCounts
    as_of: datetime
    engine: str
    demo: bool
    groups: tuple[FunnelGroup, ...] = ()
    compared: Period | None = None
    before: FunnelCounts | None = None

    @property
    def period(self) -> Period:
        return self.query.period

    @property
    def version(self) -> str:
        """Who may yet go on changes by the minute, without anything new in the lake."""
        return repr((self.query, self.funnel, self.groups, self.before))


@dataclass(frozen=True, slots=True)
class Journey:
    """The way of a session, or of a visitor who took step 1 in it; `seconds` from step 1 to the last step reached.

    `reached_at`: when each step was, as far as the way came.
    """

    session_key: int
    started_at: datetime
    source: str | None
    device: str | None
    country: str | None
    entered_at: datetime
    reached: int
    seconds: float
    immature: bool
    reached_at: tuple[datetime, ...] = ()

    @property
    def visit(self) -> VisitId:
        return VisitId(self.session_key, self.started_at)


@dataclass(frozen=True, slots=True)
class JourneyGroup:
    """The ways behind a bar that have one value of a dimension; `of`: all with it that came to the step before."""

    key: str | None
    behind: int
    of: int

    @property
    def rate(self) -> float | None:
        return rate(self.behind, self.of)


@dataclass(frozen=True, slots=True)
class JourneyGroups:
    """The ways behind a bar by one dimension, the largest groups first; `keys`: how many groups there are in all."""

    dimension: str
    rows: tuple[JourneyGroup, ...]
    keys: int


@dataclass(frozen=True, slots=True)
class JourneyList:
    """One page of the ways behind a bar, the latest first, and their total number."""

    query: FunnelQuery
    bar: FunnelBar
    limit: int
    offset: int
    rows: tuple[Journey, ...]
    total: int
    as_of: datetime
    engine: str
    demo: bool

    @property
    def version(self) -> str:
        """As a report's."""
        return repr((self.query, self.rows, self.total))


class FunnelService:
    """Sessions of robots are left out by default."""

    def __init__(self, warehouse: Warehouse, now: Clock) -> None:
        self._warehouse = warehouse
        self._now = now

    def answer(self, query: FunnelQuery) -> FunnelReport:
        """The funnel of everybody who took step 1 in the period, also where they went on after it."""
        keys = self._largest_groups(query) if query.breakdown else ()
        compared = query.period.preceding(query.compare, self._now()) if query.compare else None
        earlier = replace(query, period=compared) if compared else None
        groups = self._groups(query, keys) if query.breakdown else ()
        if earlier and query.breakdown:
            groups = tuple(_beside(query, groups, self._groups(earlier, keys)))
        before = self._whole(earlier)[0] if earlier else None
        funnel, answer = self._whole(query)
        demo = holds_demo(answer.demo, query.period, *([compared] if compared else []))
        return FunnelReport(query, funnel, answer.as_of, answer.engine, demo, groups, compared, before)

    def _largest_groups(self, query: FunnelQuery) -> Keys:
        """The keys that stand alone in a breakdown; the others stand together."""
        return tuple(row[0] for row in self._warehouse.ask(largest_groups(query), **self._numbers(query)).rows)

    def behind(self, query: FunnelQuery, bar: FunnelBar, limit: int, offset: int) -> JourneyList:
        """The ways that came to a step, or left before it: as many as the bar counts.

        The others of a breakdown are those whose groups do not stand alone by the query's limit.
        """
        bar = self._with_keys(query, bar)
        least, most = bar.range
        numbers = self._numbers(query) | {"least": least, "most": most}
        total = self._warehouse.ask(count_behind(query, bar.group), **numbers).rows[0][0]
        answer = self._warehouse.ask(behind(query, bar.group), **numbers, limit=limit, offset=offset)
        rows = tuple(_journey(row) for row in answer.rows)
        demo = holds_demo(answer.demo, query.period)
        return JourneyList(query, bar, limit, offset, rows, total, answer.as_of, answer.engine, demo)

    def groups_behind(self, query: FunnelQuery, bar: FunnelBar, dimension: str, limit: int = 10) -> JourneyGroups:
        """The ways behind a bar by a dimension of the session in which each begins."""
        if faults := tuple(session_faults([Filter(dimension, Operator.NOT_NULL)])):
            raise InvalidRequest(FieldError("grouped_by", fault.message) for fault in faults)
        bar = self._with_keys(query, bar)
        least, most = bar.range
        numbers = self._numbers(query) | {"least": least, "most": most, "base": bar.base}
        rows = self._warehouse.ask(grouped_behind(query, bar.group, dimension, limit), **numbers).rows
        groups = tuple(JourneyGroup(key, behind, of) for key, behind, of, _ in rows)
        return JourneyGroups(dimension, groups, rows[0][3] if rows else 0)

    def received(self, period: Period) -> ReceivedEvents:
        """The events of a period's visits."""
        return ReceivedEvents.of(self._warehouse.ask(received_events(), **bounds(period)).rows)

    def _with_keys(self, query: FunnelQuery, bar: FunnelBar) -> FunnelBar:
        """The bar with the keys of the groups that stand alone, where it is of the others."""
        if bar.group and bar.group.others:
            return replace(bar, group=Group(self._largest_groups(query), others=True))
        return bar

    def _whole(self, query: FunnelQuery) -> tuple[FunnelCounts, Answer]:
        answer = self._warehouse.ask(counts(query), **self._numbers(query))
        return _funnel(answer.rows[0], query), answer

    def _groups(self, query: FunnelQuery, keys: Keys) -> tuple[FunnelGroup, ...]:
        rows = self._warehouse.ask(counts_by_group(query, keys), **self._numbers(query)).rows
        return tuple(
            FunnelGroup(key, not alone, count, _funnel(tuple(rest), query)) for key, alone, count, *rest in rows
        )

    def _numbers(self, query: FunnelQuery) -> dict[str, int]:
        first, last = micros(query.period.start), micros(query.period.end)
        window = query.window // MICROSECOND
        start, end = first, last
        if query.scope is FunnelScope.VISITOR:
            end += window
            start -= window if query.order is Order.UNORDERED else 0
        return {
            "start": start,
            "end": end,
            # A session may begin on the day before, and a way in it on the next.
            "first_day": start // DAY - 1,
            "last_day": end // DAY,
            "entered_from": first,
            "entered_before": last,
            "window": window,
            "now": self._moment(query),
            **gap_values(query.period),
        }

    def _moment(self, query: FunnelQuery) -> int:
        """Now, to the minute, so that the answer can be remembered; for ever, once all sessions are mature."""
        # A session of the period may take step 1 again after its end.
        mature = query.period.end + query.window + WINDOW
        now = self._now().replace(second=0, microsecond=0)
        return micros(min(now, mature))


def _beside(query: FunnelQuery, groups: Sequence[FunnelGroup], earlier: Sequence[FunnelGroup]) -> Iterator[FunnelGroup]:
    """Each group with its funnel before; an empty one where nobody was in it."""
    known = {(group.key, group.others): group.funnel for group in earlier}
    nobody = funnel([Reached(0)] * len(query.steps), 0, query.steps)
    for group in groups:
        yield replace(group, before=known.pop((group.key, group.others), nobody))
    # Others may have been there before alone.
    yield from (
        FunnelGroup(key, others, 0, nobody, earlier_funnel) for (key, others), earlier_funnel in known.items() if others
    )


def _funnel(row: AnswerRow, query: FunnelQuery) -> FunnelCounts:
    steps = len(query.steps)
    came, waits, immature = row[:steps], row[steps:-1], row[-1]
    seconds = [(None, None), *(_seconds(wait, number) for wait, number in zip(waits, came[1:], strict=True))]
    counted = [Reached(number, *limits) for number, limits in zip(came, seconds, strict=True)]
    return funnel(counted, immature or 0, query.steps)


def _seconds(quantiles: list[float] | None, reached: int) -> tuple[float | None, float | None]:
    """Seconds to the microsecond: engines interpolate alike but for the last bit."""
    if not reached or quantiles is None:
        return None, None
    median, p90 = (round(quantile) / SECOND for quantile in quantiles)
    return median, p90


def _journey(row: AnswerRow) -> Journey:
    key, started, source, device, country, reached, entered, last, immature, *steps = row
    started_at, entered_at = _instant(started), _instant(entered)
    reached_at = tuple(_instant(at) for at in steps[:-1] if at is not None)
    seconds = (last - entered) / SECOND
    return Journey(key, started_at, source, device, country, entered_at, reached, seconds, bool(immature), reached_at)


def _instant(at: int) -> datetime:
    return BEGINNING + at * MICROSECOND
