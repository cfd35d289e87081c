"""Values of goals as people type and read them: 10%, $1,000, 2 min."""

from __future__ import annotations

from collections.abc import Iterable
from re import fullmatch
from typing import TypeAlias

from backend.analytics.figures.lines import GoalLine
from backend.analytics.goals.goal import Direction, GoalPeriod, Target
from backend.analytics.metrics.catalogue.measures import MEASURES, Unit
from backend.analytics.metrics.catalogue.query import Query, in_any_spelling
from backend.dashboards.charts import quantity_of
from backend.errors import FieldError, InvalidRequest

Targets: TypeAlias = tuple[Target, ...]
EACH = {GoalPeriod.WEEK: "each week", GoalPeriod.MONTH: "each month", GoalPeriod.QUARTER: "each quarter"}
PERIODS = {period: text[5:].capitalize() for period, text in EACH.items()}
DIRECTIONS = {Direction.AT_LEAST: "At least", Direction.AT_MOST: "At most"}
HINTS = {
    Unit.COUNT: "A number, such as 1,000.",
    Unit.FRACTION: "A percentage, such as 10%.",
    Unit.CENTS: "An amount, such as $1,000.",
    Unit.SECONDS: "A time, such as 90 s or 2 min.",
}
UNITS = {"": 1, "s": 1, "sec": 1, "min": 60, "h": 3_600}
MOST_DIGITS = 12
DAYS = {"hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 365.25 / 12, "quarter": 365.25 / 4}


def target_value(text: str, measure: str) -> float:
    """The value in the unit of its measure. Raises InvalidRequest."""
    unit = MEASURES[measure].unit
    typed = text.strip().replace(",", "").replace("$", "").removesuffix("%").casefold()
    parts = fullmatch(rf"([0-9]{{1,{MOST_DIGITS}}}(?:\.[0-9]{{1,6}})?)\s*([a-z]*)", typed)
    if parts is None or parts[2] not in (UNITS if unit is Unit.SECONDS else ("",)):
        raise InvalidRequest([FieldError("value", f"Enter the target. {HINTS[unit]}")])
    number = float(parts[1])
    match unit:
        case Unit.FRACTION:
            return round(number / 100, 8)
        case Unit.CENTS:
            return round(number * 100)
        case Unit.SECONDS:
            return number * UNITS[parts[2]]
        case Unit.COUNT:
            return number


def said(target: Target, value: float | None) -> str:
    return quantity_of(target.measure, target.currency).say(value)


def asked_value(target: Target) -> str:
    """The value that a target asks: 10%, as it was typed, where a counted rate reads 10.0%."""
    return f"{target.value * 100:.6g}%" if target.unit is Unit.FRACTION else said(target, target.value)


def in_words(target: Target) -> str:
    """At least 1,000 each month"""
    return f"{DIRECTIONS[target.direction]} {asked_value(target)} {EACH[target.period]}"


def typed_value(target: Target) -> str:
    """The value as a person would type it again."""
    match target.unit:
        case Unit.FRACTION:
            return asked_value(target)
        case Unit.CENTS:
            return f"{target.value / 100:,.2f}".removesuffix(".00")
        case Unit.SECONDS:
            return f"{target.value:g} s"
        case Unit.COUNT:
            return f"{target.value:,.6f}".rstrip("0").rstrip(".")


def goal_line(goals: Iterable[Target], measure: str, query: Query) -> GoalLine | None:
    """The line of the latest goal over just what a chart shows: the measure, with these filters, in this currency."""
    drawn = (_line_of(goal, query) for goal in goals if goal.measure == measure)
    return next((line for line in reversed([*drawn]) if line), None)


def _line_of(goal: Target, query: Query) -> GoalLine | None:
    """A sum is asked of each bucket in its share of the period; people, who may come again, only of a whole period."""
    if query.grain is None or set(in_any_spelling(goal.filters)) != set(query.filters):
        return None
    if goal.unit is Unit.CENTS and goal.currency != query.currency:
        return None
    words = in_words(goal)
    spoken = words[:1].lower() + words[1:]
    if not goal.grows or query.grain.value == goal.period.value:
        return GoalLine(goal.value, spoken)
    if not MEASURES[goal.measure].sums:
        return None
    share = goal.value * DAYS[query.grain] / DAYS[goal.period]
    about = said(goal, round(share) if share >= 1 else share)
    return GoalLine(share, f"{spoken}, about {about} a {query.grain}")
