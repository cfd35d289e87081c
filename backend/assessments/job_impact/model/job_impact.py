"""How exposed an occupation, or one person's week in it, is to software AI: the published measures, combined.

Exposure is a place among US workers, not a probability. The cut-offs and the shrinkage are this project's choices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import fsum, isfinite
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backend.assessments.job_impact.model.result import Agreement, Band, Evidence, Exposure, Lean, Level, Parts
from backend.assessments.job_impact.model.weighting import EQUAL_KINDS, Weighting, weighted_mean
from backend.reference.tables import Activity, Measure, Occupation

WeeklyTotal = Callable[[tuple[Activity, ...], tuple[float, ...]], float]

MODEL_VERSION = "exposure-1.0"

FAMILIES: Mapping[Evidence, tuple[Measure, ...]] = {
    Evidence.TASK: (Measure.BETA_HUMAN, Measure.BETA_GPT4),
    Evidence.ABILITY: (Measure.AIOE,),
    Evidence.USAGE: (Measure.MICROSOFT, Measure.ANTHROPIC),
}
FEWEST_FAMILIES = 2
AGREE_WITHIN, MIXED_WITHIN = 30.0, 55.0
MEDIUM_FROM, HIGH_FROM = 35.0, 65.0
BY_ITSELF_FROM = 0.5
TRUST_PER_ACTIVITY, MOST_TRUST = 0.2, 0.8
# Lines of the matrix that join several SOC occupations. Their week is an average over different jobs, so it is
# placed on the scales of weekly exposure and usage but does not make them.
JOINED_LINES = frozenset(
    {
        "13-1020",
        "13-2020",
        "21-1018",
        "25-2052",
        "25-9045",
        "29-2010",
        "31-1120",
        "39-7010",
        "47-4090",
        "51-2028",
        "51-2090",
        "53-1047",
    }
)


@dataclass(frozen=True, slots=True)
class TooLittleEvidence:
    """An occupation that has no score, and why."""

    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """Values of all occupations, and the share of US workers each lies above.

    `values`: shape (n,), ascending and distinct; `ranks`: shape (n,), percent, 0 to 100.
    """

    values: NDArray[np.float64]
    ranks: NDArray[np.float64]

    def __post_init__(self) -> None:
        if not self.values.size or self.values.shape != self.ranks.shape:
            raise ValueError("a scale needs one rank for each of its values, and at least one")
        if any(low >= high for low, high in pairwise(self.values.tolist())):
            raise ValueError("the values of a scale rise")
        self.values.flags.writeable = self.ranks.flags.writeable = False

    @classmethod
    def of(cls, values: ArrayLike, workers: ArrayLike) -> Self:
        """Rank `values`, shape (n,), by `workers` employed, shape (n,), all positive: the weighted mid-rank.

        P(v) = 100 * (workers below v + half of those at v) / all workers. Raises ValueError on anything not finite.
        """
        each = np.asarray(values, dtype=np.float64)
        weights = np.asarray(workers, dtype=np.float64)
        if not each.size or each.shape != weights.shape:
            raise ValueError("a scale needs one number of workers for each of its values, and at least one")
        if not (np.isfinite(each).all() and np.isfinite(weights).all() and (weights > 0).all()):
            raise ValueError("a scale is made of finite values and positive numbers of workers")
        distinct, which = np.unique(each, return_inverse=True)
        at = np.bincount(which, weights, minlength=distinct.size)
        upto = np.cumsum(at)
        return cls(distinct, 100.0 * (upto - at / 2.0) / upto[-1])

    def place(self, value: float) -> float:
        """Percent of US workers below `value`: exact at a known value, linear between two, flat beyond the ends."""
        return self.places([value])[0]

    def places(self, values: Sequence[float]) -> list[float]:
        """The place of each of `values`, shape (n,)."""
        places: list[float] = np.interp(values, self.values, self.ranks).tolist()
        return places


def trust_in(chosen: int) -> float:
    """How much stated shares count, from 0 to 1, by the number of activities that were chosen."""
    return min(MOST_TRUST, TRUST_PER_ACTIVITY * chosen)


def week(activities: tuple[Activity, ...], shares: Mapping[str, float]) -> tuple[float, ...]:
    """Share of the week for each activity, shape (len(activities),), summing to 1.

    `shares`: any positive unit, by activity id; an activity left at 0 was not chosen. With n chosen activities the
    stated shares count for min(0.8, 0.2 n) and the occupation's default shares for the rest.
    Raises ValueError on an activity the occupation lacks and on a share that is negative or not finite.
    """
    if any(not isfinite(share) or share < 0 for share in shares.values()):
        raise ValueError("a share is a finite number of at least 0")
    if unknown := shares.keys() - {activity.id for activity in activities}:
        raise ValueError(f"not activities of this occupation: {', '.join(sorted(unknown))}")
    largest = max(shares.values(), default=0.0)
    if not largest:
        return tuple(activity.share for activity in activities)
    scaled = {key: share / largest for key, share in shares.items()}
    total = fsum(scaled.values())
    trust = trust_in(sum(share > 0 for share in shares.values()))
    return tuple(trust * scaled.get(a.id, 0.0) / total + (1.0 - trust) * a.share for a in activities)


def weekly_exposure(activities: tuple[Activity, ...], weights: tuple[float, ...]) -> float:
    """Sum of omega_i b_i, in [0, 1]."""
    return fsum([weight * activity.exposure for activity, weight in zip(activities, weights, strict=True)])


def weekly_usage(activities: tuple[Activity, ...], weights: tuple[float, ...]) -> float:
    """Sum of omega_i v_i, in [0, 1]."""
    return fsum([weight * activity.usage for activity, weight in zip(activities, weights, strict=True)])


def lean_label(share: float | None) -> Lean:
    """Name the share of the exposed work, in [0, 1], that the task rubric rates T3 or T4; None has no name."""
    if share is None:
        return Lean(share=None, label=None)
    return Lean(share=share, label="mostly by itself" if share >= BY_ITSELF_FROM else "mostly to help")


def parts_of(exposed: float, lean: Lean) -> Parts:
    """The work in three parts: `exposed`, in [0, 1], divided by how much of it AI could do by itself."""
    alone = exposed * (lean.share or 0.0)
    return Parts(alone=100.0 * alone, helped=100.0 * (exposed - alone), out=100.0 * (1.0 - exposed))


def level(score: float) -> Level:
    """Low below 35, medium below 65, high from there; `score` in percent of US workers."""
    if score < MEDIUM_FROM:
        return Level.LOW
    return Level.MEDIUM if score < HIGH_FROM else Level.HIGH


def agreement(measures: Band) -> Agreement:
    """How far the single measures lie apart: up to 30 points agree, up to 55 mixed, else disagree."""
    width = round(measures.high - measures.low, 9)  # 44.7 to 74.7 is 30, whatever binary fractions make of it
    if width <= AGREE_WITHIN:
        return Agreement.AGREE
    return Agreement.MIXED if width <= MIXED_WITHIN else Agreement.DISAGREE


def combine(
    families: Mapping[Evidence, float], places: Mapping[Measure, float], weighting: Weighting = EQUAL_KINDS
) -> Exposure | TooLittleEvidence:
    """Score = mean of the families, band = their range; `places` are the single measures behind them.

    Each is a percent of US workers; families from 0 to 100, and the places are brought there.
    """
    if not all(0.0 <= value <= 100.0 for value in families.values()):
        raise ValueError("a family lies between 0 and 100")
    if len(families) < FEWEST_FAMILIES:
        return TooLittleEvidence(_reason(families))
    band = _range(families.values())
    within = {measure: _percent(place) for measure, place in places.items()}
    measures = _range(within.values())
    # A mean of equal floats can miss them by one unit in the last place; the score never leaves its band.
    weights = weighting.of(_measures_of(families, places))
    score = min(max(weighted_mean((families[kind], weight) for kind, weight in weights.items()), band.low), band.high)
    return Exposure(
        score=score,
        band=band,
        families=dict(families),
        places=within,
        measures_range=measures,
        agreement=agreement(measures),
        level=level(score),
        low_level=level(band.low),
        high_level=level(band.high),
    )


def _measures_of(kinds: Iterable[Evidence], places: Mapping[Measure, float]) -> dict[Evidence, int]:
    return {kind: sum(measure in places for measure in FAMILIES[kind]) for kind in kinds}


def _range(values: Iterable[float]) -> Band:
    each = tuple(values)
    return Band(min(each), max(each))


def _percent(place: float) -> float:
    return min(max(place, 0.0), 100.0)


def _reason(families: Mapping[Evidence, float]) -> str:
    kinds = {
        Evidence.TASK: "its tasks",
        Evidence.ABILITY: "its abilities",
        Evidence.USAGE: "how AI is used",
    }
    covered = " and ".join(kinds[family] for family in families)
    evidence = f"only one kind, about {covered}," if covered else "none"
    return f"The evidence is too thin for a score: at least two kinds are needed and {evidence} covers this job."


@dataclass(frozen=True, slots=True, eq=False)
class ExposureModel:
    """Every occupation's place among US workers, worked out once. Immutable, so safe to share between threads.

    `places`: percentile of each measure of each occupation that has both the measure and employment.
    `task_scale` is G and `usage_scale` is H: percentiles of the weekly exposure and usage over single occupations.
    Every score is by `weighting`, so that scores of one model can be compared.
    """

    occupations: Mapping[str, Occupation]
    places: Mapping[str, Mapping[Measure, float]]
    typicals: Mapping[str, Exposure | TooLittleEvidence]
    task_scale: Scale | None
    usage_scale: Scale | None
    weighting: Weighting = EQUAL_KINDS

    @classmethod
    def of(cls, occupations: Iterable[Occupation]) -> Self:
        """Rank `occupations`, given in any order; those without employment get no place."""
        rows = sorted(occupations, key=lambda row: row.code)
        single = [row for row in rows if row.activities and row.code not in JOINED_LINES]
        scales = {measure: _scale(rows, _reader(measure)) for measure in Measure}
        places = _places(rows, scales)
        return cls(
            occupations={row.code: row for row in rows},
            places=places,
            typicals={row.code: _typical(row, places[row.code]) for row in rows},
            task_scale=_scale(single, _by_default(weekly_exposure)),
            usage_scale=_scale(single, _by_default(weekly_usage)),
        )

    def weighted(self, weighting: Weighting) -> Self:
        """The same places and scales, with every score by `weighting`."""
        typicals = {code: _typical(row, self.places[code], weighting) for code, row in self.occupations.items()}
        return replace(self, typicals=typicals, weighting=weighting)

    def typical(self, code: str) -> Exposure | TooLittleEvidence:
        """The occupation with its default week. Raises KeyError on a code it does not hold."""
        return self.typicals[code]

    def personal(self, code: str, shares: Mapping[str, float]) -> Exposure | TooLittleEvidence:
        """The occupation with this week: `shares` as in `week`. Without a positive share it is `typical`.

        Tasks and Microsoft's measure move by the change of the week's percentile; abilities stay.
        """
        if not any(shares.values()):
            return self.typical(code)
        activities = self.occupations[code].activities
        usual, weights = tuple(a.share for a in activities), week(activities, shares)
        changes = {
            **dict.fromkeys(
                FAMILIES[Evidence.TASK], _moved(self.task_scale, weekly_exposure, activities, usual, weights)
            ),
            Measure.MICROSOFT: _moved(self.usage_scale, weekly_usage, activities, usual, weights),
        }
        places = {measure: place + changes.get(measure, 0.0) for measure, place in self.places[code].items()}
        families = {family: _percent(place) for family, place in _families(places).items()}
        return combine(families, places, self.weighting)

    def points(self, code: str, shares: Mapping[str, float]) -> tuple[float, ...]:
        """Points by which the changed share of each activity moved the score, before families are kept in 0 to 100.

        The moves of tasks and of Microsoft's measure, each divided among activities by (omega_i - w_i)(b_i - B), with
        B the default week's total: more time on what is more exposed than the job as a whole moves the score up.
        """
        activities, places = self.occupations[code].activities, self.places[code]
        if not any(shares.values()):
            return (0.0,) * len(activities)
        usual, weights = tuple(a.share for a in activities), week(activities, shares)
        measures = _measures_of(_families(places), places)
        counts = self.weighting.of(measures)
        tasks = usage = 0.0
        if Evidence.TASK in counts:
            slope = _slope(self.task_scale, weekly_exposure, activities, usual, weights)
            tasks = slope * counts[Evidence.TASK]
        if Measure.MICROSOFT in places:
            slope = _slope(self.usage_scale, weekly_usage, activities, usual, weights)
            usage = slope / measures[Evidence.USAGE] * counts[Evidence.USAGE]
        exposed, used = weekly_exposure(activities, usual), weekly_usage(activities, usual)
        total = sum(counts.values()) or 1.0
        return tuple(
            (weight - share) * (tasks * (a.exposure - exposed) + usage * (a.usage - used)) / total
            for a, share, weight in zip(activities, usual, weights, strict=True)
        )

    def parts(self, code: str, shares: Mapping[str, float]) -> Parts | None:
        """Of this week; None where no activity of the occupation is rated."""
        activities = self.occupations[code].activities
        if not activities:
            return None
        return parts_of(weekly_exposure(activities, week(activities, shares)), self.lean(code, shares))

    def lean(self, code: str, shares: Mapping[str, float]) -> Lean:
        """Share of this week's exposed work that an LLM could do mostly alone; the published one for a default week."""
        occupation = self.occupations[code]
        if not any(shares.values()):
            return lean_label(occupation.lean)
        weights = week(occupation.activities, shares)
        exposed = weekly_exposure(occupation.activities, weights)
        if exposed <= 0:
            return lean_label(None)
        alone = (w * a.exposure * (a.automation or 0.0) for a, w in zip(occupation.activities, weights, strict=True))
        return lean_label(min(fsum(alone) / exposed, 1.0))


def _reader(measure: Measure) -> Callable[[Occupation], float | None]:
    return lambda row: row.measures.get(measure)


def _by_default(total: WeeklyTotal) -> Callable[[Occupation], float | None]:
    return lambda row: total(row.activities, tuple([a.share for a in row.activities]))


def _scale(rows: Iterable[Occupation], read: Callable[[Occupation], float | None]) -> Scale | None:
    valued = [(value, row.employment) for row in rows if row.employment and (value := read(row)) is not None]
    return Scale.of([value for value, _ in valued], [workers for _, workers in valued]) if valued else None


def _places(rows: Sequence[Occupation], scales: Mapping[Measure, Scale | None]) -> dict[str, dict[Measure, float]]:
    places: dict[str, dict[Measure, float]] = {row.code: {} for row in rows}
    for measure, scale in scales.items():
        if scale is not None:
            placed = [row for row in rows if row.employment and measure in row.measures]
            for row, place in zip(placed, scale.places([row.measures[measure] for row in placed]), strict=True):
                places[row.code][measure] = place
    return places


def _typical(
    row: Occupation, placed: Mapping[Measure, float], weighting: Weighting = EQUAL_KINDS
) -> Exposure | TooLittleEvidence:
    if row.measures and not row.employment:
        return TooLittleEvidence(
            "How many people do this job is not published, so it has no place among US workers; its tasks are rated."
        )
    return combine(_families(placed), placed, weighting)


def _families(places: Mapping[Measure, float]) -> dict[Evidence, float]:
    """Mean of the measures present, per family."""
    present = {family: [places[m] for m in measures if m in places] for family, measures in FAMILIES.items()}
    return {family: fsum(values) / len(values) for family, values in present.items() if values}


def _moved(
    scale: Scale | None,
    total: WeeklyTotal,
    activities: tuple[Activity, ...],
    usual: tuple[float, ...],
    weights: tuple[float, ...],
) -> float:
    """Points by which the week's place on the scale differs from the default week's."""
    return scale.place(total(activities, weights)) - scale.place(total(activities, usual)) if scale else 0.0


def _slope(
    scale: Scale | None,
    total: WeeklyTotal,
    activities: tuple[Activity, ...],
    usual: tuple[float, ...],
    weights: tuple[float, ...],
) -> float:
    """Points on the scale for each unit by which the week's total differs from the default week's."""
    change = total(activities, weights) - total(activities, usual)
    return _moved(scale, total, activities, usual, weights) / change if change else 0.0
