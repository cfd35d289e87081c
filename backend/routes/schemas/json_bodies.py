"""What no JSON body may hold, whatever its route makes of it: text that is no Unicode, and endless nesting."""

from __future__ import annotations

import json
import re
from typing import Any

DEEPEST = 64
HALF = re.compile("[\ud800-\udfff]")


class Unfit(ValueError):
    """It is JSON by its grammar, and nothing that could be stored, shown or walked through."""


def loads(body: str | bytes, **options: Any) -> Any:
    """In place of `json.loads`."""
    try:
        read = json.loads(body, parse_constant=_refuse_constant, **options)
    except RecursionError:
        raise Unfit("The body is nested too deeply.") from None
    level = [read]
    for _ in range(DEEPEST):
        level = [member for value in level for member in _members(value)]
        if not level:
            return read
    raise Unfit("The body is nested too deeply.")


def _refuse_constant(name: str) -> None:
    """Python reads NaN and Infinity, which JSON does not know and whole numbers cannot be made of."""
    raise Unfit(f"{name} in the body is not JSON.")


def _members(value: object) -> list[Any]:
    """What a value consists of; a text, of nothing."""
    if isinstance(value, dict):
        return [*value, *value.values()]
    if isinstance(value, str) and HALF.search(value):
        raise Unfit("A text in the body holds half of a character (a lone surrogate, such as \\ud800).")
    return value if isinstance(value, list) else []


def whole(value: object) -> object:
    """JSON has one kind of number, so that 7.0 is a whole number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
