"""The part of a result about related jobs that are less exposed."""

from __future__ import annotations

from dataclasses import dataclass

from backend.assessments.job_impact.model.result import Assessment, Band, Move
from backend.assessments.job_impact.presentation import wording
from backend.formats import count, dollars, signed

SHOWN_AT_FIRST = 6
SAME_PAY = 0.5


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A related job. `missed` is the filter it narrowly fails, or empty; `area` is empty in a table of one area.

    `growth` and `openings` are None where nothing is published; `change_kind`: better, worse or flat.
    """

    title: str
    missed: str
    entry: tuple[str, ...]
    score: float
    band: Band
    median_pay: str
    area: str
    change: str
    change_kind: str
    growth: str | None
    openings: str | None


@dataclass(frozen=True, slots=True)
class MovesSection:
    """`rows` stand open, `more` behind a summary; `years` are those of the projection."""

    lead: str
    rows: tuple[MoveRow, ...]
    more: tuple[MoveRow, ...]
    years: str
    note: str


def moves_section(a: Assessment) -> MovesSection:
    several_areas = len(wording.move_areas(a)) > 1
    passing = tuple(_move_row(move, several_areas) for move in a.moves.passing)
    close = tuple(_move_row(move, several_areas) for move in a.moves.near_misses)
    return MovesSection(
        lead=wording.moves_lead(a),
        rows=passing[:SHOWN_AT_FIRST] + close,
        more=passing[SHOWN_AT_FIRST:],
        years=wording.years(a.outlook.horizon) if a.outlook else "",
        note=wording.moves_area(a),
    )


def _move_row(move: Move, several_areas: bool) -> MoveRow:
    return MoveRow(
        title=move.title,
        missed=wording.typeset(move.missed or ""),
        entry=tuple(wording.typeset(text) for text in (move.education, move.preparation) if text),
        score=move.score,
        band=move.band,
        median_pay=dollars(move.median_pay),
        area=("US" if move.area == wording.NATION else move.area) if several_areas else "",
        change=signed(move.pay_change, 0),
        change_kind=_change_kind(move.pay_change),
        growth=None if move.growth_percent is None else signed(move.growth_percent),
        openings=None if move.openings is None else count(move.openings),
    )


def _change_kind(pay_change: float) -> str:
    return "better" if pay_change >= SAME_PAY else "worse" if pay_change <= -SAME_PAY else "flat"
