"""Conditions over attributes: paths with values or operators, joined by `$and`, `$or`, `$nor`, `$not`."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from backend.analytics.experiments.evaluation.javascript import (
    code_units,
    double,
    equal_json,
    is_number,
    is_true,
    kind_of,
    number_of,
    same,
    text_of,
)
from backend.analytics.experiments.evaluation.patterns import matches

Groups = Mapping[str, Any]
PADDED = 5  # characters of a numeric part of a version
WITHOUT_PRE_RELEASE = 3  # parts


def evaluate_condition(condition: Any, attributes: Any, groups: Groups | None = None) -> bool:
    """Whether attributes meet a condition. `groups` are lists of values by name, for `$inGroup`."""
    if not isinstance(condition, dict):
        return False
    known = groups or {}
    return all(_holds(key, expected, attributes, known) for key, expected in condition.items())


def _holds(key: str, expected: Any, attributes: Any, groups: Groups) -> bool:
    if key == "$or":
        return _any_of(expected, attributes, groups)
    if key == "$nor":
        return not _any_of(expected, attributes, groups)
    if key == "$and":
        return isinstance(expected, list) and all(evaluate_condition(part, attributes, groups) for part in expected)
    if key == "$not":
        return not evaluate_condition(expected, attributes, groups)
    return _value_matches(expected, at_path(attributes, key), groups)


def _any_of(conditions: Any, attributes: Any, groups: Groups) -> bool:
    if not isinstance(conditions, list):
        return False
    return not conditions or any(evaluate_condition(part, attributes, groups) for part in conditions)


def at_path(attributes: Any, path: str) -> Any:
    """The value at a dotted path through objects; None: there is none."""
    for name in path.split("."):
        if not isinstance(attributes, dict):
            return None
        attributes = attributes.get(name)
    return attributes


def has_operators(expected: Any) -> bool:
    """Whether an object says how to compare, and not what to be equal to."""
    return isinstance(expected, dict) and bool(expected) and all(name.startswith("$") for name in expected)


def _value_matches(expected: Any, actual: Any, groups: Groups, *, is_insensitive: bool = False) -> bool:
    if isinstance(expected, str):
        text = text_of(actual)
        return text is not None and (text.lower() == expected.lower() if is_insensitive else text == expected)
    if expected is None:
        return actual is None
    if isinstance(expected, bool):
        return actual is not None and is_true(actual) is expected
    if is_number(expected):
        return actual is not None and number_of(actual) == double(expected)
    if has_operators(expected):
        return all(_compared(name, actual, value, groups) for name, value in expected.items())
    return equal_json(actual, expected)


def _compared(name: str, actual: Any, expected: Any, groups: Groups) -> bool:
    simple = SIMPLE.get(name)
    if simple is not None:
        return simple(actual, expected)
    nested = NESTED.get(name)
    return nested is not None and nested(actual, expected, groups)


def _ordered(relation: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """Strings by their code units, everything else as numbers."""

    def compare(actual: Any, expected: Any) -> bool:
        if isinstance(actual, str) and isinstance(expected, str):
            return relation(code_units(actual), code_units(expected))
        return relation(number_of(actual), number_of(expected))

    return compare


def _by_version(relation: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    return lambda actual, expected: relation(_version(text_of(actual)), _version(text_of(expected)))


@lru_cache(maxsize=512)
def _version(text: str | None) -> bytes:
    """A version padded so that its order as text is its order: 9 before 10, and a pre-release before its release."""
    parts = (text or "0").partition("+")[0].removeprefix("v").replace("-", ".").split(".")
    if len(parts) == WITHOUT_PRE_RELEASE:
        parts.append("~")
    return code_units("-".join(part.rjust(PADDED) if part.isascii() and part.isdigit() else part for part in parts))


def is_among(actual: Any, options: Any) -> bool:
    """Whether a value is one of a list; of an array, whether any of its items is."""
    if isinstance(actual, list):
        return any(is_among(item, options) for item in actual if not isinstance(item, list))
    if isinstance(actual, str):
        return actual in options
    return any(same(actual, option) for option in options)


def _lowered(value: Any) -> Any:
    if isinstance(value, list):
        return [item.lower() if isinstance(item, str) else item for item in value]
    return value.lower() if isinstance(value, str) else value


def _membership(*, is_wanted: bool, is_insensitive: bool = False) -> Callable[[Any, Any], bool]:
    def check(actual: Any, options: Any) -> bool:
        if not isinstance(options, list):
            return False
        if is_insensitive:
            return is_among(_lowered(actual), _lowered(options)) is is_wanted
        return is_among(actual, options) is is_wanted

    return check


def _pattern(*, is_insensitive: bool) -> Callable[[Any, Any], bool]:
    def check(actual: Any, pattern: Any) -> bool:
        text = text_of(actual)
        return text is not None and matches(pattern, text, is_insensitive=is_insensitive)

    return check


def _in_group(actual: Any, name: Any, groups: Groups) -> bool:
    members = groups.get(name) if isinstance(name, str) else None
    return isinstance(members, list) and is_among(actual, members)


def _any_item(actual: Any, expected: Any, groups: Groups) -> bool:
    if not isinstance(actual, list):
        return False
    if has_operators(expected):
        return any(_value_matches(expected, item, groups) for item in actual if item is not None)
    return any(evaluate_condition(expected, item, groups) for item in actual if item is not None)


def _all_items(*, is_insensitive: bool) -> Callable[[Any, Any, Groups], bool]:
    def check(actual: Any, expected: Any, groups: Groups) -> bool:
        if not isinstance(actual, list) or not isinstance(expected, list):
            return False
        return all(
            any(_value_matches(one, item, groups, is_insensitive=is_insensitive) for item in actual) for one in expected
        )

    return check


def _size(actual: Any, expected: Any, groups: Groups) -> bool:
    return isinstance(actual, list) and _value_matches(expected, len(actual), groups)


SIMPLE: Mapping[str, Callable[[Any, Any], bool]] = {
    "$eq": same,
    "$ne": lambda actual, expected: not same(actual, expected),
    "$lt": _ordered(operator.lt),
    "$lte": _ordered(operator.le),
    "$gt": _ordered(operator.gt),
    "$gte": _ordered(operator.ge),
    "$veq": _by_version(operator.eq),
    "$vne": _by_version(operator.ne),
    "$vlt": _by_version(operator.lt),
    "$vlte": _by_version(operator.le),
    "$vgt": _by_version(operator.gt),
    "$vgte": _by_version(operator.ge),
    "$in": _membership(is_wanted=True),
    "$nin": _membership(is_wanted=False),
    "$ini": _membership(is_wanted=True, is_insensitive=True),
    "$nini": _membership(is_wanted=False, is_insensitive=True),
    "$regex": _pattern(is_insensitive=False),
    "$regexi": _pattern(is_insensitive=True),
    "$exists": lambda actual, expected: (actual is not None) is is_true(expected),
    "$type": lambda actual, expected: kind_of(actual) == expected,
}
NESTED: Mapping[str, Callable[[Any, Any, Groups], bool]] = {
    "$inGroup": _in_group,
    "$notInGroup": lambda actual, expected, groups: not _in_group(actual, expected, groups),
    "$elemMatch": _any_item,
    "$all": _all_items(is_insensitive=False),
    "$alli": _all_items(is_insensitive=True),
    "$size": _size,
    "$not": lambda actual, expected, groups: not _value_matches(expected, actual, groups),
}
OPERATORS = frozenset(SIMPLE) | frozenset(NESTED)
JOINS = frozenset({"$or", "$nor", "$and", "$not"})
