"""Rules that are checked where their meaning is known, as JSON Schema says them: so that callers can read them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from backend.analytics.metrics.catalogue.dimensions import DIMENSIONS
from backend.analytics.metrics.catalogue.measures import MEASURES, Relation
from backend.analytics.metrics.catalogue.query import (
    CURRENCY,
    LONGEST_VALUE,
    MOST_DIMENSIONS,
    MOST_FILTERS,
    MOST_MEASURES,
    MOST_ROWS,
    MOST_VALUES,
    Operator,
)
from backend.analytics.metrics.funnel.definition import LEAST_STEPS, MOST_EXCLUDED, MOST_GROUPS, MOST_STEPS
from backend.analytics.metrics.period import Grain

Rule = dict[str, Any]

# A day of the years 2000 to 2200, which have fifty leap years, or an instant of one with its zone.
_LEAP = "20(?:[02468][048]|[13579][26])|21(?:0[48]|[2468][048]|[13579][26])"
_DAY = (
    "(?:(?:2[01][0-9]{2}|2200)-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    f"|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?:{_LEAP})-02-29)"
)
_TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{1,6})?)?"
_ZONE = "(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
_MOMENT = f"{_DAY}(?:T{_TIME}{_ZONE})?"
DAY: Rule = {"type": "string", "pattern": f"^{_DAY}$"}
MOMENT: Rule = {"type": "string", "pattern": f"^{_MOMENT}$"}
INSTANT: Rule = {"type": "string", "pattern": f"^{_DAY}T{_TIME}{_ZONE}$", "examples": ["2026-11-30T22:00:00Z"]}
MOMENT_OR_NONE: Rule = {"anyOf": [{"type": "string", "pattern": f"^(?:{_MOMENT})?$"}, {"type": "null"}]}

WITHOUT_VALUE = (Operator.IS_NULL, Operator.NOT_NULL)
OF_SESSIONS = [name for name, dimension in DIMENSIONS.items() if Relation.SESSIONS in dimension.sources]
TEXT: Rule = {"type": "string", "maxLength": LONGEST_VALUE, "pattern": "^[^\\u0000]*$"}
TEXTS: Rule = {"type": "array", "items": TEXT, "maxItems": MOST_VALUES}
PART: Rule = TEXT | {"minLength": 1}
PARTS: Rule = TEXTS | {"items": PART}
NAMES_OF_MEASURES: Rule = {
    "items": {"type": "string", "enum": [*MEASURES]},
    "minItems": 1,
    "maxItems": MOST_MEASURES,
    "uniqueItems": True,
}
NAMES_OF_DIMENSIONS: Rule = {
    "items": {"type": "string", "enum": [*DIMENSIONS]},
    "maxItems": MOST_DIMENSIONS,
    "uniqueItems": True,
}
DIMENSION: Rule = {"enum": [*DIMENSIONS]}
SOME_FILTERS: Rule = {"maxItems": MOST_FILTERS}
ROWS: Rule = {"minimum": 1, "maximum": MOST_ROWS}
MONEY: Rule = {"pattern": f"^{CURRENCY}$"}
STEP: Rule = {"minimum": 1, "maximum": MOST_STEPS}
GROUPS: Rule = {"minimum": 1, "maximum": MOST_GROUPS}


CONTROLS = "\\u0000-\\u001f\\u007f-\\u009f"


def line(longest: int) -> Rule:
    """A text on one line that says something, in so many characters at most beside blanks around it."""
    seen = f"[^{CONTROLS}\\s]"
    return {"minLength": 1, "pattern": f"^\\s*{seen}(?:[^{CONTROLS}]{{0,{longest - 2}}}{seen})?\\s*$"}


def nullable(rule: Rule) -> Rule:
    return {"anyOf": [{"type": "string"} | rule, {"type": "null"}]}


def optional(names: Iterable[str]) -> Rule:
    """One of the names; the empty text is the default."""
    return nullable({"enum": ["", *names]})


ORDER = nullable({"pattern": f"^-?(?:{'|'.join([*MEASURES, *DIMENSIONS, *Grain])})?$"})


def case(members: Rule, *needs: str) -> Rule:
    """What else holds of an object where one member says what it is."""
    return {"properties": members, "required": [*needs]}


def _operators(*operators: Operator) -> Rule:
    return {"enum": [operator.value for operator in operators]}


# How many values each operator takes.
OF_OPERATORS: Rule = {
    "anyOf": [
        case(
            {
                "op": _operators(*(op for op in Operator if op not in {Operator.CONTAINS, *WITHOUT_VALUE})),
                "value": {"anyOf": [TEXT, TEXTS | {"minItems": 1}]},
            },
            "value",
        ),
        case(
            {
                "op": _operators(Operator.CONTAINS),
                "value": {"anyOf": [PART, PARTS | {"minItems": 1}]},
            },
            "op",
            "value",
        ),
        case(
            {
                "op": _operators(*WITHOUT_VALUE),
                "value": {"anyOf": [{"type": "null"}, {"type": "array", "maxItems": 0}]},
            },
            "op",
        ),
    ]
}


def _counting(measures: Iterable[str], dimensions: Iterable[str]) -> Rule:
    names = {"enum": [*dimensions]}
    return case(
        {
            "measures": {"items": {"enum": [*measures]}},
            "dimensions": {"items": names},
            "filters": {"items": {"properties": {"field": names}}},
        }
    )


def _of(*sources: Relation) -> list[str]:
    return [name for name, dimension in DIMENSIONS.items() if {*sources} <= dimension.sources]


# What measures of events and of sessions can be broken down and filtered by, and both of them together.
OF_SOURCES: Rule = {
    "anyOf": [
        *(_counting((n for n, m in MEASURES.items() if m.source is source), _of(source)) for source in Relation),
        _counting(MEASURES, _of(*Relation)),
    ]
}
_EVENT = " *[a-z][a-z0-9_]{0,99}(?::[0-9]{1,4})? *"
STEPS = nullable({"pattern": f"^(?:{_EVENT}(?:,{_EVENT}){{{LEAST_STEPS - 1},{MOST_STEPS - 1}}})?$"})
EXCLUDED = nullable({"pattern": f"^(?:{_EVENT}(?:,{_EVENT}){{0,{MOST_EXCLUDED - 1}}})?$"})
WINDOW: Rule = {"pattern": "^[0-9]{1,7}[smhd]$"}
