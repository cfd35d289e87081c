"""The part of a result about related jobs that AI reaches less."""

from __future__ import annotations

from dataclasses import dataclass

from backend.assessments.job_impact.model.result import Assessment, Move
from backend.assessments.job_impact.presentation import wording
from backend.formats import count, dollars, signed, whole

SAME_PAY = 0.5


@dataclass(frozen=True, slots=True)
class Badge:
    text: str
    worse: bool = False


@dataclass(frozen=True, slots=True)
class SortKeys:
    best: int
    openings: int | str
    growth: float | str
    pay: float
    similar: int


@dataclass(frozen=True, slots=True)
class MoveOption:
    value: str
    text: str
    selected: bool


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A related job."""

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
class MovesSection:
    """`years` are those of the projection."""

    heading: str
    lead: str
    rows: tuple[MoveRow, ...]
    years: str
    note: str
    sorts: tuple[MoveOption, ...]
    relaxes: tuple[MoveOption, ...]


def moves_section(a: Assessment) -> MovesSection:
    moves = (*a.moves.passing, *a.moves.near_misses)
    return MovesSection(
        heading="Related jobs that AI reaches less",
        lead=wording.moves_lead(a),
        rows=tuple(_move_row(move, rank) for rank, move in enumerate(moves)),
        years=wording.years(a.outlook.horizon) if a.outlook else "",
        note=wording.moves_area(a),
        sorts=(MoveOption("best", "All four together", True), MoveOption("pay", "Pay", False)),
        relaxes=(MoveOption("pay", "Pay down to 80%", False),),
    )


def _move_row(move: Move, rank: int) -> MoveRow:
    return MoveRow(
        name=move.job.name,
        address="",
        badges=(Badge(wording.typeset(move.missed)),) if move.missed else (),
        entry=". ".join(wording.typeset(text) for text in (move.education, move.preparation) if text),
        place=f"{whole(move.score)} of 100",
        median_pay=dollars(move.median_pay),
        area="",
        change=signed(move.pay_change, 0),
        change_kind=_change_kind(move.pay_change),
        growth="" if move.growth_percent is None else signed(move.growth_percent),
        openings="" if move.openings is None else count(move.openings),
        misses=(),
        nearest=bool(move.missed),
        shown=True,
        sort=SortKeys(rank, move.openings or "", move.growth_percent or "", move.pay_change, move.similarity),
    )


def _change_kind(pay_change: float) -> str:
    return "better" if pay_change >= SAME_PAY else "worse" if pay_change <= -SAME_PAY else "flat"
