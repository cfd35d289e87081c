"""Targets of the founding documents, as drafts that somebody activates once there is a measure for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from backend.analytics.goals.goal import Direction, GoalPeriod, Target
from backend.analytics.metrics.catalogue.measures import MEASURES
from backend.errors import NotFound


@dataclass(frozen=True, slots=True)
class Draft:
    """A target as a founding document states it. `measure` is in the catalogue once its room exists."""

    word: str
    label: str
    stated: str
    measure: str
    value: float
    period: GoalPeriod = GoalPeriod.MONTH
    direction: Direction = Direction.AT_LEAST

    @property
    def is_measured(self) -> bool:
        return self.measure in MEASURES

    def target(self, starts_on: date) -> Target:
        return Target(self.measure, self.value, self.period, self.direction, starts_on)


_DRAFTS = (
    Draft(
        "subscription_conversion", "Conversion",
        "10% or more from free to paid. Until plans are on sale, Mingus counts visitors who asked for one.",
        "conversion_rate", 0.10,
    ),
    Draft("email_capture", "Emails captured", "30% of visitors leave an email.", "email_capture_rate", 0.30),
    Draft("lead_conversion", "Leads who pay", "25% of leads become customers.", "lead_conversion_rate", 0.25),
    Draft("engagement", "Engagement score", "0.7 or more.", "mean_engagement_score", 0.7),
    Draft(
        "deal_size", "Average deal size", "$52,000 or more.", "average_deal_size", 5_200_000, GoalPeriod.QUARTER,
    ),
    Draft(
        "sales_cycle", "Sales cycle", "35 days or fewer.", "sales_cycle_days", 35, GoalPeriod.QUARTER,
        Direction.AT_MOST,
    ),
)  # fmt: skip
DRAFTS: Mapping[str, Draft] = {draft.word: draft for draft in _DRAFTS}


def draft_of(word: str) -> Draft:
    """A draft that has its measure. Raises NotFound."""
    if word not in DRAFTS or not DRAFTS[word].is_measured:
        raise NotFound("There is no draft of that name that can be activated yet.")
    return DRAFTS[word]
