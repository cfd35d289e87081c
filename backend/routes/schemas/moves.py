"""Related occupations, as the API answers them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Self

from backend.assessments.job_impact.model.result import Move, MoveFlag, MoveRule, Relaxation
from backend.assessments.job_impact.model.rounding import rounded_place
from backend.routes.schemas.answer import OneDecimal, Out
from backend.routes.schemas.exposure import BandOut


class MissOut(Out):
    """A rule that a related occupation misses; `relaxed_by` is null where no relaxing lets it pass."""

    rule: MoveRule
    words: str
    relaxed_by: Relaxation | None


class MoveOut(Out):
    """A related occupation. `pay_change`: percent of today's median pay in `area`; `missed`: every rule it misses.

    `place` is the score as a whole number, by which the rules go. `flags`: it shrinks by more than 2%, or is rare,
    with under 1,000 openings a year.
    """

    code: str
    title: str
    name: str
    score: OneDecimal
    place: int
    band: BandOut
    median_pay: int
    pay_change: OneDecimal
    growth_percent: OneDecimal | None
    openings: int | None
    similarity: int
    area: str
    education: str | None
    preparation: str | None
    missed: list[MissOut]
    flags: list[MoveFlag]

    @classmethod
    def of(cls, move: Move) -> Self:
        return cls.model_validate(
            asdict(move)
            | {
                "name": move.job.name,
                "score": rounded_place(move.score, 1),
                "missed": [MissOut.model_validate(miss) for miss in move.missed],
            }
        )
