"""The part of a result about related jobs: which pass the rules, what the others miss, and how to relax a rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from backend.assessments.job_impact.model.move_rules import LONG_DEGREE
from backend.assessments.job_impact.model.result import Assessment, Level, Move, MoveFlag, Relaxation
from backend.assessments.job_impact.presentation import wording
from backend.assessments.job_impact.presentation.headline import hours_entered
from backend.formats import count, dollars, first_capital, signed

NEAREST = 3
SAME_PAY = 0.5
BEYOND = "beyond"  # among the misses of a row: what no relaxing lets pass
RELAXES = {
    Relaxation.PAY: "Pay down to 80%",
    Relaxation.EXPOSURE: "Exposure: 5 less is enough",
    Relaxation.ANY_EXPOSURE: "Any exposure",
    Relaxation.PREPARATION: "Two steps more preparation",
}
RELAXES_LOW = RELAXES | {Relaxation.EXPOSURE: "Exposure: up to 10 more"}
ORDER = (
    "“All four together” weighs openings, growth, pay, and similarity. Where two are close, the one with more openings "
    "comes first, and jobs that shrink or rarely open come after the others."
)


class MoveSort(StrEnum):
    BEST = "best"
    OPENINGS = "openings"
    GROWTH = "growth"
    PAY = "pay"
    SIMILAR = "similar"


SORTS = {
    MoveSort.BEST: "All four together",
    MoveSort.OPENINGS: "Openings",
    MoveSort.GROWTH: "Growth",
    MoveSort.PAY: "Pay",
    MoveSort.SIMILAR: "Most similar",
}


@dataclass(frozen=True, slots=True)
class Badge:
    text: str
    worse: bool = False


@dataclass(frozen=True, slots=True)
class SortKeys:
    """Higher comes first, but for `best`; what is not published is below all that is."""

    best: int
    openings: int
    growth: float
    pay: float
    similar: int


@dataclass(frozen=True, slots=True)
class MoveOption:
    value: str
    text: str
    selected: bool


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A related job. `area` is empty in a table of one area; what is not published is empty.

    `misses`: what must be relaxed for it to pass. `nearest`: shown all the same, for none passes.
    """

    name: str
    address: str
    badges: tuple[Badge, ...]
    entry: str
    place: str
    median_pay: str
    area: str
    change: str
    change_kind: str
    growth: str
    openings: str
    misses: tuple[str, ...]
    nearest: bool
    shown: bool
    sort: SortKeys


@dataclass(frozen=True, slots=True)
class MoveHeadings:
    """Above jobs that keep the rule on exposure, and above those that need not."""

    less_exposed: str
    any_exposure: str


@dataclass(frozen=True, slots=True)
class MovesSection:
    """`rows` hold all that a control here can bring; those not `shown` wait for it. `years`: of the projection.

    `heading` is the one of `headings` for what is relaxed now.
    """

    heading: str
    headings: MoveHeadings
    lead: str
    rows: tuple[MoveRow, ...]
    years: str
    note: str
    sorts: tuple[MoveOption, ...]
    relaxes: tuple[MoveOption, ...]


def moves_section(
    a: Assessment,
    relaxed: frozenset[Relaxation] = frozenset(),
    sort: MoveSort = MoveSort.BEST,
    slugs: Mapping[str, str] = MappingProxyType({}),
) -> MovesSection:
    """`slugs` of the pages of occupations, by code; a row of an occupation without one has no address."""
    near, nearest = _near(a), _nearest(a)
    moves = (*a.moves.passing, *near)
    several_areas = len({move.area for move in moves}) > 1
    rows = tuple(
        _row(move, best, several_areas, slugs, relaxed, nearest=move in nearest) for best, move in enumerate(moves)
    )
    return MovesSection(
        heading=_heading(a, relaxed),
        headings=MoveHeadings(_heading(a), _heading(a, frozenset({Relaxation.ANY_EXPOSURE}))),
        lead=_lead(a),
        rows=tuple(sorted(rows, key=lambda row: _by(sort, row.sort))),
        years=wording.years(a.outlook.horizon) if a.outlook else "",
        note=f"{_rules_left(a)}{ORDER} {_note(a, moves)}" if moves else "",
        sorts=tuple(MoveOption(key.value, text, key is sort) for key, text in SORTS.items()),
        relaxes=_relaxes(a, moves, relaxed),
    )


def _near(a: Assessment) -> tuple[Move, ...]:
    """The jobs that pass once a visitor relaxes a rule, the nearest first."""
    return tuple(move for move in a.moves.near_misses if BEYOND not in _misses(move))


def _nearest(a: Assessment) -> tuple[Move, ...]:
    """Those that stand there at once, where none passes."""
    return () if a.moves.passing else _near(a)[:NEAREST]


def _misses(move: Move) -> tuple[str, ...]:
    return tuple(miss.relaxed_by.value if miss.relaxed_by else BEYOND for miss in move.missed)


def _row(
    move: Move,
    best: int,
    several_areas: bool,
    slugs: Mapping[str, str],
    relaxed: frozenset[Relaxation],
    *,
    nearest: bool,
) -> MoveRow:
    change = "same" if abs(move.pay_change) < SAME_PAY else signed(move.pay_change, 0)
    education = wording.way_in(move.education) if move.education else ""
    entry = (text for text in (education, wording.typeset(move.preparation or "No more preparation")) if text)
    return MoveRow(
        name=move.job.name,
        address=f"/jobs/{slugs[move.code]}" if move.code in slugs else "",
        badges=(
            *(Badge(flag.value, worse=flag is MoveFlag.SHRINKING) for flag in move.flags),
            *(Badge(wording.typeset(miss.words)) for miss in move.missed),
        ),
        entry="".join(f"{text}. " for text in entry).strip(),
        place=f"{move.place} of 100",
        median_pay=dollars(move.median_pay),
        area=("US" if move.area == wording.NATION else move.area) if several_areas else "",
        change=change,
        change_kind="flat" if change == "same" else "better" if move.pay_change > 0 else "worse",
        growth="" if move.growth_percent is None else signed(move.growth_percent),
        openings="" if move.openings is None else count(move.openings) if move.openings else "under 50",
        misses=_misses(move),
        nearest=nearest,
        shown=nearest or set(_misses(move)) <= _lets_pass(relaxed),
        sort=SortKeys(
            best=best,
            openings=-1 if move.openings is None else move.openings,
            growth=-100.0 if move.growth_percent is None else move.growth_percent,
            pay=round(move.pay_change, 1),
            similar=move.similarity,
        ),
    )


def _lets_pass(relaxed: frozenset[Relaxation]) -> set[str]:
    """Any exposure includes the smaller step."""
    steps = {Relaxation.EXPOSURE} if Relaxation.ANY_EXPOSURE in relaxed else set()
    return {step.value for step in relaxed | steps}


def _by(sort: MoveSort, keys: SortKeys) -> tuple[float, int]:
    value = {
        MoveSort.BEST: keys.best,
        MoveSort.OPENINGS: -keys.openings,
        MoveSort.GROWTH: -keys.growth,
        MoveSort.PAY: -keys.pay,
        MoveSort.SIMILAR: -keys.similar,
    }[sort]
    return value, keys.best


def _relaxes(a: Assessment, moves: tuple[Move, ...], relaxed: frozenset[Relaxation]) -> tuple[MoveOption, ...]:
    """The rules whose relaxing brings a job."""
    brings = {key for move in moves for key in _misses(move)}
    texts = RELAXES_LOW if a.yours and a.yours.level is Level.LOW else RELAXES
    return tuple(MoveOption(key.value, text, key in relaxed) for key, text in texts.items() if key.value in brings)


def _heading(a: Assessment, relaxed: frozenset[Relaxation] = frozenset()) -> str:
    if a.yours and a.yours.level is Level.LOW:
        return "No need to move for AI’s sake"
    if a.moves.passing:
        any_exposure = Relaxation.ANY_EXPOSURE in relaxed
        return "Related jobs, whatever AI reaches" if any_exposure else "Related jobs that AI reaches less"
    return "Related jobs: none passes every rule" if _near(a) else "Related jobs"


def _lead(a: Assessment) -> str:
    """The rules; where there is more to say first, that alone, and the rules stand below the table."""
    if a.yours is None or not (a.moves.passing or _near(a)):
        return wording.typeset(a.moves.advice or "")
    low = a.yours.level is Level.LOW
    no_reason = f"{_who(a)} is already less exposed than most, so we don’t ask for less exposure here. " if low else ""
    if a.moves.passing:
        return no_reason.strip() or rules_in_words(a, low=low)
    nearest = len(_nearest(a))
    below = f"Below are the {'three' if nearest == NEAREST else 'two'} nearest, each with what it misses."
    if nearest == 1:
        below = "Below it stands with what it misses."
    return f"{no_reason}{wording.typeset(a.moves.advice or '')} {below}"


def _rules_left(a: Assessment) -> str:
    """The rules, where the lead does not hold them."""
    low = a.yours is not None and a.yours.level is Level.LOW
    return f"{rules_in_words(a, low=low)} " if low or not a.moves.passing else ""


def _who(a: Assessment) -> str:
    return "This week" if hours_entered(a) else first_capital(a.job.one)


def rules_in_words(a: Assessment, *, low: bool) -> str:
    exposure = "at most 5 places more exposed and still under 35" if low else "at least 10 places less exposed"
    has_long_degree = a.outlook is not None and a.outlook.education == LONG_DEGREE
    degree = "" if has_long_degree else ", short of a doctoral or professional degree"
    return (
        f"A related job passes if it is {exposure}, pays at least 95% of this job’s median, "
        f"and asks at most one step more preparation{degree}."
    )


def _note(a: Assessment, moves: tuple[Move, ...]) -> str:
    """The sources of the table's figures, and the median that pay is compared with."""
    areas = {move.area for move in moves}
    states = sorted(areas - {wording.NATION})
    median = a.pay.p50 if a.pay and areas == {a.pay.area} else None
    against = f"{dollars(median)}, this job’s median" if median else "this job’s median in the same area"
    if not states:
        medians = "US medians"
    else:
        medians = f"medians in {wording.the(states[0])}"
        medians += ", and in the United States where too little is published there" if len(areas) > 1 else ""
    vintages = a.provenance.vintages
    source = vintages.get("bls_oews_state" if states else "bls_oews_national", "")
    growth = f" Growth and openings: BLS, {wording.years(a.outlook.horizon)}." if a.outlook else ""
    return f"Pay: BLS, {source}, {medians}; the change is against {against}.{growth} Similar jobs: O*NET."
