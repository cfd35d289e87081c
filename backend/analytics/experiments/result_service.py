"""From an experiment's counts to its results: what its page shows, and its verdict."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from backend.analytics.experiments.bandits import best_arm
from backend.analytics.experiments.counting import Added, Counted, Counting, CountQuery, Exposures
from backend.analytics.experiments.definition import Allocation, Correction, Experiment, ExperimentUnit
from backend.analytics.experiments.measure_results import Keep, MeasureCount, measured
from backend.analytics.experiments.result_health import Health, of_period, period_units, unplanned
from backend.analytics.experiments.result_verdict import Measured, reach_of, verdict_of, with_guardrails
from backend.analytics.experiments.results import (
    AllocationPeriod,
    CoursePoint,
    HealthCheck,
    LeftOut,
    MeasureResult,
    MeasureRole,
    Reach,
    Results,
    Segment,
)
from backend.analytics.experiments.statistics.verdict_input import Verdict
from backend.analytics.experiments.unit_measures import UNIT_MEASURES, fault_of
from backend.analytics.experiments.unit_sums import SEGMENTS, Standing
from backend.clock import Clock
from backend.errors import FieldError, InvalidRequest, Unavailable

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
MOST_SEGMENTS = 12
logger = logging.getLogger(__name__)


class ResultService:
    """Results are made when they are asked for; the warehouse remembers what it counted of the same lake."""

    def __init__(
        self,
        experiment_of: Callable[[str], Experiment],
        counting: Counting,
        timezone: str,
        now: Clock,
        taken: Callable[[Experiment], Verdict | None] = lambda _: None,
    ) -> None:
        """`taken`: the verdict of an earlier look, which stays while the test is healthy."""
        self._experiment_of = experiment_of
        self._taken = taken
        self._counting = counting
        self._timezone = timezone
        self._now = now

    def results(
        self,
        test_id: str,
        measure: str | None = None,
        breakdown: str | None = None,
        until: datetime | None = None,
    ) -> Results:
        """Raises NotFound, InvalidRequest for what cannot be asked, and WarehouseUnavailable."""
        return self.of(self._experiment_of(test_id), measure, breakdown, until)

    def if_counted(
        self, experiment: Experiment, measure: str | None = None, breakdown: str | None = None
    ) -> Results | None:
        """None before the start, and while the warehouse does not answer. Raises InvalidRequest."""
        if experiment.started_at is None:
            return None
        try:
            return self.of(experiment, measure, breakdown)
        except Unavailable:
            logger.warning("The results of experiment %s could not be counted", experiment.test_id)
            return None

    def of(
        self,
        experiment: Experiment,
        measure: str | None = None,
        breakdown: str | None = None,
        until: datetime | None = None,
    ) -> Results:
        """Raises InvalidRequest for what cannot be asked, and WarehouseUnavailable."""
        now = self._now()
        start = experiment.started_at
        faults = _faults(experiment, measure, breakdown, until, now)
        if faults or start is None:
            raise InvalidRequest(faults)
        taken = self._taken(experiment)
        making = _Making(experiment, start, self._counting, self._timezone, now, measure, breakdown, until, taken)
        return making.results()


def _faults(
    experiment: Experiment, measure: str | None, breakdown: str | None, until: datetime | None, now: datetime
) -> list[FieldError]:
    faults = []
    if measure is not None and measure not in UNIT_MEASURES:
        faults.append(FieldError("measure", fault_of(measure)))
    if breakdown is not None and breakdown not in SEGMENTS:
        faults.append(FieldError("breakdown", f"must be one of {', '.join(SEGMENTS)}"))
    if experiment.started_at is None:
        faults.append(FieldError("test_id", "has not been started, so that it has no results"))
    elif until is not None and not experiment.started_at < until <= now + DAY:
        faults.append(FieldError("until", "must be after the start of the experiment and not in the future"))
    return faults


@dataclass(frozen=True)
class _Making:
    """One asking."""

    experiment: Experiment
    start: datetime
    counting: Counting
    timezone: str
    now: datetime
    measure: str | None
    breakdown: str | None
    asked_until: datetime | None
    taken: Verdict | None

    def results(self) -> Results:
        counted, experiment = self.counted, self.experiment
        latest = self._measured(everything)
        shown = self._shown(latest)
        reach = reach_of(experiment, self._count(MeasureRole.PRIMARY, experiment.config.primary), self.days)
        return Results(
            experiment=experiment,
            shown=shown,
            primary=latest.primary,
            secondary=latest.secondary,
            guardrails=latest.guardrails,
            verdict=self._verdict(latest, reach),
            health=self.health,
            course=self._course(),
            allocation=self._allocation(),
            left_out=self._left_out(),
            reach=reach,
            breakdown=self.breakdown,
            segments=self._segments(shown.measure.name) if self.breakdown else (),
            since=self.start,
            until=self.until,
            decided_until=self._ends(self.whole_weeks * 7) if self.whole_weeks else None,
            days=self.days,
            as_of=counted.as_of,
            engine=counted.engine,
            version=counted.version,
            demo=counted.demo,
        )

    def _allocation(self) -> tuple[AllocationPeriod, ...]:
        return tuple(
            AllocationPeriod(p.version, p.starts_at, p.weights, p.traffic, period_units(self.counted, p))
            for p in self.experiment.periods
        )

    @cached_property
    def until(self) -> datetime:
        """The stop, or the minute at hand: a test that runs is counted with all that there is."""
        stop = self.experiment.stopped_at
        latest = stop or self.now.replace(second=0, microsecond=0) + MINUTE
        return max(min(latest, self.asked_until or latest), self.start + timedelta(microseconds=1))

    @cached_property
    def days(self) -> int:
        """How many whole days are over, each at the local time of the start."""
        over = min(self.until, self.now)
        local = [instant.astimezone(ZoneInfo(self.timezone)).replace(tzinfo=None) for instant in (over, self.start)]
        return max((local[0] - local[1]) // DAY, 0)

    @property
    def whole_weeks(self) -> int:
        return self.days // 7

    def _ends(self, day: int) -> datetime:
        """When that many days of the test are over."""
        zone = ZoneInfo(self.timezone)
        local = self.start.astimezone(zone).replace(tzinfo=None) + day * DAY
        return local.replace(tzinfo=zone).astimezone(self.start.tzinfo)

    @cached_property
    def query(self) -> CountQuery:
        config = self.experiment.config
        names = (config.primary, *config.secondary, *(rail.measure for rail in config.guardrails))
        names = (*names, *([self.measure] if self.measure else []))
        measures = tuple(UNIT_MEASURES[name] for name in dict.fromkeys(names))
        has_before = config.unit is not ExperimentUnit.SESSION
        return CountQuery(
            self.experiment,
            measures,
            self.start,
            self.until,
            self.timezone,
            self.breakdown,
            with_before=has_before,
            is_latest=self.experiment.stopped_at is None and self.asked_until is None,
        )

    @cached_property
    def counted(self) -> Counted:
        return self.counting.count(self.query)

    @cached_property
    def exposures(self) -> Exposures:
        measures = (UNIT_MEASURES[self.experiment.config.primary],)
        return self.counting.exposures(replace(self.query, measures=measures, segment=None, with_before=False))

    @cached_property
    def health(self) -> tuple[HealthCheck, ...]:
        config = self.experiment.config
        primary = replace(self.query, measures=(UNIT_MEASURES[config.primary],), segment=None, with_before=False)
        rails = [self._count(MeasureRole.GUARDRAIL, rail.measure) for rail in config.guardrails]
        return Health(
            self.experiment,
            self.counted,
            self.exposures,
            self.counting.novelty(primary) if self.days >= 10 else {},
            [self._count(MeasureRole.PRIMARY, config.primary), *rails],
            self.now,
        ).checks()

    def _count(
        self, role: MeasureRole, name: str, keep: Keep | None = None, max_drop: float | None = None
    ) -> MeasureCount:
        return MeasureCount(UNIT_MEASURES[name], role, self.counted, keep or everything, max_drop)

    def _measured(self, keep: Keep) -> Measured:
        config = self.experiment.config
        [primary] = measured([self._count(MeasureRole.PRIMARY, config.primary, keep)], config, Correction.HOLM)
        counts = [self._count(MeasureRole.SECONDARY, name, keep) for name in config.secondary]
        secondary = measured(counts, config, config.statistics.correction)
        rails = [self._count(MeasureRole.GUARDRAIL, rail.measure, keep, rail.max_drop) for rail in config.guardrails]
        return Measured(
            primary, tuple(secondary), with_guardrails(measured(rails, config, Correction.HOLM), rails, config)
        )

    def _shown(self, latest: Measured) -> MeasureResult:
        """The measure that was asked for; the primary one, where none was."""
        if self.measure is None:
            return latest.primary
        known = [result for result in latest.all if result.measure.name == self.measure]
        counts = [self._count(MeasureRole.ASKED, self.measure)]
        return known[0] if known else measured(counts, self.experiment.config, Correction.HOLM)[0]

    def _segments(self, name: str) -> tuple[Segment, ...]:
        """A family of their own, corrected as the secondary measures are."""
        config, values = self.experiment.config, self.counted.segments()[:MOST_SEGMENTS]
        counts = [self._count(MeasureRole.ASKED, name, in_segment(value)) for value in values]
        results: Sequence[MeasureResult] = measured(counts, config, config.statistics.correction)
        return tuple(Segment(value, result) for value, result in zip(values, results, strict=True))

    def _course(self) -> tuple[CoursePoint, ...]:
        """At the end of each day that is over, and as it is now."""
        config, points = self.experiment.config, []
        for day in range(1, self.days + 2):
            is_over = day <= self.days
            if not is_over and self._ends(day - 1) >= self.until:
                break
            count = self._count(MeasureRole.PRIMARY, config.primary, before_day(day))
            [result] = measured([count], config, Correction.HOLM)
            units = sum(arm.n for arm in result.arms)
            at = self._ends(day) if is_over else self.until
            points += [
                CoursePoint(day, at, each.variant, units, each.difference, each.lift, is_over and day % 7 == 0)
                for each in result.differences
            ]
        return tuple(points)

    def _left_out(self) -> LeftOut:
        standings = self.counted.standings
        return LeftOut(
            bots=standings[Standing.BOT],
            forced=standings[Standing.FORCED],
            crossed=standings[Standing.CROSSED],
            immature=standings[Standing.IMMATURE],
            after_stop=self.exposures.after_stop,
            unplanned=unplanned(self.experiment, self.counted),
        )

    def _verdict(self, latest: Measured, reach: Reach) -> Verdict:
        days = self.whole_weeks * 7
        weeks = self._measured(before_day(days))
        return verdict_of(
            self.experiment, weeks, latest, self.health, self.days, reach.days_left, self.taken, self._best()
        )

    def _best(self) -> str | None:
        """The arm that a bandit has found to be the best, by the units of its whole weeks."""
        config, days = self.experiment.config, self.whole_weeks * 7
        if config.allocation is Allocation.FIXED:
            return None
        periods = [
            [
                self._count(MeasureRole.PRIMARY, config.primary, of_period(p, days - 1)).sample(v.key)
                for v in config.variants
            ]
            for p in self.experiment.periods
        ]
        return best_arm(config, periods, self.days)


def everything(_: Added) -> bool:
    return True


def before_day(day: int) -> Keep:
    return lambda row: row.day < day


def in_segment(value: str | None) -> Keep:
    return lambda row: row.segment == value
