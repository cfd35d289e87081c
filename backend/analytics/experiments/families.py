"""What a variant of each family may change in the product: the payload's fields, and every reason to refuse one.

The names that a payload may hold are the product's own. Whoever wires the application brings them as `ProductNames`,
because analytics knows nothing of the calculator. An empty payload leaves the page as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.analytics.experiments.definition import TestType, Variant
from backend.errors import FieldError

KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
LONGEST_NAME, LONGEST_FEATURE, MOST_FEATURES = 60, 120, 8
LOWEST_PRICE_CENTS, HIGHEST_PRICE_CENTS = 100, 100_000
CURRENCIES = ("USD",)  # every price and every pay of the product is in US dollars

Refusals = Iterator[FieldError]


@dataclass(frozen=True, slots=True)
class ProductNames:
    """What the product offers to choose from.

    `statements`: the wordings of each true statement, by the key of its source; a text that is none of them could say
    anything at all, whatever source stood beside it.
    """

    weightings: Sequence[str]
    next_steps: Sequence[str]
    moves: Sequence[str]
    statements: Mapping[str, Sequence[str]]


def payload_problems(family: TestType, variants: Sequence[Variant], names: ProductNames) -> tuple[FieldError, ...]:
    """Everything that the payloads of an experiment get wrong, by path; `custom` holds whatever its owner reads."""
    checks: Mapping[TestType, Callable[[Mapping[str, Any], ProductNames], Refusals]] = {
        TestType.RISK_ALGORITHM: _weighting,
        TestType.CONVERSION_OFFER: _offer,
        TestType.PERSONALIZATION: _orders,
        TestType.URGENCY_MESSAGING: _message,
    }
    check = checks.get(family)
    if check is None:
        return ()
    return tuple(
        FieldError(f"variants[{index}].payload.{problem.field}", problem.message)
        for index, variant in enumerate(variants)
        if variant.payload
        for problem in check(variant.payload, names)
    )


def _weighting(payload: Mapping[str, Any], names: ProductNames) -> Refusals:
    yield from _unknown(payload, ("weighting",))
    yield from _choice(payload, "weighting", names.weightings)


def _orders(payload: Mapping[str, Any], names: ProductNames) -> Refusals:
    """Each order may be left out: it then is as without the experiment."""
    yield from _unknown(payload, ("next_steps", "moves"))
    for field, known in (("next_steps", names.next_steps), ("moves", names.moves)):
        if field in payload:
            yield from _choice(payload, field, known)


def _offer(payload: Mapping[str, Any], _names: ProductNames) -> Refusals:
    yield from _unknown(payload, ("offer", "name", "price_cents", "currency", "features"))
    offer = payload.get("offer")
    if not isinstance(offer, str) or not KEY.fullmatch(offer):
        yield FieldError("offer", "must be up to 40 lower-case letters, digits, - and _")
    if not _is_line(payload.get("name"), LONGEST_NAME):
        yield FieldError("name", f"must be one line of up to {LONGEST_NAME} characters")
    price = payload.get("price_cents")
    if type(price) is not int or not LOWEST_PRICE_CENTS <= price <= HIGHEST_PRICE_CENTS:
        yield FieldError("price_cents", f"must be a whole number from {LOWEST_PRICE_CENTS} to {HIGHEST_PRICE_CENTS}")
    yield from _choice(payload, "currency", CURRENCIES)
    features = payload.get("features")
    if not isinstance(features, list) or not 1 <= len(features) <= MOST_FEATURES:
        yield FieldError("features", f"must be a list of 1 to {MOST_FEATURES} texts")
        return
    for index, feature in enumerate(features):
        if not _is_line(feature, LONGEST_FEATURE):
            yield FieldError(f"features[{index}]", f"must be one line of up to {LONGEST_FEATURE} characters")


def _message(payload: Mapping[str, Any], names: ProductNames) -> Refusals:
    """Nothing is shown that is not a shipped true statement."""
    yield from _unknown(payload, ("text", "source"))
    text, source = payload.get("text"), payload.get("source")
    if source is None:
        yield FieldError("source", "is missing: a text without a source is never shown")
    elif not isinstance(source, str) or source not in names.statements:
        yield FieldError("source", f"must be one of {_listed(names.statements)}")
    elif text not in names.statements[source]:
        wordings = " or ".join(f"“{wording}”" for wording in names.statements[source])
        yield FieldError("text", f"must be a wording that the source supports: {wordings}")
    if not isinstance(text, str) or not text:
        yield FieldError("text", "is missing")


def _choice(payload: Mapping[str, Any], field: str, known: Collection[str]) -> Refusals:
    value = payload.get(field)
    if not isinstance(value, str) or value not in known:
        yield FieldError(field, f"must be one of {_listed(known)}")


def _unknown(payload: Mapping[str, Any], fields: Sequence[str]) -> Refusals:
    for field in payload:
        if field not in fields:
            yield FieldError(field, f"is not a field of this type: {_listed(fields)}")


def _is_line(value: object, longest: int) -> bool:
    return isinstance(value, str) and value == value.strip() and value.isprintable() and 0 < len(value) <= longest


def _listed(names: Collection[str]) -> str:
    return ", ".join(names)
