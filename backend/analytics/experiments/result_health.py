"""Whether an experiment can be trusted: the checks that a failed one of which takes the verdict's place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from backend.analytics.experiments.counting import Added, Counted, Exposures
from backend.analytics.experiments.definition import Experiment, ExperimentStatus, WeightPeriod
from backend.analytics.experiments.results import Check, CheckState, HealthCheck
from backend.analytics.experiments.statistics.answers import Inconclusive
from backend.analytics.experiments.unit_sums import Standing

if TYPE_CHECKING:
    from backend.analytics.experiments.measure_results import MeasureCount
    from backend.analytics.experiments.statistics.srm import SplitCheck, SplitPeriod

HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
WEEKS_BEFORE, USUAL_EXPOSURES = 4, 20
OLDEST_LAKE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Health:
    """Everything that the checks look at. `novelty`: of each variant the sums that early and late effects rest on."""

    experiment: Experiment
    counted: Counted
    exposures: Exposures
    novelty: dict[str, tuple[float, ...]]
    measures: Sequence[MeasureCount]
    now: datetime

    def checks(self) -> tuple[HealthCheck, ...]:
        return (
            self._split(),
            self._unplanned(),
            self._crossed(),
            self._alike_before(),
            self._no_missing_hours(),
            self._fresh(),
            self._novelty(),
        )

    def _split(self) -> HealthCheck:
        """The sequential test of the split, at the end of each day; the least p of all looks decides."""
        from backend.analytics.experiments.statistics.srm import ALARM, check_split

        smallest, check = 1.0, None
        for day in range(self.counted.last_day + 1):
            answer = check_split(self._periods(day), smallest)
            if not isinstance(answer, Inconclusive):
                smallest, check = answer.smallest_p, answer
        if check is None:
            return HealthCheck(Check.SPLIT, CheckState.UNKNOWN, reason="no units")
        state = CheckState.FAILED if check.is_unhealthy else CheckState.PASSED
        return HealthCheck(Check.SPLIT, state, self._split_numbers(check) | {"alarm": ALARM})

    def _periods(self, day: int) -> list[SplitPeriod]:
        from backend.analytics.experiments.statistics.srm import SplitPeriod

        keys = [variant.key for variant in self.experiment.config.variants]
        periods = []
        for period in self.experiment.periods:
            units = self.counted.units(of_period(period, day))
            weights = tuple(float(period.weights.get(key, 0)) for key in keys)
            periods.append(SplitPeriod(tuple(units[key] for key in keys), weights))
        return periods

    def _split_numbers(self, check: SplitCheck) -> dict[str, float]:
        units = self.counted.units()
        numbers = {f"units_{key.key}": float(units[key.key]) for key in self.experiment.config.variants}
        chi_square = {"chi_square": check.chi_square, "chi_square_p": check.chi_square_p, "df": float(check.df)}
        return {"p": check.smallest_p, "p_now": check.p, **chi_square, **numbers}

    def _unplanned(self) -> HealthCheck:
        from backend.analytics.experiments.statistics.srm import are_misplaced

        units, total = unplanned(self.experiment, self.counted), sum(self.counted.units().values())
        state = CheckState.FAILED if are_misplaced(units, total) else CheckState.PASSED
        return HealthCheck(Check.UNPLANNED_ARMS, state, {"units": units, "of": total})

    def _crossed(self) -> HealthCheck:
        from backend.analytics.experiments.statistics.srm import are_crossed

        crossed = self.counted.standings[Standing.CROSSED]
        total = crossed + sum(self.counted.units().values())
        state = CheckState.FAILED if are_crossed(crossed, total) else CheckState.PASSED
        return HealthCheck(Check.CROSSED, state, {"units": crossed, "of": total})

    def _alike_before(self) -> HealthCheck:
        from backend.analytics.experiments.statistics.novelty import balance

        if not self.counted.query.with_before:
            return HealthCheck(Check.ALIKE_BEFORE, CheckState.UNKNOWN, reason="a session has no days before it")
        config = self.experiment.config
        before = {
            f"{count.measure.name}/{variant.key}": (
                count.sample(config.control.key, "x"), count.sample(variant.key, "x")
            )
            for count in self.measures
            for variant in config.treatments
        }  # fmt: skip
        answer = balance(before)
        if isinstance(answer, Inconclusive):
            return HealthCheck(Check.ALIKE_BEFORE, CheckState.UNKNOWN, reason=answer.reason)
        state = CheckState.FAILED if answer.is_unhealthy else CheckState.PASSED
        return HealthCheck(Check.ALIKE_BEFORE, state, dict(answer.p))

    def _no_missing_hours(self) -> HealthCheck:
        """An hour without exposures, where the same hour of the four weeks before had twenty on average."""
        begun = self.counted.query.start.replace(minute=0, second=0, microsecond=0) + HOUR
        first, hours = begun + WEEKS_BEFORE * WEEK, self.exposures.by_hour
        last = min(self.counted.as_of, self.counted.query.until)
        if first + HOUR > last:
            return HealthCheck(Check.NO_MISSING_HOURS, CheckState.UNKNOWN, reason="it runs for less than four weeks")
        missing = [
            hour
            for hour in _hours(first, last)
            if not hours.get(hour)
            and sum(hours.get(hour - n * WEEK, 0) for n in range(1, WEEKS_BEFORE + 1)) >= WEEKS_BEFORE * USUAL_EXPOSURES
        ]
        numbers = {"hours": float(len(missing)), **({"last": missing[-1].timestamp()} if missing else {})}
        return HealthCheck(Check.NO_MISSING_HOURS, CheckState.FAILED if missing else CheckState.PASSED, numbers)

    def _fresh(self) -> HealthCheck:
        """Only of a test that runs: what is stopped needs nothing newer."""
        age = self.now - self.counted.as_of
        is_old = self.experiment.status is ExperimentStatus.RUNNING and age > OLDEST_LAKE
        numbers = {"seconds": max(age.total_seconds(), 0.0)}
        return HealthCheck(Check.FRESH, CheckState.FAILED if is_old else CheckState.PASSED, numbers)

    def _novelty(self) -> HealthCheck:
        answers = [answer for answer in self._novelties() if not isinstance(answer, str)]
        if not answers:
            reason = next((answer for answer in self._novelties() if isinstance(answer, str)), "no treatment")
            return HealthCheck(Check.NOVELTY, CheckState.UNKNOWN, reason=reason)
        flagged = [answer for answer in answers if answer["flagged"]]
        state = CheckState.FLAGGED if flagged else CheckState.PASSED
        return HealthCheck(Check.NOVELTY, state, (flagged or answers)[0])

    def _novelties(self) -> Iterator[dict[str, float] | str]:
        from backend.analytics.experiments.statistics.novelty import NoveltyArm, novelty
        from backend.analytics.experiments.statistics.samples import Mean

        arms = {
            key: NoveltyArm(Mean(int(n), early, early_squares), Mean(int(n), change, change_squares))
            for key, (n, early, early_squares, change, change_squares) in self.novelty.items()
        }
        nobody = NoveltyArm(Mean(0, 0, 0), Mean(0, 0, 0))
        config = self.experiment.config
        for variant in config.treatments:
            answer = novelty(arms.get(config.control.key, nobody), arms.get(variant.key, nobody))
            if isinstance(answer, Inconclusive):
                yield answer.reason
            else:
                effects = {"early": answer.early_effect, "late": answer.late_effect, "p": answer.change.p}
                yield {**effects, "flagged": float(answer.is_flagged)}


def unplanned(experiment: Experiment, counted: Counted) -> int:
    """Units in no variant of the design, or in one that had no weight when they came."""
    weights = {period.version: period.weights for period in experiment.periods}
    return sum(
        row.n
        for row in counted.rows
        if experiment.config.variant(row.variant) is None
        or not weights.get(row.version, {row.variant: 1}).get(row.variant)
    )


def period_units(counted: Counted, period: WeightPeriod) -> dict[str, int]:
    return dict(counted.units(of_period(period, counted.last_day)))


def of_period(period: WeightPeriod, day: int) -> Callable[[Added], bool]:
    """Whether a unit came under these weights, by the end of that day."""
    return lambda row: row.version == period.version and row.day <= day


def _hours(first: datetime, last: datetime) -> Iterator[datetime]:
    hour = first
    while hour + HOUR <= last:
        yield hour
        hour += HOUR
