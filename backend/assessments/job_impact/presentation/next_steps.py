"""What to do next: short suggestions, each from a number in this very result."""

from __future__ import annotations

from dataclasses import dataclass

from backend.assessments.job_impact.model.result import Agreement, Assessment, Move
from backend.assessments.job_impact.presentation.wording import (
    changed,
    least_exposed,
    named_activities,
    quoted,
    the,
    typeset,
)
from backend.formats import dollars, percent, signed, whole


@dataclass(frozen=True, slots=True)
class NextStep:
    """A suggestion, and the numbers of this result that it follows from."""

    text: str
    because: str


def next_steps(a: Assessment) -> tuple[NextStep, ...]:
    """At most five, in this order: use AI, keep what it cannot reach, a move, pay, how firmly to hold the number."""
    steps = (_learn(a), _deepen(a), _move(a), _ask(a), _hold(a))
    return tuple(step for step in steps if step is not None)


def _learn(a: Assessment) -> NextStep | None:
    named = named_activities(a)
    if not named or a.yours is None:
        return None
    most = max(named, key=lambda activity: activity.share * activity.exposure)
    return NextStep(
        f"Learn to do {quoted(most.title)} with AI, and to check what it makes.",
        f"{percent(most.share)} of {_week(a)}; AI can touch about {percent(100 * most.exposure)} of it.",
    )


def _deepen(a: Assessment) -> NextStep | None:
    least = least_exposed(a)
    if not least or a.yours is None:
        return None
    biggest = max(least, key=lambda activity: activity.share)
    return NextStep(
        f"Get better still at {quoted(biggest.title)}, and make it visible.",
        f"AI can touch about {percent(100 * biggest.exposure)} of it, among the least of {_week(a)}.",
    )


def _week(a: Assessment) -> str:
    return "your week" if changed(a) else "a typical week"


def _move(a: Assessment) -> NextStep | None:
    moves: tuple[Move, ...] = a.moves.passing or a.moves.near_misses
    if not moves or a.yours is None:
        return None
    best = moves[0]
    points = whole(max(a.yours.score - best.score, 0.0))
    caveat = f", but it {typeset(best.missed)}" if best.missed and best.missed.startswith(("pays", "needs")) else ""
    return NextStep(
        f"If you think of moving, look at {quoted(best.title)} first{caveat}.",
        f"{points} points less exposed; median pay {signed(best.pay_change, 0)}.",
    )


def _ask(a: Assessment) -> NextStep | None:
    pay = a.pay
    if pay is None or pay.p50 is None:
        return None
    middle = f"Half of the people in this job in {the(pay.area)} earn {dollars(pay.p50)} or more ({pay.vintage})"
    if pay.percentile is None:
        return NextStep("Know where your pay stands before your next review.", f"{middle}.")
    yours = f"your pay is higher than about {percent(pay.percentile)} of theirs"
    if pay.percentile < 50:
        return NextStep("Bring the published pay to your next review.", f"{middle}; {yours}.")
    return NextStep("Your pay is in the upper half: weigh that before a move.", f"{middle}; {yours}.")


def _hold(a: Assessment) -> NextStep | None:
    if a.yours is None or a.yours.agreement is Agreement.AGREE:
        return None
    low, high = whole(a.yours.band.low), whole(a.yours.band.high)
    return NextStep(
        "Hold the score loosely, and look again when the measures are updated.",
        f"The evidence ranges from {low} to {high}.",
    )
