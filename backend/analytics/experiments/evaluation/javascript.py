"""JSON values as JavaScript reads them, so that the evaluator in a browser and this one never disagree."""

from __future__ import annotations

import math
import re
from typing import Any

WHITE_SPACE = "\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))
DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
WITH_RADIX = re.compile(r"0(?:[xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)")
INFINITY = re.compile(r"([+-]?)Infinity")
FIXED_NOTATION = 21  # digits before the point that JavaScript still writes without an exponent
SMALLEST_FIXED = -6


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def double(value: float) -> float:
    """A whole number of any size as the double that JavaScript has instead."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def kind_of(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    if isinstance(value, list):
        return "array"
    return "object" if isinstance(value, dict) else "number"


def number_text(value: float) -> str:
    """A number as `String(number)` writes it (ECMAScript, Number::toString)."""
    number = double(value)
    if math.isnan(number):
        return "NaN"
    if number == 0:
        return "0"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    sign = "-" if number < 0 else ""
    mantissa, _, exponent = repr(abs(number)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    padded = (whole + fraction).lstrip("0")
    digits = padded.rstrip("0")
    point = int(exponent or "0") - len(fraction) + len(padded)  # the number is 0.digits times 10 to this power
    return sign + _laid_out(digits, point)


def _laid_out(digits: str, point: int) -> str:
    if len(digits) <= point <= FIXED_NOTATION:
        return digits.ljust(point, "0")
    if 0 < point <= FIXED_NOTATION:
        return f"{digits[:point]}.{digits[point:]}"
    if SMALLEST_FIXED < point <= 0:
        return f"0.{'0' * -point}{digits}"
    fraction = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{fraction}e{'+' if point > 0 else '-'}{abs(point - 1)}"


def text_of(value: Any) -> str | None:
    """A string, a number, or a boolean as text; nothing and containers have none."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return number_text(value) if is_number(value) else None


def number_of(value: Any) -> float:
    """What JavaScript's arithmetic makes of a value; of containers nothing (NaN)."""
    if value is None:
        return 0.0
    if isinstance(value, (bool, int, float)):
        return double(value)
    return _number_in(value) if isinstance(value, str) else math.nan


def _number_in(text: str) -> float:
    trimmed = text.strip(WHITE_SPACE)
    if not trimmed:
        return 0.0
    if DECIMAL.fullmatch(trimmed):
        return float(trimmed)
    if WITH_RADIX.fullmatch(trimmed):
        return double(int(trimmed, 0))
    infinity = INFINITY.fullmatch(trimmed)
    return float(f"{infinity[1]}inf") if infinity else math.nan


def is_true(value: Any) -> bool:
    """JavaScript's truth: every container is true."""
    return isinstance(value, (list, dict)) or (bool(value) and value == value)  # noqa: PLR0124 -- NaN is not true


def same(one: Any, other: Any) -> bool:
    """JavaScript's `===` of two JSON values read apart: containers are never the same."""
    if isinstance(one, str):
        return isinstance(other, str) and one == other
    if is_number(one):
        return is_number(other) and double(one) == double(other)
    return one is other and not isinstance(one, (list, dict))


def equal_json(one: Any, other: Any) -> bool:
    """The same JSON: kinds are never mixed up, and the order of an object's names says nothing."""
    if isinstance(one, list):
        return isinstance(other, list) and len(one) == len(other) and all(map(equal_json, one, other))
    if isinstance(one, dict):
        return (
            isinstance(other, dict)
            and len(one) == len(other)
            and all(name in other and equal_json(value, other[name]) for name, value in one.items())
        )
    return same(one, other)


def code_units(text: str) -> bytes:
    """A string's UTF-16 code units, in whose order JavaScript compares; lone surrogates are units like others."""
    return text.encode("utf-16-be", "surrogatepass")
