"""A parsed event, its properties by name, and its sender."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Raw, Struct

from backend.analytics.events.money import minor_units
from backend.analytics.events.names import EventName

HIGHEST_PRICE = 100_000_000
USUAL_CURRENCY = "USD"
Words = Annotated[str, Meta(max_length=200)]


class Event(Struct, frozen=True, gc=False):
    """Something a visitor did, at an instant, in a session; `event_data` is the JSON text of an object, as it came."""

    event_id: UUID
    event_type: str
    session_id: str
    user_id: str | None
    timestamp: datetime
    event_data: Raw


class Sender(Struct, frozen=True):
    """The sender of the events of one request, as far as may be known."""

    visitor_id: str | None = None
    country: str | None = None
    region: str | None = None
    device: str | None = None
    is_bot: bool = False


UNKNOWN = Sender()


def as_json(properties: Mapping[str, Any]) -> Raw:
    """The `event_data` of an event that is made in Python."""
    return Raw(msgspec.json.encode(properties))


class CalculatorOpened(Struct, frozen=True):
    """Where the visitor came from; `referrer` is the host of the page whose link was followed.

    `click_id` is the name of the parameter that an advertiser puts into the address, never its value.
    """

    source: Words | None = None
    medium: Words | None = None
    campaign: Words | None = None
    referrer: Words | None = None
    click_id: Words | None = None


class StepCompleted(Struct, frozen=True):
    """Which question was answered, and how long it took."""

    step: Annotated[int, Meta(ge=1, le=99)]
    seconds: Annotated[float, Meta(ge=0, le=86_400)] | None = None


class AssessmentSubmitted(Struct, frozen=True):
    """What was assessed and at which level it came out; null where the evidence is too thin for one."""

    job_title: Words
    occupation: Annotated[str, Meta(pattern=r"^[0-9]{2}-[0-9]{4}(?!\n)$")] | None = None
    industry: Words | None = None
    experience: Words | None = None
    education: Words | None = None
    risk_level: Literal["low", "medium", "high"] | None = None


class OfferViewed(Struct, frozen=True):
    """Which offer came into view, and at which price it stood there."""

    offer: Words | None = None
    price_cents: Annotated[int, Meta(ge=0, le=HIGHEST_PRICE)] | None = None
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}(?!\n)$")] | None = None


class UpgradeClicked(Struct, frozen=True):
    """Which offer it was, what was asked for it, and what it is credited to.

    In minor units it is `price_cents`, in whole ones `price` or GA4's `value`; where several are sent they agree.
    """

    offer: Words | None = None
    price_cents: Annotated[int, Meta(ge=0, le=HIGHEST_PRICE)] | None = None
    price: Decimal | None = None
    value: Decimal | None = None
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}(?!\n)$")] = USUAL_CURRENCY
    source: Words | None = None
    medium: Words | None = None
    campaign: Words | None = None
    referrer: Words | None = None
    click_id: Words | None = None

    def __post_init__(self) -> None:
        amounts = [amount for amount in (self.price, self.value) if amount is not None]
        prices = {minor_units(amount, self.currency) for amount in amounts}
        if self.price_cents is not None:
            prices.add(self.price_cents)
        if not prices:
            raise ValueError("Object missing required field `price_cents`, or `price` in whole units")
        if len(prices) > 1:
            raise ValueError("`price_cents`, `price` and `value` must be the same amount")
        if not 0 <= prices.pop() <= HIGHEST_PRICE:
            raise ValueError(f"The price must be 0 to {HIGHEST_PRICE} in minor units")


PROPERTIES: dict[str, type[Struct]] = {
    EventName.CALCULATOR_OPENED: CalculatorOpened,
    EventName.STEP_COMPLETED: StepCompleted,
    EventName.ASSESSMENT_SUBMITTED: AssessmentSubmitted,
    EventName.ASSESSMENT_REFINED: AssessmentSubmitted,
    EventName.OFFER_VIEWED: OfferViewed,
    EventName.UPGRADE_CLICKED: UpgradeClicked,
}
