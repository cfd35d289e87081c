"""Related occupations a person could move to: less exposed, not worse paid, within reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from backend.assessments.job_impact.model.job_impact import ExposureModel
from backend.assessments.job_impact.model.result import Exposure, Move, Moves
from backend.reference.plain_names import PlainNames
from backend.reference.tables import Occupation, Pay

NATION = "United States"
LESS_EXPOSED_BY, NEARLY_LESS_EXPOSED_BY = 10.0, 5.0
PAY_KEPT, PAY_NEARLY_KEPT = 95.0, 80.0
ZONES_ABOVE, ZONES_NEARLY_ABOVE = 1.0, 2.0
MOST_NEAR_MISSES = 3
LONG_DEGREE = "Doctoral or professional degree"
NEXT_LONGEST_DEGREE = "Master's degree"
ZONES = (1.0, 2.0, 3.0, 4.0, 5.0)
ZONE_YEARS = (0.25, 1.0, 2.0, 4.0, 8.0)


class MoveFilter(StrEnum):
    """What a move must pass; the value says what relaxing it would mean."""

    EXPOSURE = "did not ask for 10 points less exposure"
    PAY = "accepted less than 95% of today's median pay"
    PREPARATION = "accepted much longer preparation"
    DEGREE = "accepted a doctoral or professional degree"


SUBJECTS = {
    MoveFilter.EXPOSURE: "exposure",
    MoveFilter.PAY: "pay",
    MoveFilter.PREPARATION: "preparation",
    MoveFilter.DEGREE: "degree",
}


@dataclass(frozen=True, slots=True)
class Area:
    """A state and its published pay by occupation code; None where there is none."""

    name: str
    pay: Callable[[str], Pay | None]


@dataclass(frozen=True, slots=True)
class Start:
    """Where a move begins: today's occupation, its median pay, and the person's own exposure."""

    occupation: Occupation
    score: float
    zone: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A related occupation with everything the filters ask about.

    `drop`: points less exposed than the person. `pay_kept`: its median in percent of today's, in the same area.
    `zones`: O*NET job zones above today's. `longer_degree`: it needs a professional or doctoral degree and today's
    job does not; `next_degree`: that is one step away. `similarity`: its rank among the related, 100 for the first.
    """

    occupation: Occupation
    exposure: Exposure
    similarity: int
    median_pay: int
    area: str
    drop: float
    pay_kept: float
    zones: float
    years: float
    longer_degree: bool
    next_degree: bool

    @property
    def misses(self) -> tuple[MoveFilter, ...]:
        """Every filter it fails."""
        failed = {
            MoveFilter.EXPOSURE: self.drop < LESS_EXPOSED_BY,
            MoveFilter.PAY: self.pay_kept < PAY_KEPT,
            MoveFilter.PREPARATION: self.zones > ZONES_ABOVE,
            MoveFilter.DEGREE: self.longer_degree,
        }
        return tuple(name for name, fails in failed.items() if fails)

    @property
    def close(self) -> bool:
        """Whether it fails one filter only, by little: 5 points, 80 % of the pay, two zones, one degree."""
        near = (
            self.drop >= NEARLY_LESS_EXPOSED_BY
            and self.pay_kept >= PAY_NEARLY_KEPT
            and self.zones <= ZONES_NEARLY_ABOVE
            and (self.next_degree or not self.longer_degree)
        )
        return near and len(self.misses) == 1


def find_moves(
    today: Occupation, score: float | None, model: ExposureModel, area: Area | None, names: PlainNames
) -> Moves:
    """Moves from today's occupation for a person who scores `score`, in percent of US workers; None if unscored.

    Passing moves are sorted by pay gain, near misses by similarity. Medians are the area's where both occupations
    have one there, else national.
    """
    if score is None:
        return _none("There is too little evidence about this job to compare it with others.")
    if not today.related or today.job_zone is None:
        return _none("O*NET names no related jobs to compare this one with.")
    if _median(today.pay) is None:
        return _none("No national median pay is published for this job, so pay cannot be compared.")
    start = Start(today, score, today.job_zone)
    candidates = _candidates(start, model, area)
    passing = [candidate for candidate in candidates if not candidate.misses]
    close = [candidate for candidate in candidates if candidate.close]
    return Moves(
        passing=tuple(_move(c, names) for c in sorted(passing, key=lambda c: (-c.pay_kept, c.occupation.code))),
        near_misses=tuple(_move(c, names) for c in close[:MOST_NEAR_MISSES]),
        advice=None if passing else _advice(score, candidates),
    )


def _none(advice: str) -> Moves:
    return Moves(passing=(), near_misses=(), advice=advice)


def _candidates(start: Start, model: ExposureModel, area: Area | None) -> list[Candidate]:
    """Those with a score, a median and a job zone, most similar first; what is unknown cannot pass a filter."""
    related = start.occupation.related
    places = ((code, round(100 * (len(related) - rank) / len(related))) for rank, code in enumerate(related))
    candidates = (_candidate(start, code, similarity, model, area) for code, similarity in places)
    return [candidate for candidate in candidates if candidate is not None]


def _candidate(start: Start, code: str, similarity: int, model: ExposureModel, area: Area | None) -> Candidate | None:
    there = model.occupations.get(code)
    if there is None or there.job_zone is None or code == start.occupation.code:
        return None
    exposure, medians = model.typical(code), _medians(start.occupation, there, area)
    if not isinstance(exposure, Exposure) or medians is None:
        return None
    before, after, name = medians
    return Candidate(
        occupation=there,
        exposure=exposure,
        similarity=similarity,
        median_pay=after,
        area=name,
        drop=start.score - exposure.score,
        pay_kept=100.0 * after / before,
        zones=there.job_zone - start.zone,
        years=extra_years(start.zone, there.job_zone),
        longer_degree=there.entry_education == LONG_DEGREE != start.occupation.entry_education,
        next_degree=start.occupation.entry_education == NEXT_LONGEST_DEGREE,
    )


def _median(pay: Pay | None) -> int | None:
    return pay.p50 if pay else None


def _medians(today: Occupation, there: Occupation, area: Area | None) -> tuple[int, int, str] | None:
    """Both medians in annual US dollars and the area they are of, or None if either is unknown."""
    if area and (before := _median(area.pay(today.code))) and (after := _median(area.pay(there.code))):
        return before, after, area.name
    if (before := _median(today.pay)) and (after := _median(there.pay)):
        return before, after, NATION
    return None


def extra_years(today: float, there: float) -> float:
    """Years of preparation from one job zone (1 to 5) up to another; 0 when not higher.

    Typical years .25, 1, 2, 4, 8 for O*NET job zones 1 to 5, linear between (an occupation's zone can be a mean).
    """
    before, after = np.interp((today, there), ZONES, ZONE_YEARS)
    return max(float(after - before), 0.0)


def _move(candidate: Candidate, names: PlainNames) -> Move:
    there = candidate.occupation
    return Move(
        code=there.code,
        title=there.title,
        job=names.job(there),
        score=candidate.exposure.score,
        band=candidate.exposure.band,
        median_pay=candidate.median_pay,
        pay_change=candidate.pay_kept - 100.0,
        growth_percent=there.growth_percent,
        openings=there.openings,
        similarity=candidate.similarity,
        area=candidate.area,
        education=there.entry_education,
        preparation=_preparation(there, candidate.years),
        missed=_missed(candidate) if candidate.misses else None,
    )


def _preparation(there: Occupation, years: float) -> str | None:
    parts = []
    if there.related_experience:
        parts.append(f"{there.related_experience} of related experience")
    if there.on_the_job_training:
        parts.append(there.on_the_job_training.replace("/", " or "))
    if years > 0:
        parts.append(f"{_length(years)} more preparation than today's job")
    text = ", ".join(part[0].lower() + part[1:] for part in parts)
    return text[0].upper() + text[1:] if text else None


def _length(years: float) -> str:
    if years < 1:
        return f"about {max(round(12 * years), 1)} months"
    halves = round(2 * years) / 2
    return "about 1 year" if halves == 1 else f"about {halves:g} years"


def _missed(candidate: Candidate) -> str:
    words = {
        MoveFilter.EXPOSURE: f"only {int(candidate.drop)} points less exposed",
        MoveFilter.PAY: f"pays {100.0 - candidate.pay_kept:.1f}% less",
        MoveFilter.PREPARATION: f"needs {_length(candidate.years)} more preparation",
        MoveFilter.DEGREE: "needs a doctoral or professional degree",
    }
    return words[candidate.misses[0]]


def _advice(score: float, candidates: Sequence[Candidate]) -> str:
    if score < LESS_EXPOSED_BY:
        return "This job is already among the least exposed: no job can lie 10 points lower."
    if not candidates:
        return "None of the related jobs has a score, a median pay and a preparation level to compare."
    alone = Counter(candidate.misses[0] for candidate in candidates if len(candidate.misses) == 1)
    among = f"Of {len(candidates)} related jobs that can be compared,"
    if alone:
        easiest = max(MoveFilter, key=lambda name: alone[name])
        return f"{among} {alone[easiest]} would pass if you {easiest.value}."
    failures = Counter(name for candidate in candidates for name in candidate.misses)
    first, second = sorted(MoveFilter, key=lambda name: -failures[name])[:2]
    return (
        f"{among} each misses two filters or more, "
        f"most often {SUBJECTS[first]} and {SUBJECTS[second]}: relax both to see more."
    )
