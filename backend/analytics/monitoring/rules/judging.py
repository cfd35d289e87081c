"""What a value means to a rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import isfinite
from zoneinfo import ZoneInfo

from backend.analytics.monitoring.rules.rule import EVERYTHING, Rule


class Verdict(StrEnum):
    """`BETWEEN`: within the limit, but not back at the one that clears. `UNKNOWN`: nothing, or too little, to judge."""

    PASSED = "passed"
    BETWEEN = "between"
    KEPT = "kept"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Observed:
    """The value of a rule's measure for one thing, from `n` measurements. `words`: instead of the value in messages."""

    value: float | None
    n: int = 1
    thing: str = EVERYTHING
    words: str = ""


def judge(rule: Rule, observed: Observed, at: datetime, zone: ZoneInfo) -> Verdict:
    """Too few measurements, and hours in which the rule does not look, say nothing either way."""
    value = observed.value
    if value is None or not isfinite(value) or observed.n < rule.fewest or not rule.is_judged_at(at, zone):
        return Verdict.UNKNOWN
    if rule.is_passed_by(value):
        return Verdict.PASSED
    return Verdict.KEPT if rule.is_kept_by(value) else Verdict.BETWEEN
