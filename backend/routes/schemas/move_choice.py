"""How a result's related jobs are sorted and relaxed, as its address says it without script."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

from werkzeug.datastructures import MultiDict

from backend.assessments.job_impact.model.result import Relaxation
from backend.assessments.job_impact.presentation.moves import MoveSort
from backend.assessments.job_impact.presentation.page import MoveChoice
from backend.errors import FieldError, InvalidRequest

SORT, RELAX = "sort", "relax"
Choice = TypeVar("Choice", bound=StrEnum)


def move_choice(query: MultiDict[str, str], usual: MoveSort = MoveSort.BEST) -> MoveChoice:
    """In the usual order and nothing relaxed, unless the address says otherwise."""
    sorts, relaxed = query.getlist(SORT)[-1:], query.getlist(RELAX)
    errors = (*_unknown(SORT, sorts, MoveSort), *_unknown(RELAX, relaxed, Relaxation))
    if errors:
        raise InvalidRequest(errors)
    return MoveChoice(MoveSort((sorts or [usual])[0]), frozenset(map(Relaxation, relaxed)))


def _unknown(field: str, values: list[str], kind: type[Choice]) -> list[FieldError]:
    choices = ", ".join(kind)
    return [FieldError(field, f"Choose among {choices}") for value in values if value not in set(kind)][:1]
