"""What an experiment may change of a result's page. Without one, the page is the usual one to the byte."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.assessments.job_impact.presentation.moves import MoveSort
from backend.assessments.job_impact.presentation.next_steps import StepOrder
from backend.assessments.job_impact.presentation.offer import MEMBERSHIP, Offer
from backend.assessments.job_impact.presentation.statements import Statement

MOVE_ORDERS: Mapping[str, MoveSort] = {
    "balanced": MoveSort.BEST,
    "pay": MoveSort.PAY,
    "similarity": MoveSort.SIMILAR,
    "openings": MoveSort.OPENINGS,
}


@dataclass(frozen=True, slots=True)
class Orders:
    """Which advice comes first, and which related job; a visitor's own choice of the latter goes before."""

    next_steps: StepOrder = StepOrder.BY_SHARE
    moves: MoveSort = MoveSort.BEST


@dataclass(frozen=True, slots=True)
class Variants:
    """The page of a visitor who is in no experiment, unless said otherwise."""

    orders: Orders = Orders()
    offer: Offer = MEMBERSHIP
    statement: Statement | None = None


USUAL = Variants()


def orders_of(payload: Mapping[str, Any] | None) -> Orders:
    """The orders of a variant; what it leaves out, or what this release does not know, is as usual."""
    names = payload or {}
    steps = names.get("next_steps")
    return Orders(
        next_steps=StepOrder(steps) if steps in set(StepOrder) else StepOrder.BY_SHARE,
        moves=MOVE_ORDERS.get(names.get("moves", ""), MoveSort.BEST),
    )
