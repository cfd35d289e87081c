"""A flag as it is defined, and every reason to refuse a definition: pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import fsum, isfinite
from typing import Any

from backend.analytics.experiments.condition_checks import condition_problems
from backend.analytics.experiments.plain_json import json_fault
from backend.analytics.experiments.validation import why_problems
from backend.errors import FieldError, InvalidRequest

KEY = "[A-Za-z0-9][A-Za-z0-9_-]{0,59}"
RESERVED = frozenset({"config", "new"})  # addresses of something else
LONGEST_DESCRIPTION, LARGEST_DEFINITION, MOST_RULES = 400, 32_768, 50
OFF_BY = 1e-9
# Of a rule, as GrowthBook's documents have them, and `schedule`, a roll-out by the calendar.
RULE_FIELDS = frozenset({
    "id", "condition", "parentConditions", "filters", "force", "coverage", "hashAttribute", "fallbackAttribute",
    "hashVersion", "seed", "range", "variations", "weights", "ranges", "meta", "key", "name", "phase", "namespace",
    "disableStickyBucketing", "bucketVersion", "minBucketVersion", "tracks", "schedule",
})  # fmt: skip
SCHEDULE_FIELDS = ("from", "to", "starts_at", "ends_at")
Problems = Iterator[FieldError]


@dataclass(frozen=True, slots=True)
class FlagDefinition:
    """`document` is `{"defaultValue", "rules"}` as the evaluator reads it. `is_public`: browsers are told the rules."""

    description: str
    document: Mapping[str, Any]
    is_public: bool = False


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag as it stands. Killed, it has its default value, whatever its rules say."""

    key: str
    definition: FlagDefinition
    is_killed: bool
    created_at: datetime
    updated_at: datetime


def flag_problems(key: str, definition: FlagDefinition) -> tuple[FieldError, ...]:
    """Everything that is wrong with a flag, by path."""
    return (*_heading(key, definition), *_document(definition.document))


def _heading(key: str, definition: FlagDefinition) -> Problems:
    if not re.fullmatch(KEY, key) or key in RESERVED:
        message = "must be up to 60 letters, digits, - and _, begin with a letter or digit, not “config” or “new”"
        yield FieldError("key", message)
    if len(definition.description) > LONGEST_DESCRIPTION or "\x00" in definition.description:
        yield FieldError("description", f"must be a text of up to {LONGEST_DESCRIPTION} characters")


def _document(document: Mapping[str, Any]) -> Problems:
    if fault := json_fault(dict(document), LARGEST_DEFINITION):
        yield FieldError("rules", fault)
        return
    rules = document.get("rules") or []
    if len(rules) > MOST_RULES:
        yield FieldError("rules", f"must be at most {MOST_RULES}")
    for index, rule in enumerate(rules):
        yield from _rule(rule, f"rules.{index}")


def _rule(rule: Any, path: str) -> Problems:
    if not isinstance(rule, Mapping):
        yield FieldError(path, "must be an object")
        return
    for name in rule:
        if name not in RULE_FIELDS:
            yield FieldError(f"{path}.{name[:60]}", "is not a field of a rule")
    if ("force" in rule) == ("variations" in rule):
        yield FieldError(path, "must either force a value or have variations")
    for name, check in CHECKS.items():
        if rule.get(name) is not None:
            yield from check(rule[name], f"{path}.{name}")
    yield from _fitting(rule, path)


def _fitting(rule: Mapping[str, Any], path: str) -> Problems:
    """What fields say of each other."""
    variations = rule.get("variations")
    for name in ("weights", "ranges", "meta"):
        values = rule.get(name)
        if isinstance(variations, list) and isinstance(values, list) and len(values) != len(variations):
            yield FieldError(f"{path}.{name}", "must have one entry for each variation")
    if rule.get("schedule") is not None and "force" not in rule:
        yield FieldError(f"{path}.schedule", "rolls out a value that is forced, and this rule forces none")
    if rule.get("schedule") is not None and rule.get("coverage") is not None:
        yield FieldError(f"{path}.coverage", "is set by the schedule. Leave one of the two out.")


def _condition(value: Any, path: str) -> Problems:
    if isinstance(value, Mapping):
        yield from condition_problems(value, path)
    else:
        yield FieldError(path, "must be a condition")


def _prerequisites(value: Any, path: str) -> Problems:
    if not isinstance(value, list):
        yield FieldError(path, "must be a list")
        return
    for index, one in enumerate(value):
        if not isinstance(one, Mapping) or not isinstance(one.get("id"), str):
            yield FieldError(f"{path}.{index}", "must name a flag by its id")
        else:
            yield from _condition(one.get("condition") or {}, f"{path}.{index}.condition")


def _filters(value: Any, path: str) -> Problems:
    for index, one in enumerate(value if isinstance(value, list) else [None]):
        if not isinstance(one, Mapping) or not isinstance(one.get("ranges"), list):
            yield FieldError(f"{path}.{index}", "must have a list of ranges")
        else:
            yield from _ranges(one["ranges"], f"{path}.{index}.ranges")


def _variations(value: Any, path: str) -> Problems:
    if not isinstance(value, list) or len(value) < 2:
        yield FieldError(path, "must be a list of two values at least")


def _weights(value: Any, path: str) -> Problems:
    if not isinstance(value, list) or not all(_is_share(weight) for weight in value):
        yield FieldError(path, "must be a list of numbers from 0 to 1")
    elif abs(fsum(value) - 1) > OFF_BY:
        yield FieldError(path, f"The weights must add up to 1, and they add up to {fsum(value):.10g}.")


def _share(value: Any, path: str) -> Problems:
    if not _is_share(value):
        yield FieldError(path, "must be from 0 to 1")


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and 0 <= value <= 1


def _range(value: Any, path: str) -> Problems:
    if not isinstance(value, Sequence) or len(value) != 2 or not all(map(_is_share, value)) or value[0] > value[1]:
        yield FieldError(path, "must be two numbers from 0 to 1, the smaller first")


def _ranges(value: Any, path: str) -> Problems:
    for index, one in enumerate(value if isinstance(value, list) else [None]):
        yield from _range(one, f"{path}.{index}")


def _namespace(value: Any, path: str) -> Problems:
    if not isinstance(value, list) or len(value) != 3 or not isinstance(value[0], str):
        yield FieldError(path, "must be a name and two numbers from 0 to 1")
    else:
        yield from _range(value[1:], path)


def _hash_version(value: Any, path: str) -> Problems:
    if value not in (1, 2) or isinstance(value, bool):
        yield FieldError(path, "must be 1 or 2")


def _text(value: Any, path: str) -> Problems:
    if not isinstance(value, str) or len(value) > LONGEST_DESCRIPTION:
        yield FieldError(path, f"must be a text of up to {LONGEST_DESCRIPTION} characters")


def _whole(value: Any, path: str) -> Problems:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        yield FieldError(path, "must be a whole number")


def _objects(value: Any, path: str) -> Problems:
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        yield FieldError(path, "must be a list of objects")


def _schedule(value: Any, path: str) -> Problems:
    if not isinstance(value, Mapping) or set(value) != set(SCHEDULE_FIELDS):
        yield FieldError(path, f"must be an object with {', '.join(SCHEDULE_FIELDS)}")
        return
    yield from _share(value["from"], f"{path}.from")
    yield from _share(value["to"], f"{path}.to")
    instants = [instant_of(value[name]) for name in ("starts_at", "ends_at")]
    for name, instant in zip(("starts_at", "ends_at"), instants, strict=True):
        if instant is None:
            yield FieldError(f"{path}.{name}", "must be an instant with its zone, such as 2026-12-01T15:00:00Z")
    starts_at, ends_at = instants
    if starts_at is not None and ends_at is not None and starts_at >= ends_at:
        yield FieldError(f"{path}.ends_at", "must be after the start")


def instant_of(text: Any) -> datetime | None:
    """The instant of a text that names its zone; None: it is none."""
    try:
        instant = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return instant if instant.tzinfo is not None else None


CHECKS: Mapping[str, Callable[[Any, str], Problems]] = {
    "condition": _condition,
    "parentConditions": _prerequisites,
    "filters": _filters,
    "coverage": _share,
    "range": _range,
    "variations": _variations,
    "weights": _weights,
    "ranges": _ranges,
    "namespace": _namespace,
    "meta": _objects,
    "tracks": _objects,
    "hashVersion": _hash_version,
    "hashAttribute": _text,
    "fallbackAttribute": _text,
    "bucketVersion": _whole,
    "minBucketVersion": _whole,
    "seed": _text,
    "key": _text,
    "id": _text,
    "name": _text,
    "schedule": _schedule,
}


def demand_flag(key: str, definition: FlagDefinition, why: str) -> None:
    """Raises InvalidRequest with every reason."""
    problems = (*flag_problems(key, definition), *why_problems(why))
    if problems:
        raise InvalidRequest(problems)


def demand_reason(why: str) -> None:
    """Raises InvalidRequest."""
    if problems := tuple(why_problems(why)):
        raise InvalidRequest(problems)
