"""What the address of a shared result may say besides the link."""

from __future__ import annotations

from collections.abc import Mapping

from backend.errors import FieldError, InvalidRequest

CARD, NUMBER = "card", "number"


def with_number(query: Mapping[str, str]) -> bool:
    """Whether the preview image may show the number; anything but `card=number` is refused."""
    chosen = query.get(CARD)
    if chosen not in {None, NUMBER}:
        raise InvalidRequest([FieldError(CARD, f"Leave it out, or say {CARD}={NUMBER}")])
    return chosen == NUMBER
