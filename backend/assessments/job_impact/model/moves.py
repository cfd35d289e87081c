"""Related occupations a person could move to: less exposed, not worse paid, within reach."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backend.assessments.job_impact.model.job_impact import ExposureModel
from backend.assessments.job_impact.model.move_order import in_order
from backend.assessments.job_impact.model.move_rules import Candidate, Start, Step, extra_years, length
from backend.assessments.job_impact.model.result import Exposure, Move, Moves, Relaxation
from backend.assessments.job_impact.model.rounding import rounded_place
from backend.reference.plain_names import PlainNames
from backend.reference.tables import Occupation, Pay

NATION = "United States"
RELAXED = {
    Relaxation.PAY: "80% of this job's pay were enough",
    Relaxation.EXPOSURE: "5 places less exposed were enough",
    Relaxation.ANY_EXPOSURE: "exposure did not matter",
    Relaxation.PREPARATION: "two steps more preparation were fine",
}
RELAXED_LOW = RELAXED | {Relaxation.EXPOSURE: "10 places more exposed were fine"}


@dataclass(frozen=True, slots=True)
class Area:
    """A state and its published pay by occupation code; None where there is none."""

    name: str
    pay: Callable[[str], Pay | None]


def find_moves(
    today: Occupation, score: float | None, model: ExposureModel, area: Area | None, names: PlainNames
) -> Moves:
    """Moves from today's occupation for a person who scores `score`, in percent of US workers; None if unscored.

    Those that pass come in the order of `in_order`; those that miss a rule by how few they miss, then in that order.
    Medians are the area's where both occupations have one there, else national.
    """
    if score is None:
        return _none("Without a score this job cannot be compared with others.")
    if not today.related or today.job_zone is None:
        return _none("O*NET names no related jobs to compare this one with.")
    if _median(today.pay) is None:
        return _none("No national median pay is published for this job, so pay cannot be compared.")
    start = Start(today, int(rounded_place(score)), today.job_zone)
    candidates = _candidates(start, model, area)
    passing = in_order([candidate for candidate in candidates if not candidate.misses])
    missing = sorted(in_order([candidate for candidate in candidates if candidate.misses]), key=_far)
    moves = tuple(_move(candidate, names) for candidate in passing)
    return Moves(
        passing=moves,
        near_misses=tuple(_move(candidate, names) for candidate in missing),
        advice=None if passing else _advice(start, candidates),
        first=moves[0] if passing and passing[0].may_be_first else None,
    )


def _none(advice: str) -> Moves:
    return Moves(passing=(), near_misses=(), advice=advice)


def _far(candidate: Candidate) -> tuple[bool, int, bool]:
    """What nothing lets pass is farthest, then what misses most rules, then what shrinks or rarely opens."""
    beyond = any(miss.relaxed_by is None for miss in candidate.misses)
    return beyond, len(candidate.misses), not candidate.may_be_first


def _candidates(start: Start, model: ExposureModel, area: Area | None) -> list[Candidate]:
    """Those with a score, a median and a job zone, most similar first; what is unknown cannot pass a rule."""
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
    step = Step(
        start=start,
        there=there,
        place=int(rounded_place(exposure.score)),
        pay_kept=100.0 * after / before,
        zones=there.job_zone - start.zone,
        years=extra_years(start.zone, there.job_zone),
    )
    return Candidate(step, exposure, similarity, after, name, step.misses())


def _median(pay: Pay | None) -> int | None:
    return pay.p50 if pay else None


def _medians(today: Occupation, there: Occupation, area: Area | None) -> tuple[int, int, str] | None:
    """Both medians in annual US dollars and the area they are of, or None if either is unknown."""
    if area and (before := _median(area.pay(today.code))) and (after := _median(area.pay(there.code))):
        return before, after, area.name
    if (before := _median(today.pay)) and (after := _median(there.pay)):
        return before, after, NATION
    return None


def _move(candidate: Candidate, names: PlainNames) -> Move:
    there = candidate.occupation
    return Move(
        code=there.code,
        title=there.title,
        job=names.job(there),
        score=candidate.exposure.score,
        place=candidate.step.place,
        band=candidate.exposure.band,
        median_pay=candidate.median_pay,
        pay_change=candidate.step.pay_kept - 100.0,
        growth_percent=there.growth_percent,
        openings=there.openings,
        similarity=candidate.similarity,
        area=candidate.area,
        education=there.entry_education,
        preparation=_preparation(there, candidate.step.years),
        missed=candidate.misses,
        flags=candidate.flags,
        extra_years=candidate.step.years,
    )


def _preparation(there: Occupation, years: float) -> str | None:
    parts = []
    if there.related_experience:
        parts.append(f"{there.related_experience} of related experience")
    if there.on_the_job_training:
        parts.append(there.on_the_job_training.replace("/", " or "))
    if years > 0:
        parts.append(f"{length(years)} more preparation than this job")
    text = ", ".join(part[0].lower() + part[1:] for part in parts)
    return text[0].upper() + text[1:] if text else None


def _advice(start: Start, candidates: Sequence[Candidate]) -> str:
    """How many would pass with which rule relaxed: the rule that lets most pass, or two where one is not enough."""
    if not candidates:
        return "None of the related jobs has a score, a median pay and a preparation level to compare."
    count, words = len(candidates), RELAXED_LOW if start.low else RELAXED
    none = f"None of the {count} related jobs that can be compared passes every rule."
    if count == 1:
        none = "The one related job that can be compared does not pass every rule."
    ways = [way for candidate in candidates if (way := _way(candidate))]
    fewest = min((len(way) for way in ways), default=0)
    lets_pass = {way: sum(other <= _with_steps(way) for other in ways) for way in ways if len(way) == fewest}
    if not lets_pass:
        return f"{none} No rule that can be relaxed would change that."
    best = min(lets_pass, key=lambda way: (-lets_pass[way], sorted(way)))
    return f"{none} {lets_pass[best]} would if {' and '.join(words[relaxed] for relaxed in sorted(best))}."


def _way(candidate: Candidate) -> frozenset[Relaxation]:
    """What to relax for it to pass; nothing where no relaxing helps."""
    ways = [miss.relaxed_by for miss in candidate.misses if miss.relaxed_by is not None]
    return frozenset(ways) if len(ways) == len(candidate.misses) else frozenset()


def _with_steps(way: frozenset[Relaxation]) -> frozenset[Relaxation]:
    """Any exposure includes the smaller step."""
    return way | {Relaxation.EXPOSURE} if Relaxation.ANY_EXPOSURE in way else way
