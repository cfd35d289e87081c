"""What a variant of each family may hold, and why it is refused."""

from __future__ import annotations

from typing import Any

import pytest

from backend.analytics.experiments.definition import TestType, Variant
from backend.analytics.experiments.families import ProductNames, payload_problems

NAMES = ProductNames(
    weightings=("equal_families", "usage_first"),
    next_steps=("by_share", "by_pay"),
    moves=("balanced", "pay"),
    statements={"bls_2025": ("Half earn more.", "Half of all earn more.")},
)
OFFER = {"offer": "plus", "name": "Plus", "price_cents": 900, "currency": "USD", "features": ["Yearly updates"]}


def refused(family: TestType, payload: dict[str, Any]) -> dict[str, str]:
    variants = (Variant("control", "Control", 0.5), Variant("b", "B", 0.5, payload))
    return {problem.field: problem.message for problem in payload_problems(family, variants, NAMES)}


@pytest.mark.parametrize(
    ("family", "payload"),
    [
        (TestType.RISK_ALGORITHM, {"weighting": "usage_first"}),
        (TestType.CONVERSION_OFFER, OFFER),
        (TestType.PERSONALIZATION, {"next_steps": "by_pay", "moves": "pay"}),
        (TestType.PERSONALIZATION, {"moves": "pay"}),
        (TestType.URGENCY_MESSAGING, {"text": "Half earn more.", "source": "bls_2025"}),
        (TestType.CUSTOM, {"whatever": [1, {"its": "owner"}]}),
        *((family, {}) for family in TestType),
    ],
)
def test_each_family_takes_what_the_product_can_show(family: TestType, payload: dict[str, Any]) -> None:
    assert refused(family, payload) == {}


@pytest.mark.parametrize(
    ("family", "payload", "field", "why"),
    [
        (TestType.RISK_ALGORITHM, {"weighting": "mine"}, "weighting", "equal_families, usage_first"),
        (TestType.RISK_ALGORITHM, {"weighting": ["usage_first"]}, "weighting", "must be one of"),
        (TestType.RISK_ALGORITHM, {"weighting": "usage_first", "age": 40}, "age", "is not a field"),
        (TestType.PERSONALIZATION, {"next_steps": "by_mood"}, "next_steps", "by_share, by_pay"),
        (TestType.PERSONALIZATION, {"race": "by_share"}, "race", "is not a field"),
        (TestType.CONVERSION_OFFER, OFFER | {"price_cents": 9.5}, "price_cents", "whole number"),
        (TestType.CONVERSION_OFFER, OFFER | {"price_cents": True}, "price_cents", "whole number"),
        (TestType.CONVERSION_OFFER, OFFER | {"currency": "EUR"}, "currency", "USD"),
        (TestType.CONVERSION_OFFER, OFFER | {"name": "Two\nlines"}, "name", "one line"),
        (TestType.CONVERSION_OFFER, OFFER | {"features": []}, "features", "1 to 8"),
        (TestType.CONVERSION_OFFER, OFFER | {"features": ["Good", ""]}, "features[1]", "one line"),
        (TestType.URGENCY_MESSAGING, {"text": "Half earn more."}, "source", "without a source is never shown"),
        (TestType.URGENCY_MESSAGING, {"text": "Half earn more.", "source": "a blog"}, "source", "bls_2025"),
        (TestType.URGENCY_MESSAGING, {"text": "Hurry!", "source": "bls_2025"}, "text", "Half of all earn more."),
    ],
)
def test_a_payload_that_the_product_cannot_show_is_refused(
    family: TestType, payload: dict[str, Any], field: str, why: str
) -> None:
    problems = refused(family, payload)
    assert list(problems) == [f"variants[1].payload.{field}"]
    assert why in problems[f"variants[1].payload.{field}"]


def test_all_that_is_wrong_with_an_offer_is_said_at_once() -> None:
    problems = refused(TestType.CONVERSION_OFFER, {"price_cents": -1, "extra": 1})
    assert {field.rpartition(".")[2] for field in problems} == {
        "extra",
        "offer",
        "name",
        "price_cents",
        "currency",
        "features",
    }
