"""The verdict of an experiment as a sentence, and what to know and do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from backend.analytics.experiments.definition import ExperimentConfig, StatisticsEngine
from backend.analytics.experiments.results import Difference, Effect, MeasureResult, Results
from backend.analytics.experiments.statistics.verdict_input import Reason, Verdict, VerdictKind
from backend.analytics.experiments.unit_measures import UNIT_MEASURES
from backend.dashboards.experiments.amounts import UNITS, Amounts
from backend.dashboards.experiments.checks import FAILURES
from backend.formats import count, counted

ADVICE = {
    VerdictKind.UNHEALTHY: "Find the cause first",
    VerdictKind.ROLL_BACK: "Roll back",
    VerdictKind.KEEP_RUNNING: "Keep running",
    VerdictKind.SHIP: "Ship",
    VerdictKind.NO_EFFECT: "Keep today’s version",
}


@dataclass(frozen=True, slots=True)
class ShownVerdict:
    """`tone`: ok, bad, or open. `arm`: the key of the variant that it is about."""

    headline: str
    text: tuple[str, ...]
    tone: str
    advice: str = ""
    arm: str | None = None
    kind: VerdictKind | None = None


def verdict_words(results: Results) -> ShownVerdict:
    """What the results came to, its numbers always with their range."""
    verdict = results.verdict
    if results.units == 0 and verdict.kind is not VerdictKind.UNHEALTHY:
        shown = ShownVerdict("Nobody has been counted yet.", ("Visits appear here within a few minutes.",), "open")
        return replace(shown, advice="Keep running")
    say = {
        VerdictKind.UNHEALTHY: _unhealthy,
        VerdictKind.ROLL_BACK: _roll_back,
        VerdictKind.KEEP_RUNNING: _keep_running,
        VerdictKind.SHIP: _ship,
        VerdictKind.NO_EFFECT: _no_effect,
    }[verdict.kind]
    return replace(say(results), advice=ADVICE[verdict.kind], kind=verdict.kind)


def arm_name(config: ExperimentConfig, key: str | None) -> str:
    variant = config.variant(key or "")
    return variant.name if variant else key or ""


def promise(config: ExperimentConfig) -> str:
    """What the range can be relied on for."""
    plan = config.statistics
    if plan.engine is StatisticsEngine.BAYESIAN:
        return "A chance to win is not a reason to stop early. The verdict comes when the planned number is reached."
    if not plan.sequential:
        return "This range holds for one look, when the planned number is reached. Earlier looks decide nothing."
    return f"Look as often as you like: ranges made this way miss the truth less than {_odds(plan.alpha)}."


def _odds(alpha: float) -> str:
    return f"1 time in {round(1 / alpha)}" if abs(1 / alpha - round(1 / alpha)) < 1e-6 else f"{alpha:.0%} of the time"


def _ship(results: Results) -> ShownVerdict:
    amounts, config, arm = _amounts(results), results.experiment.config, results.verdict.arm
    numbers = results.verdict.reasons[0].numbers
    text = [*_gain(results, amounts, numbers), promise(config), *_chance(results, arm)]
    headline = f"{arm_name(config, arm)} wins: {amounts.change(numbers.get('estimate', 0.0))}."
    return ShownVerdict(headline, tuple(text), "ok", arm=arm)


def _gain(results: Results, amounts: Amounts, numbers: Mapping[str, float]) -> list[str]:
    """The range of the true gain, and whether it may be less than what is worth having."""
    if "lower" not in numbers:
        return []
    lower, upper = sorted(abs(numbers[name]) for name in ("lower", "upper"))
    sentences = [f"The true gain is most likely between {amounts.between(lower, upper)}."]
    base = results.primary.arms[0].unadjusted
    if base and lower < results.experiment.config.mde * abs(base):
        least = f"{amounts.bare(results.experiment.config.mde * abs(base))} {amounts.noun}"
        sentences.append(f"It may still be less than the {least} you set as worth having.")
    return sentences


def _chance(results: Results, arm: str | None) -> list[str]:
    difference = results.primary.difference(arm or "")
    chance = difference.chance_to_win if difference else None
    return [f"The chance that it is better is {chance:.1%}."] if isinstance(chance, float) else []


def _roll_back(results: Results) -> ShownVerdict:
    config, verdict = results.experiment.config, results.verdict
    reason = verdict.reasons[0]
    if reason.code == "guardrail_breached":
        return _breached(results, reason)
    amounts, name = _amounts(results), arm_name(config, reason.subject)
    text = []
    if "lower" in reason.numbers:
        between = amounts.between(reason.numbers["lower"], reason.numbers["upper"])
        text.append(f"The true difference is most likely between {between}.")
    change = amounts.change(reason.numbers.get("estimate", 0.0))
    others = "" if verdict.arm else " No other version is better than today’s."
    return ShownVerdict(f"{name} loses: {change}.", (*text, promise(config) + others), "bad", arm=reason.subject)


def _breached(results: Results, reason: Reason) -> ShownVerdict:
    measure, _, arm = (reason.subject or "").partition(":")
    config = results.experiment.config
    rail = next((each for each in results.guardrails if each.measure.name == measure), None)
    amounts = Amounts(UNIT_MEASURES[measure], config.unit)
    difference = rail.difference(arm) if rail else None
    text = ["A guardrail is worse than with today’s version, by more than chance explains."]
    if difference and isinstance(difference.difference, Effect):
        effect = difference.difference
        between = amounts.between(effect.lower, effect.upper)
        text.append(f"{amounts.change(effect.estimate)[:1].upper()}{amounts.change(effect.estimate)[1:]}: the true")
        text[-1] += f" difference is most likely between {between}."
    headline = f"{arm_name(config, arm)} harms a guardrail: {amounts.measure.label}."
    return ShownVerdict(headline, tuple(text), "bad", arm=arm)


def _keep_running(results: Results) -> ShownVerdict:
    verdict, config = results.verdict, results.experiment.config
    is_over = results.experiment.stopped_at is not None
    left = "" if is_over else _days_left(verdict)
    if verdict.row == 3:
        # Before a whole week is over nothing is counted toward the verdict, and 0 would stand beside what was counted.
        lacking = [each for each in verdict.missing if results.decided_until or each.code == "too_few_days"]
        missing = tuple(_missing(reason, config) for reason in lacking)
        return ShownVerdict(f"Too early to tell.{left}", (*missing, *_range_so_far(results)), "open")
    if verdict.row == 6:
        names = " and ".join(arm_name(config, reason.subject) for reason in verdict.reasons)
        missing = tuple(_missing(reason, config) for reason in verdict.missing)
        return ShownVerdict(f"{names} is ahead, but a guardrail is still open.{left}", missing, "open")
    reasons = tuple(_missing(reason, config) for reason in verdict.reasons if reason.code != "undecided")
    headline = "It stopped without an answer." if is_over else f"No answer yet.{left}"
    return ShownVerdict(headline, (*_range_so_far(results), *reasons, promise(config)), "open")


def _days_left(verdict: Verdict) -> str:
    return f" About {counted(verdict.days_left, 'day')} to go." if verdict.days_left else ""


def _range_so_far(results: Results) -> list[str]:
    sentences, amounts = [], _amounts(results)
    for each in results.primary.differences:
        if isinstance(each.difference, Effect):
            between = amounts.between(each.difference.lower, each.difference.upper)
            name = arm_name(results.experiment.config, each.variant)
            sentences.append(f"{name}: the true difference is most likely between {between}.")
    return sentences


MISSING = {
    "too_few_days": "{days} of at least {needed} days are over.",
    "too_few_units": "{name} has {units} of at least {needed} {noun}.",
    "too_few_conversions": "{name} has {conversions} of at least {needed} conversions.",
}


def _missing(reason: Reason, config: ExperimentConfig) -> str:
    numbers = {name: count(value) for name, value in reason.numbers.items()}
    noun = UNITS[config.unit]
    if reason.code == "guardrail_undecided":
        measure = UNIT_MEASURES[(reason.subject or "").partition(":")[0]].label
        more = f" It takes about {numbers['units_needed']} more {noun}." if "units_needed" in numbers else ""
        return f"Guardrail “{measure}” is neither safe nor harmed.{more}"
    if reason.code == "planned_units_not_reached":
        planned = f" of {numbers['planned']}" if "planned" in numbers else ""
        return f"The planned number{planned} {noun} is not reached."
    if reason.code == "inconclusive":
        key, _, why = (reason.subject or "").partition(": ")
        return f"{arm_name(config, key)} can’t be compared: {why}."
    sentence = MISSING.get(reason.code, "")
    return sentence.format(name=arm_name(config, reason.subject), noun=noun, **numbers)


def _no_effect(results: Results) -> ShownVerdict:
    config = results.experiment.config
    text = (*_range_so_far(results), promise(config))
    if results.verdict.reasons[0].code == "inside_mde":
        return ShownVerdict(f"No difference worth having: less than {config.mde:.0%} either way.", text, "open")
    return ShownVerdict("No difference was found with the planned number.", text, "open")


def _unhealthy(results: Results) -> ShownVerdict:
    failed = [check for check in results.health if check.state.value == "failed"]
    first = FAILURES[failed[0].check] if failed else "a check failed"
    text = "Until the cause is known, no number on this page should decide anything. The checks below say what failed."
    return ShownVerdict(f"Don’t decide by this experiment: {first}.", (text,), "bad")


def _amounts(results: Results) -> Amounts:
    return Amounts(results.primary.measure, results.experiment.config.unit)


def amounts_of(result: MeasureResult, results: Results) -> Amounts:
    return Amounts(result.measure, results.experiment.config.unit)


def leading(result: MeasureResult) -> Difference | None:
    """The treatment with the largest gain in the measure's good direction."""
    known = [each for each in result.differences if isinstance(each.difference, Effect)]
    sign = -1 if result.measure.less_is_better else 1
    return max(known, key=lambda each: sign * each.difference.estimate, default=None)  # type: ignore[union-attr]
