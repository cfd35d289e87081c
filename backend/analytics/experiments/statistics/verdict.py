"""The verdict: one table, whose first row that matches wins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import isfinite

from backend.analytics.experiments.statistics.answers import Comparison, Inconclusive, Interval
from backend.analytics.experiments.statistics.verdict_input import (
    GuardrailResult,
    GuardrailState,
    Reason,
    TreatmentResult,
    Verdict,
    VerdictInput,
    VerdictKind,
)

GUARDRAIL_UNITS = 100
SHIP_CHANCE, ROLL_BACK_CHANCE, SHIP_LOSS = 0.975, 0.025, 0.0025


def decide(facts: VerdictInput) -> Verdict:
    """The first row that matches: unhealthy, guardrail, too early, harm, win, guardrail open, no effect, wait.

    Of a fixed horizon and of the Bayesian engine, rows 4 to 7 apply at the planned n only. A verdict of rows 4 and 5
    that was `taken` stays with its reasons unless a health check fails.
    """
    if facts.failed_checks:
        return Verdict(VerdictKind.UNHEALTHY, 1, reasons=facts.failed_checks)
    if facts.taken and facts.taken.stays:
        return facts.taken
    rows = (_breached, _too_early, _unplanned, _decided, _no_effect)
    answers = (row(facts) for row in rows)
    return next((answer for answer in answers if answer), None) or _wait(facts)


def _breached(facts: VerdictInput) -> Verdict | None:
    """Row 2."""
    latest = facts.latest_guardrails or facts.guardrails
    broken = [one for one in latest if one.state is GuardrailState.BREACHED and one.fewest_units >= GUARDRAIL_UNITS]
    if not broken:
        return None
    arms = {one.arm for one in broken}
    whole = arms >= {one.arm.key for one in facts.treatments}
    arm = None if whole and len(facts.treatments) > 1 else broken[0].arm
    reasons = tuple(Reason("guardrail_breached", f"{one.measure}:{one.arm}") for one in broken)
    return Verdict(VerdictKind.ROLL_BACK, 2, arm, reasons)


def _too_early(facts: VerdictInput) -> Verdict | None:
    """Row 3: what is missing, all of it at once."""
    missing = tuple(_missing(facts))
    if not missing:
        return None
    return Verdict(VerdictKind.KEEP_RUNNING, 3, reasons=missing, missing=missing, days_left=facts.days_left)


def _missing(facts: VerdictInput) -> Iterator[Reason]:
    least = max(facts.minimum_days, 7)
    if facts.days < least:
        yield Reason("too_few_days", numbers={"days": facts.days, "needed": least})
    for arm in (facts.control, *(one.arm for one in facts.treatments)):
        if arm.units < facts.minimum_units:
            yield Reason("too_few_units", arm.key, {"units": arm.units, "needed": facts.minimum_units})
        if arm.conversions < facts.minimum_conversions:
            numbers = {"conversions": arm.conversions, "needed": facts.minimum_conversions}
            yield Reason("too_few_conversions", arm.key, numbers)


def _is_planned_reached(facts: VerdictInput) -> bool:
    units = facts.control.units + sum(one.arm.units for one in facts.treatments)
    return facts.planned_units is not None and units >= facts.planned_units


def _unplanned(facts: VerdictInput) -> Verdict | None:
    """Before the planned n, only an always-valid test may decide."""
    if facts.is_bandit or (facts.is_sequential and not facts.is_bayesian) or _is_planned_reached(facts):
        return None
    return _wait(facts, Reason("planned_units_not_reached", numbers=_planned(facts)))


def _planned(facts: VerdictInput) -> dict[str, float]:
    return {} if facts.planned_units is None else {"planned": facts.planned_units}


def _decided(facts: VerdictInput) -> Verdict | None:
    """Rows 4 to 6; those of a fixed horizon and of the Bayesian engine have one look, so that the answer is final."""
    if facts.is_bandit:
        return _bandit(facts)
    verdict = _by_bounds(facts)
    return _final(facts, verdict) if verdict and verdict.row != 6 else verdict


def _final(facts: VerdictInput, verdict: Verdict) -> Verdict:
    return replace(verdict, is_final=not facts.is_sequential or facts.is_bayesian)


def _bandit(facts: VerdictInput) -> Verdict:
    """The arm that is best with a chance of 95 %: control (row 4), a safe treatment (5), or an open one (6)."""
    if facts.best == facts.control.key:
        return Verdict(VerdictKind.ROLL_BACK, 4, None, tuple(_reason("worse", one) for one in facts.treatments))
    best = next((one for one in facts.treatments if one.arm.key == facts.best), None)
    if best is None:
        return _wait(facts)
    undecided = tuple(_needs(guard) for guard in _undecided(facts, best))
    reasons = (_reason("better", best),)
    if undecided:
        return Verdict(VerdictKind.KEEP_RUNNING, 6, None, reasons, undecided, facts.days_left)
    return Verdict(VerdictKind.SHIP, 5, best.arm.key, reasons)


def _by_bounds(facts: VerdictInput) -> Verdict | None:
    """Rows 4 to 6: every treatment is worse; one is better and safe; better, but a guardrail is open; one is worse."""
    worse = [one for one in facts.treatments if _is_worse(facts, one)]
    better = sorted(
        (one for one in facts.treatments if _is_better(facts, one)), key=lambda one: _gain(facts, one), reverse=True
    )
    if len(worse) == len(facts.treatments):
        arm = worse[0].arm.key if len(worse) == 1 else None
        return Verdict(VerdictKind.ROLL_BACK, 4, arm, tuple(_reason("worse", one) for one in worse))
    stopped = tuple(_reason("stop_arm", one) for one in worse)
    for one in better:
        if not _undecided(facts, one):
            return Verdict(VerdictKind.SHIP, 5, one.arm.key, (_reason("better", one), *stopped))
    if worse:
        return Verdict(VerdictKind.ROLL_BACK, 4, worse[0].arm.key, stopped)
    if better:
        undecided = tuple(_needs(guard) for one in better for guard in _undecided(facts, one))
        reasons = tuple(_reason("better", one) for one in better)
        return Verdict(VerdictKind.KEEP_RUNNING, 6, None, reasons, undecided, facts.days_left)
    return None


def _undecided(facts: VerdictInput, one: TreatmentResult) -> list[GuardrailResult]:
    return [guard for guard in facts.guardrails if guard.arm == one.arm.key and guard.state is not GuardrailState.SAFE]


def _needs(guard: GuardrailResult) -> Reason:
    numbers = {} if guard.units_needed is None else {"units_needed": float(guard.units_needed)}
    return Reason("guardrail_undecided", f"{guard.measure}:{guard.arm}", numbers)


def _is_better(facts: VerdictInput, one: TreatmentResult) -> bool:
    if facts.is_bayesian:
        chance, loss = one.chance_to_win, one.loss_if_shipped
        return chance is not None and loss is not None and chance >= SHIP_CHANCE and loss <= SHIP_LOSS
    interval = _good_interval(facts, one)
    return interval is not None and interval.lower > 0


def _is_worse(facts: VerdictInput, one: TreatmentResult) -> bool:
    if facts.is_bayesian:
        return one.chance_to_win is not None and one.chance_to_win <= ROLL_BACK_CHANCE
    interval = _good_interval(facts, one)
    return interval is not None and interval.upper < 0


def _good_interval(facts: VerdictInput, one: TreatmentResult) -> Interval | None:
    """The interval of the difference with up meaning better."""
    if isinstance(one.difference, Inconclusive):
        return None
    interval = one.difference.interval
    return Interval(-interval.upper, -interval.lower) if facts.lower_is_better else interval


def _gain(facts: VerdictInput, one: TreatmentResult) -> float:
    """By how much a treatment is better, in the unit of the measure."""
    if isinstance(one.difference, Inconclusive):
        return 0.0
    return -one.difference.estimate if facts.lower_is_better else one.difference.estimate


def _reason(code: str, one: TreatmentResult) -> Reason:
    if isinstance(one.difference, Inconclusive):
        return Reason(code, one.arm.key)
    interval = one.difference.interval
    numbers = {"estimate": one.difference.estimate, "lower": interval.lower, "upper": interval.upper}
    if one.chance_to_win is not None:
        numbers["chance_to_win"] = one.chance_to_win
    return Reason(code, one.arm.key, {name: value for name, value in numbers.items() if isfinite(value)})


def _no_effect(facts: VerdictInput) -> Verdict | None:
    """Row 7: of every arm, both bounds of the lift are inside the MDE, or the planned n came with 0 inside."""
    inside = all(
        not isinstance(one.lift, Inconclusive)
        and -facts.mde < one.lift.interval.lower <= one.lift.interval.upper < facts.mde
        for one in facts.treatments
    )
    if inside:
        reason = Reason("inside_mde", numbers={"mde": facts.mde})
        return _final(facts, Verdict(VerdictKind.NO_EFFECT, 7, reasons=(reason,)))
    if _is_planned_reached(facts) and all(_is_open(facts, one) for one in facts.treatments):
        reason = Reason("planned_units_reached", numbers=_planned(facts))
        return _final(facts, Verdict(VerdictKind.NO_EFFECT, 7, reasons=(reason,)))
    return None


def _is_open(facts: VerdictInput, one: TreatmentResult) -> bool:
    """Whether there is an answer, with 0 inside."""
    if facts.is_bayesian:
        return one.chance_to_win is not None and ROLL_BACK_CHANCE < one.chance_to_win < SHIP_CHANCE
    return isinstance(one.difference, Comparison) and not one.difference.interval.excludes(0.0)


def _wait(facts: VerdictInput, *more: Reason) -> Verdict:
    """Row 8, with the reasons why there is no answer, where there is none."""
    reasons = [
        Reason("inconclusive", f"{one.arm.key}: {one.difference.reason}")
        for one in facts.treatments
        if isinstance(one.difference, Inconclusive)
    ]
    return Verdict(
        VerdictKind.KEEP_RUNNING, 8, reasons=(*more, *reasons) or (Reason("undecided"),), days_left=facts.days_left
    )
