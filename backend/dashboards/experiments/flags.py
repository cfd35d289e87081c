"""Flags in words: what each gives, and to whom."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.analytics.experiments.flag import Flag
from backend.formats import counted, moment

LONGEST_VALUE = 60


@dataclass(frozen=True, slots=True)
class ShownFlag:
    """One flag. `rules`: a sentence for each, the first that fits being the one that holds."""

    key: str
    description: str
    state: str
    is_killed: bool
    default: str
    rules: tuple[str, ...]
    summary: str
    changed: str


def shown_flag(flag: Flag, zone: str) -> ShownFlag:
    document = flag.definition.document
    rules = [rule for rule in document.get("rules") or [] if isinstance(rule, Mapping)]
    default = value_words(document.get("defaultValue"))
    return ShownFlag(
        flag.key,
        flag.definition.description,
        "Switched off" if flag.is_killed else "On" if rules else "Default for everyone",
        flag.is_killed,
        default,
        tuple(rule_words(rule) for rule in rules),
        f"{counted(len(rules), 'rule')}, else {default}" if rules else f"{default} for everyone",
        moment(flag.updated_at, zone),
    )


def rule_words(rule: Mapping[str, Any]) -> str:
    """true to 25% of those where {...}"""
    whom = "everyone" if not rule.get("condition") else f"those where {value_words(rule['condition'])}"
    share = rule.get("coverage")
    part = f"{share:.0%} of {whom}" if isinstance(share, int | float) and share < 1 else whom
    if schedule := rule.get("schedule"):
        part = f"{schedule['from']:.0%} rising to {schedule['to']:.0%} of {whom}"
    if "force" in rule:
        return f"{value_words(rule['force'])} to {part}"
    values = ", ".join(value_words(value) for value in rule.get("variations") or [])
    return f"One of {values} to {part}"


def value_words(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
