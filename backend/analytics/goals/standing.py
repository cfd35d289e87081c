"""What was counted for each goal so far, and in the periods that are over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from backend.analytics.goals.goal import Goal, Target
from backend.analytics.goals.judgement import Counted, Judgement, Status, judged
from backend.analytics.goals.models import StoredGoal, StoredGoalPeriod, StoredGoalVersion
from backend.analytics.goals.service import target_of
from backend.analytics.goals.store import GoalStore
from backend.analytics.metrics.catalogue.measures import MEASURES
from backend.analytics.metrics.catalogue.query import Query, Result
from backend.analytics.metrics.catalogue.service import CatalogueService
from backend.analytics.metrics.period import Period
from backend.clock import Clock
from backend.database import reading
from backend.row_security import serving

SETTLES = timedelta(hours=26)  # a day's sessions can grow for 25 hours after its end
MOST_BACK = 12  # periods before the current one are counted, where nothing recorded them


@dataclass(frozen=True, slots=True)
class GoalStanding:
    """How a goal stands in one period. `demo`: demo visits are, or may be, among what was counted."""

    target: Target
    period: Period
    counted: Counted
    judgement: Judgement
    as_of: datetime
    demo: bool = False

    @property
    def is_over(self) -> bool:
        return self.counted.is_over


@dataclass(frozen=True, slots=True)
class ClosedPeriod:
    """A period that is over, as it was recorded; not yet `recorded` where it still settles, or holds demo visits."""

    target: Target
    first_day: date
    value: float | None
    n: int
    status: Status
    recorded: bool


class GoalStandings:
    """`zone`: the business zone, in which weeks, months and quarters begin. `first_day`: the first with any visits."""

    def __init__(
        self,
        store: GoalStore,
        session: Session,
        catalogue: CatalogueService,
        first_day: Callable[[], date | None],
        now: Clock,
        zone: str,
    ) -> None:
        self._store = store
        self._session = session
        self._catalogue = catalogue
        self._first_day = first_day
        self._now = now
        self.zone = zone

    @property
    def today(self) -> date:
        return self._now().astimezone(ZoneInfo(self.zone)).date()

    def of(self, goals: Sequence[Goal]) -> list[GoalStanding]:
        """How each goal stands now, in the order of the goals; one that has not begun in its first period."""
        asked = [(goal.target, max(self.today, goal.target.starts_on)) for goal in goals]
        return self._counted([(target, target.period.around(day, self.zone)) for target, day in asked])

    def history(self, goal: Goal) -> list[ClosedPeriod]:
        """The periods that are over, the latest first: recorded ones as recorded, the rest counted now."""
        with serving(self._session, "goals are for everyone with dashboard access"), reading():
            stored = self._store.get(goal.id)
            targets = {version.id: target_of(version) for version in self._store.versions([stored.id])}
            recorded = [_recorded(row, targets[row.version_id]) for row in self._store.periods(stored.id)]
        known = {(entry.target.period, entry.first_day) for entry in recorded}
        target, until = goal.target, goal.ended_at or self._now()
        open_ = [p for p in self._over(target, until) if (target.period, p.first_day) not in known]
        counted = [_closed(standing) for standing in self._counted([(target, period) for period in open_])]
        return sorted([*recorded, *counted], key=lambda entry: entry.first_day, reverse=True)

    def close(self) -> int:
        """Record each period that has settled since the last time, and return how many. Commits."""
        closed = 0
        for goal in [goal for goal in self._store.all() if goal.ended_at is None]:
            version = self._store.versions([goal.id])[-1]
            if version.measure in MEASURES:
                closed += self._close(goal, version)
        return closed

    def _close(self, goal: StoredGoal, version: StoredGoalVersion) -> int:
        target, known = target_of(version), self._store.first_days(version.id)
        settled = [p for p in self._over(target, self._now() - SETTLES) if p.first_day not in known]
        self._session.rollback()  # no lock is held while the lake is asked
        standings = [one for one in self._counted([(target, period) for period in settled]) if not one.demo]
        for standing in standings:
            self._store.add(_row(goal.id, version.id, standing, self._now()))
        self._session.commit()
        return len(standings)

    def _over(self, target: Target, until: datetime) -> Iterator[Period]:
        """The latest periods of a target that ended by an instant, the latest first; none before the first visits."""
        first = self._first_day()
        periods = islice(_back_to(target, self.zone, until), MOST_BACK)
        return (period for period in periods if first and period.last_day >= first)

    def _counted(self, asked: Sequence[tuple[Target, Period]]) -> list[GoalStanding]:
        results, now = self._catalogue.answers([_query(target, period) for target, period in asked]), self._now()
        return [_standing(target, result, now) for (target, _), result in zip(asked, results, strict=True)]


def _query(target: Target, period: Period) -> Query:
    return Query((target.measure,), period, filters=target.filters, currency=target.currency)


def _standing(target: Target, result: Result, now: datetime) -> GoalStanding:
    period, as_of = result.query.period, min(result.as_of, now)
    share_over = (as_of - period.start) / (period.end - period.start)
    values = result.totals.values
    n = int(values[MEASURES[target.measure].rests_on] or 0)
    counted = Counted(values[target.measure], n, min(max(share_over, 0.0), 1.0))
    return GoalStanding(target, period, counted, judged(target, counted), as_of, result.demo)


def _back_to(target: Target, zone: str, until: datetime) -> Iterator[Period]:
    first = target.period.first_day(target.starts_on)
    period = target.period.around(until.astimezone(ZoneInfo(zone)).date(), zone)
    while period.first_day > first:
        period = target.period.around(period.first_day - timedelta(days=1), zone)
        yield period


def _closed(standing: GoalStanding) -> ClosedPeriod:
    counted, first_day = standing.counted, standing.period.first_day
    status = standing.judgement.status
    return ClosedPeriod(standing.target, first_day, counted.value, counted.n, status, recorded=False)


def _recorded(row: StoredGoalPeriod, target: Target) -> ClosedPeriod:
    return ClosedPeriod(target, row.first_day, row.value, row.n, Status(row.status), recorded=True)


def _row(goal_id: int, version_id: int, standing: GoalStanding, now: datetime) -> StoredGoalPeriod:
    return StoredGoalPeriod(
        goal_id=goal_id,
        version_id=version_id,
        first_day=standing.period.first_day,
        value=standing.counted.value,
        n=standing.counted.n,
        status=standing.judgement.status,
        closed_at=now,
    )


def met_of(closed: Iterable[ClosedPeriod]) -> tuple[int, int]:
    """In how many periods the goal was met, and of how many that is known."""
    known = [entry.status for entry in closed if entry.status in (Status.MET, Status.MISSED)]
    return sum(status is Status.MET for status in known), len(known)
