"""Whether a condition says what its author means: known operators and attributes, and regexes that RE2 runs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from backend.analytics.experiments.evaluation.patterns import PatternRefused, compiled
from backend.errors import FieldError

DEEPEST = 10
ATTRIBUTE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}(?:\.[A-Za-z0-9_]{1,60}){0,5}")
JOINED, NEGATED = frozenset({"$or", "$nor", "$and"}), "$not"
LISTS = frozenset({"$in", "$nin", "$ini", "$nini", "$all", "$alli"})
REGEXES = frozenset({"$regex", "$regexi"})
VALUES = frozenset({"$eq", "$ne", "$lt", "$lte", "$gt", "$gte"})
VERSIONS = frozenset({"$veq", "$vne", "$vgt", "$vgte", "$vlt", "$vlte"})
GROUPS = frozenset({"$inGroup", "$notInGroup"})
TYPES = ("string", "number", "boolean", "array", "object", "null", "undefined")
OPERATORS = LISTS | REGEXES | VALUES | VERSIONS | GROUPS | {NEGATED, "$elemMatch", "$size", "$exists", "$type"}
Problems = Iterator[FieldError]


def condition_problems(
    condition: Mapping[str, Any], field: str, attributes: Collection[str] | None = None, depth: int = 0
) -> Problems:
    """Every fault, by its path. `attributes`: the only ones that there are; None: any."""
    if depth > DEEPEST:
        yield FieldError(field, f"is nested more than {DEEPEST} deep")
        return
    for name, value in condition.items():
        path = f"{field}.{name[:60]}"
        if name in JOINED:
            yield from _joined(value, path, attributes, depth)
        elif name == NEGATED:
            yield from _inner(value, path, attributes, depth)
        elif name.startswith("$"):
            yield FieldError(path, "is not known here: use $or, $nor, $and, $not, or an attribute")
        elif attributes is not None and name not in attributes:
            yield FieldError(path, f"is not an attribute: use {', '.join(sorted(attributes))}")
        elif not ATTRIBUTE.fullmatch(name):
            yield FieldError(path, "is not a name of an attribute")
        else:
            yield from _tested(value, path, depth)


def _joined(value: Any, path: str, attributes: Collection[str] | None, depth: int) -> Problems:
    if not isinstance(value, list):
        yield FieldError(path, "must be a list of conditions")
        return
    for index, inner in enumerate(value):
        yield from _inner(inner, f"{path}.{index}", attributes, depth)


def _inner(value: Any, path: str, attributes: Collection[str] | None, depth: int) -> Problems:
    if isinstance(value, Mapping):
        yield from condition_problems(value, path, attributes, depth + 1)
    else:
        yield FieldError(path, "must be a condition")


def _tested(value: Any, path: str, depth: int) -> Problems:
    """What an attribute is compared with: a plain value, or operators."""
    if not isinstance(value, Mapping) or not any(name.startswith("$") for name in value):
        return
    if depth > DEEPEST:
        yield FieldError(path, f"is nested more than {DEEPEST} deep")
        return
    for operator, operand in value.items():
        yield from _operated(operator, operand, f"{path}.{operator[:60]}", depth)


def _operated(operator: str, operand: Any, path: str, depth: int) -> Problems:
    if operator not in OPERATORS:
        yield FieldError(path, "is not an operator")
    elif operator in LISTS and not isinstance(operand, list):
        yield FieldError(path, "must be a list")
    elif operator in REGEXES:
        yield from _regex(operand, path)
    elif operator in {NEGATED, "$elemMatch"}:
        yield from _tested(operand, path, depth + 1)
    elif operator in VERSIONS and not isinstance(operand, str):
        yield FieldError(path, "must be a version, such as “1.2.0”")
    elif operator in GROUPS and not isinstance(operand, str):
        yield FieldError(path, "must be the name of a group")
    elif operator == "$exists" and not isinstance(operand, bool):
        yield FieldError(path, "must be true or false")
    elif operator == "$type" and operand not in TYPES:
        yield FieldError(path, f"must be one of {', '.join(TYPES)}")


def _regex(operand: Any, path: str) -> Problems:
    if not isinstance(operand, str):
        yield FieldError(path, "must be a regular expression")
        return
    try:
        compiled(operand)
    except PatternRefused as refused:
        yield FieldError(path, f"is a regular expression that cannot be run: {refused}", "regex")
