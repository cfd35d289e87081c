"""The parameters of a funnel beside its days and filters: entered texts, parsed for page and API alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from backend.analytics.metrics.catalogue.query import Filter
from backend.analytics.metrics.funnel.definition import (
    CALCULATOR,
    WINDOW,
    EventMatch,
    FunnelQuery,
    FunnelScope,
    Order,
    Outcome,
    duration,
)
from backend.analytics.metrics.funnel.questions import OTHERS, FunnelBar, Group
from backend.analytics.metrics.period import Compare, Period
from backend.errors import FieldError, InvalidRequest

Parsed = TypeVar("Parsed")
Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class AskedFunnel:
    """`steps` and `exclude` are names of events; without `steps` it is the calculator's funnel."""

    steps: tuple[str, ...] = ()
    window: str = "24h"
    order: str = Order.ORDERED
    scope: str = FunnelScope.SESSION
    exclude: tuple[str, ...] = ()
    breakdown: str = ""
    limit: str = "10"

    def query(
        self, period: Period, filters: tuple[Filter, ...] = (), compare: Compare | None = None, *, bots: bool = False
    ) -> FunnelQuery:
        errors: list[FieldError] = []
        steps = [_parsed(f"steps.{n}", text, EventMatch.parse, errors) for n, text in enumerate(self.steps)]
        exclude = [_parsed("exclude", text, EventMatch.parse, errors) for text in self.exclude]
        window = _parsed("window", self.window, duration, errors)
        order = _parsed("order", self.order, _choice(Order), errors)
        scope = _parsed("scope", self.scope, _choice(FunnelScope), errors)
        limit = _parsed("limit", self.limit, _number, errors)
        # A default stands in for a text that was refused, so that the others are checked too.
        try:
            query = FunnelQuery(
                period=period,
                steps=_known(steps) or CALCULATOR,
                window=WINDOW if window is None else window,
                order=order or Order.ORDERED,
                scope=scope or FunnelScope.SESSION,
                exclude=() if None in steps else _known(exclude),
                filters=filters,
                breakdown=self.breakdown or None,
                limit=1 if limit is None else limit,
                compare=compare,
                bots=bots,
            )
        except InvalidRequest as error:
            raise InvalidRequest([*errors, *_further(error, errors)]) from None
        if errors:
            raise InvalidRequest(errors)
        return query

    def bar(self, step: int, outcome: Outcome, group: str | None, *, others: bool) -> FunnelBar:
        """A bar of the funnel; the empty group stands for none."""
        errors = []
        if not 1 <= step <= (len(self.steps) or len(CALCULATOR)):
            errors.append(FieldError("step", "The funnel does not have this step."))
        if (group is not None or others) and not self.breakdown:
            errors.append(FieldError("breakdown", "Name the breakdown that the groups belong to."))
        if group is not None and others:
            errors.append(FieldError("others", "Ask for one group or for the others, not both."))
        if errors:
            raise InvalidRequest(errors)
        return FunnelBar(step, outcome, OTHERS if others else None if group is None else Group((group or None,)))


def names(text: str | None) -> tuple[str, ...]:
    """The names in one text, separated by commas."""
    return tuple(name.strip() for name in text.split(",")) if text else ()


def _known(matches: Iterable[EventMatch | None]) -> tuple[EventMatch, ...]:
    return tuple(match for match in matches if match)


def _further(refusal: InvalidRequest, errors: list[FieldError]) -> Iterator[FieldError]:
    """The further errors, of other fields."""
    refused = {error.field.partition(".")[0] for error in errors}
    return (error for error in refusal.errors if error.field not in refused)


def _choice(kind: type[Choice]) -> Callable[[str], Choice]:
    def parse(text: str) -> Choice:
        if text not in list(kind):
            raise ValueError(f"Choose {', '.join(kind)}.")
        return kind(text)

    return parse


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 5):
        raise ValueError("Enter a whole number.")
    return int(text)


def _parsed(field: str, text: str, parse: Callable[[str], Parsed], errors: list[FieldError]) -> Parsed | None:
    try:
        return parse(text)
    except ValueError as error:
        errors.append(FieldError(field, str(error)))
        return None
