"""Roll-outs by the calendar: what a flag's document is at an instant, as evaluators without a clock read it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

FINEST = 4  # digits of a share: there are 10,000 buckets


def document_at(document: Mapping[str, Any], now: datetime) -> Mapping[str, Any]:
    """The document with each schedule turned into the coverage of now."""
    rules = document.get("rules") or []
    if not any("schedule" in rule for rule in rules):
        return document
    return {**document, "rules": [_rule_at(rule, now) for rule in rules]}


def coverage_at(schedule: Mapping[str, Any], now: datetime) -> float:
    """The share between `from` and `to` in proportion to time; never outside these, before, during, or after."""
    first, last = float(schedule["from"]), float(schedule["to"])
    starts_at, ends_at = (datetime.fromisoformat(schedule[name]) for name in ("starts_at", "ends_at"))
    passed = min(max((now - starts_at) / (ends_at - starts_at), 0.0), 1.0)
    share = round(first + (last - first) * passed, FINEST)
    return min(max(share, min(first, last)), max(first, last))


def _rule_at(rule: Mapping[str, Any], now: datetime) -> Mapping[str, Any]:
    schedule = rule.get("schedule")
    plain = {name: value for name, value in rule.items() if name != "schedule"}
    return {**plain, "coverage": coverage_at(schedule, now)} if schedule else plain
