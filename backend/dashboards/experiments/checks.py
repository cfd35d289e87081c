"""Health checks in words: what each looked at, with its numbers."""

from __future__ import annotations

from dataclasses import dataclass

from backend.analytics.experiments.results import Check, CheckState, HealthCheck, Results
from backend.formats import count

TITLES = {
    Check.SPLIT: ("Split is even.", "Split is not even."),
    Check.UNPLANNED_ARMS: ("Everyone saw a planned version.", "Some saw a version that was not planned."),
    Check.CROSSED: ("Each saw one version.", "Many saw more than one version."),
    Check.ALIKE_BEFORE: ("Groups were alike before.", "Groups differed before."),
    Check.NO_MISSING_HOURS: ("No missing hours.", "Hours are missing."),
    Check.FRESH: ("Numbers are fresh.", "Numbers are old."),
    Check.NOVELTY: ("Not only novelty.", "It may be only novelty."),
}
FAILURES = {
    Check.SPLIT: "the split is not even",
    Check.UNPLANNED_ARMS: "some saw a version that was not planned",
    Check.CROSSED: "many saw more than one version",
    Check.ALIKE_BEFORE: "the groups differed before it began",
    Check.NO_MISSING_HOURS: "hours without exposures are missing",
    Check.FRESH: "the numbers are older than an hour",
    Check.NOVELTY: "the effect may be only novelty",
}
PASSED = {
    Check.UNPLANNED_ARMS: "Nobody is in a version of weight 0, or in none of the design.",
    Check.CROSSED: "Only those who saw more than one version are left out.",
    Check.ALIKE_BEFORE: "No difference in the 14 days before beyond chance.",
    Check.NO_MISSING_HOURS: "Exposures arrived every hour that had them in the weeks before.",
    Check.FRESH: "Visits arrive within the hour.",
    Check.NOVELTY: "The late effect is like the early one.",
}
FAILED = {
    Check.UNPLANNED_ARMS: "Look for an old configuration, or a version set to 0.",
    Check.CROSSED: "Look for one person under two IDs, or a version that is chosen twice.",
    Check.ALIKE_BEFORE: "The groups were not alike before the first exposure, so they can’t be compared after it.",
    Check.NO_MISSING_HOURS: "Look at the servers and the collection of those hours.",
    Check.FRESH: "Look at the background work that fills the warehouse.",
    Check.NOVELTY: "The effect after a few days is less than half of the early one.",
}


@dataclass(frozen=True, slots=True)
class ShownCheck:
    """`state`: passed, failed, flagged, or unknown."""

    title: str
    text: str
    state: str


@dataclass(frozen=True, slots=True)
class Health:
    """All checks, and how many of those that can be told passed."""

    checks: tuple[ShownCheck, ...]
    summary: str
    is_healthy: bool


def health_of(results: Results) -> Health:
    checks = tuple(shown_check(check) for check in results.health)
    told = [check for check in checks if check.state != "unknown"]
    passed = sum(check.state == "passed" for check in told)
    return Health(checks, f"{passed} of {len(told)} checks pass", results.is_healthy)


def shown_check(check: HealthCheck) -> ShownCheck:
    good, bad = TITLES[check.check]
    if check.state is CheckState.UNKNOWN:
        return ShownCheck(good.rstrip(".") + "?", f"Can’t be told: {check.reason}.", "unknown")
    is_good = check.state is CheckState.PASSED
    return ShownCheck(good if is_good else bad, _text(check, is_good=is_good), check.state.value)


def _text(check: HealthCheck, *, is_good: bool) -> str:
    numbers = check.numbers
    if check.check is Check.SPLIT:
        units = " against ".join(count(value) for name, value in numbers.items() if name.startswith("units_"))
        return f"{units}: {'no more than chance' if is_good else 'chance hardly ever gives this'}."
    text = (PASSED if is_good else FAILED)[check.check]
    if check.check in (Check.UNPLANNED_ARMS, Check.CROSSED) and numbers.get("units"):
        return f"{count(numbers['units'])} of {count(numbers.get('of', 0))}. {text}"
    return text
