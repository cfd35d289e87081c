"""The paid plan that a result asks about: nothing is sold yet, and every version of it says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backend.formats import dollars


@dataclass(frozen=True, slots=True)
class Offer:
    """A plan by `key`, as events count it, at a price a month. `features` is what it would include."""

    key: str
    heading: str
    what: str
    features: tuple[str, ...]
    price_cents: int

    @property
    def price(self) -> str:
        """$10 or $7.50"""
        whole, cents = divmod(self.price_cents, 100)
        return f"{dollars(whole)}.{cents:02d}" if cents else dollars(whole)


MEMBERSHIP = Offer(
    key="membership",
    heading="A paid membership is planned",
    what="It would look again whenever the published figures change, and compare your pay with them, for",
    features=(),
    price_cents=1000,
)


def offer_of(payload: Mapping[str, Any] | None) -> Offer:
    """The offer of a variant; the usual one where a variant changes nothing."""
    if not payload:
        return MEMBERSHIP
    return Offer(
        key=payload["offer"],
        heading=f"Planned: {payload['name']}",
        what="It would cost",
        features=tuple(payload["features"]),
        price_cents=payload["price_cents"],
    )
