"""The catalogue's measures as values of one unit: what each person, visitor, or session of an experiment did.

An experiment compares means over units, so only measures that have a value for each unit can be compared. One that
divides by something other than units, such as by results, is a ratio of two sums and never a proportion.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from backend.analytics.events.names import EventName
from backend.analytics.metrics.catalogue.measures import MEASURES, Unit
from backend.errors import FieldError


class MeasureKind(StrEnum):
    """`proportion`: units that did it at least once; `mean`: how much of it a unit; `ratio`: of two such sums."""

    PROPORTION = "proportion"
    MEAN = "mean"
    RATIO = "ratio"


class ValueKind(StrEnum):
    """How a unit's value comes from its events or its sessions."""

    ONCE = "once"  # 1 from its first such event on
    FOLLOWED = "followed"  # 1 from its first such event on that followed a result of its own within the window
    TIMES = "times"  # such events
    CENTS = "cents"  # what it asked to pay; equal clicks of one visit count once
    PRICES = "prices"  # those clicks
    SESSIONS = "sessions"  # its sessions of a kind


@dataclass(frozen=True, slots=True)
class UnitValue:
    """A number that each unit has. `event`: whose events count; `step`: of these the ones with this number."""

    name: str
    counting: ValueKind
    event: str = ""
    step: int | None = None

    @property
    def is_flag(self) -> bool:
        """Whether it is 0 or 1."""
        return self.counting in (ValueKind.ONCE, ValueKind.FOLLOWED)


@dataclass(frozen=True, slots=True)
class UnitMeasure:
    """A measure of the catalogue that an experiment can be judged by."""

    name: str
    kind: MeasureKind
    numerator: UnitValue
    denominator: UnitValue | None = None

    @property
    def label(self) -> str:
        return MEASURES[self.name].label

    @property
    def description(self) -> str:
        """What is averaged, in words."""
        return DESCRIPTIONS[self.numerator.counting if self.denominator is None else MeasureKind.RATIO]

    @property
    def unit(self) -> Unit:
        """Of the value that is shown: a proportion of units is a fraction, whatever its count is in the catalogue."""
        return Unit.FRACTION if self.kind is MeasureKind.PROPORTION else MEASURES[self.name].unit

    @property
    def less_is_better(self) -> bool:
        return MEASURES[self.name].less_is_better or self.name in LESS_IS_BETTER

    @property
    def values(self) -> tuple[UnitValue, ...]:
        return (self.numerator,) if self.denominator is None else (self.numerator, self.denominator)


DESCRIPTIONS: Mapping[str, str] = {
    ValueKind.ONCE: "The share of units that did it at least once.",
    ValueKind.FOLLOWED: "The share of units that did it in the window after a result of their own.",
    ValueKind.TIMES: "How often a unit did it, on average.",
    ValueKind.CENTS: "What a unit asked to pay, on average. Nothing is charged. Equal clicks in a visit count once.",
    ValueKind.PRICES: "How often a unit asked for a plan at a price, on average. Equal clicks in a visit count once.",
    ValueKind.SESSIONS: "How many such sessions a unit had, on average.",
    MeasureKind.RATIO: "The sum over all units of the one divided by the sum of the other.",
}
LESS_IS_BETTER = frozenset({"bounces", "payments_failed"})
_ONCE = {
    "opened": (EventName.CALCULATOR_OPENED, None),
    **{f"question_{number}": (EventName.STEP_COMPLETED, number) for number in (1, 2, 3, 4)},
    "assessments": (EventName.ASSESSMENT_SUBMITTED, None),
    "result_visitors": (EventName.ASSESSMENT_SUBMITTED, None),
    "offers_viewed": (EventName.OFFER_VIEWED, None),
    "upgrades": (EventName.UPGRADE_CLICKED, None),
}
_TIMES = {
    "leads": "lead_captured",
    "emails_sent": "email_sent",
    "emails_delivered": "email_delivered",
    "emails_opened": "email_opened",
    "emails_clicked": "email_clicked",
    "payments_succeeded": "payment_succeeded",
    "payments_failed": "payment_failed",
}
SESSIONS, BOUNCES, SESSION_EVENTS, OPENED_SESSIONS, RESULT_SESSIONS = (
    UnitValue(name, ValueKind.SESSIONS)
    for name in ("sessions", "bounces", "session_events", "opened_sessions", "result_sessions")
)
OFFER_AFTER = UnitValue("offer_visitors", ValueKind.FOLLOWED, EventName.OFFER_VIEWED)
PLAN_AFTER = UnitValue("plan_visitors", ValueKind.FOLLOWED, EventName.UPGRADE_CLICKED)
RESULT = UnitValue("result_visitors", ValueKind.ONCE, EventName.ASSESSMENT_SUBMITTED)
CENTS = UnitValue("revenue", ValueKind.CENTS, EventName.UPGRADE_CLICKED)
PRICES = UnitValue("priced_upgrades", ValueKind.PRICES, EventName.UPGRADE_CLICKED)


def _mean(value: UnitValue, name: str = "") -> UnitMeasure:
    return UnitMeasure(name or value.name, MeasureKind.MEAN, value)


def _proportion(value: UnitValue) -> UnitMeasure:
    return UnitMeasure(value.name, MeasureKind.PROPORTION, value)


def _ratio(name: str, numerator: UnitValue, denominator: UnitValue) -> UnitMeasure:
    return UnitMeasure(name, MeasureKind.RATIO, numerator, denominator)


_DEFINED = (
    *(_proportion(UnitValue(name, ValueKind.ONCE, event, step)) for name, (event, step) in _ONCE.items()),
    _proportion(OFFER_AFTER),
    _proportion(PLAN_AFTER),
    _mean(CENTS),
    _mean(CENTS, "revenue_per_visitor"),
    _mean(PRICES),
    _mean(SESSIONS),
    _mean(BOUNCES),
    _mean(SESSION_EVENTS),
    *(_mean(UnitValue(name, ValueKind.TIMES, event)) for name, event in _TIMES.items()),
    _ratio("conversion_rate", PLAN_AFTER, RESULT),
    _ratio("offer_rate", OFFER_AFTER, RESULT),
    _ratio("completion_rate", RESULT_SESSIONS, OPENED_SESSIONS),
    _ratio("bounce_rate", BOUNCES, SESSIONS),
    _ratio("revenue_per_upgrade", CENTS, PRICES),
    _ratio(
        "email_open_rate",
        UnitValue("emails_opened", ValueKind.TIMES, "email_opened"),
        UnitValue("emails_delivered", ValueKind.TIMES, "email_delivered"),
    ),
)
UNIT_MEASURES: Mapping[str, UnitMeasure] = {measure.name: measure for measure in _DEFINED}


def measure_faults(field: str, names: Iterable[str]) -> Iterator[FieldError]:
    """A fault for each name that no unit has a value of; `field` is that of a list, or of one name."""
    for name in names:
        if name not in UNIT_MEASURES:
            yield FieldError(field, fault_of(name))


def fault_of(name: str) -> str:
    """Why an experiment cannot be judged by this name."""
    if name in MEASURES:
        return f"{name} has no value for each unit, so it cannot be compared between variants"
    near = get_close_matches(name, UNIT_MEASURES, n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(near)}?" if near else f"; choose one of {', '.join(UNIT_MEASURES)}"
    return f"{name[:100]!r} is not a measure{hint}"
