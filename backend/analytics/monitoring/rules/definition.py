"""A rule as it is kept and changed: its fields as plain values, and everything that can be wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from math import isfinite
from re import fullmatch
from typing import Any

from backend.analytics.metrics.catalogue.measures import MEASURES
from backend.analytics.monitoring.alerts.notifier import Severity
from backend.analytics.monitoring.objectives.shipped import OBJECTIVES
from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.rules.rule import Comparison, Each, Measure, MeasureSource, Rule, Statistic
from backend.analytics.monitoring.rules.shipped import ANY_OBJECTIVE
from backend.analytics.monitoring.rules.units import CHECKS, RuleUnit, unit_of
from backend.errors import FieldError

SLUG = "[a-z][a-z0-9]*(-[a-z0-9]+)*"
MINUTE, DAY, WEEK = timedelta(minutes=1), timedelta(days=1), timedelta(weeks=1)
LONGEST_TITLE, MOST_CHANNELS, LONGEST_RULE_ID = 80, 20, 40
CHANGEABLE = frozenset(
    {"limit", "clears_at", "severity", "lasting", "settles", "fewest", "channels", "escalates", "business_hours",
     "is_enabled"}
)  # fmt: skip
KINDS: Mapping[str, Callable[[str], Any]] = {"severity": Severity, "comparison": Comparison}
TIMES = frozenset({"window", "lasting", "settles", "escalates"})
OF_WINDOW = frozenset(Statistic) - {Statistic.BURN, Statistic.CHANGE}
HIGHEST: Mapping[RuleUnit, float] = {RuleUnit.SHARE: 1, RuleUnit.PERCENT: 100}
STATISTICS: Mapping[MeasureSource, frozenset[Statistic]] = {
    MeasureSource.WINDOW: OF_WINDOW,
    MeasureSource.CATALOGUE: frozenset({Statistic.LATEST, Statistic.CHANGE}),
    MeasureSource.OBJECTIVE: frozenset({Statistic.BURN}),
    MeasureSource.CHECK: frozenset({Statistic.LATEST}),
}
NAMES: Mapping[MeasureSource, Callable[[], set[str]]] = {
    MeasureSource.WINDOW: lambda: {family.value for family in Family},
    MeasureSource.CATALOGUE: lambda: {*MEASURES},
    MeasureSource.OBJECTIVE: lambda: {ANY_OBJECTIVE, *OBJECTIVES},
    MeasureSource.CHECK: lambda: {*CHECKS},
}

NOT_MEASURED: Mapping[MeasureSource, str] = {
    MeasureSource.WINDOW: "Monitoring measures nothing with that name.",
    MeasureSource.CATALOGUE: "The catalogue has no measure with that name.",
    MeasureSource.OBJECTIVE: "There is no objective with that name.",
    MeasureSource.CHECK: "There is no check with that name.",
}


def plain(rule: Rule, names: frozenset[str] | None = None) -> dict[str, Any]:
    """The fields of a rule, or some of them, as JSON holds them; times in seconds."""
    fields: dict[str, Any] = {
        "title": rule.title,
        "limit": rule.limit,
        "clears_at": rule.clears_at,
        "severity": rule.severity.value,
        "window": rule.window.total_seconds(),
        "comparison": rule.comparison.value,
        "lasting": rule.lasting.total_seconds(),
        "settles": rule.settles.total_seconds(),
        "fewest": rule.fewest,
        "channels": list(rule.channels),
        "escalates": None if rule.escalates is None else rule.escalates.total_seconds(),
        "business_hours": rule.business_hours,
        "is_enabled": rule.is_enabled,
        "measure": {
            "source": rule.measure.source.value,
            "name": str(rule.measure.name),
            "statistic": rule.measure.statistic.value,
            "prefixes": list(rule.measure.prefixes),
            "excluded": list(rule.measure.excluded),
            "each": rule.measure.each.value,
        },
    }
    return fields if names is None else {name: value for name, value in fields.items() if name in names}


def changed(rule: Rule, fields: Mapping[str, Any]) -> Rule:
    """A rule with some fields as they were kept."""
    return replace(rule, **{name: _value(name, value) for name, value in fields.items() if name in CHANGEABLE})


def custom(rule_id: str, fields: Mapping[str, Any]) -> Rule:
    """A rule of operators as it was kept."""
    values = {name: _value(name, value) for name, value in fields.items() if name != "measure"}
    return Rule(id=rule_id, measure=_measure(fields["measure"]), is_shipped=False, **values)


def _value(name: str, value: Any) -> Any:
    if name in TIMES:
        return None if value is None else timedelta(seconds=value)
    if name == "channels":
        return tuple(value)
    return (
        {"severity": Severity, "comparison": Comparison}[name](value) if name in {"severity", "comparison"} else value
    )


def _measure(fields: Mapping[str, Any]) -> Measure:
    return Measure(
        MeasureSource(fields["source"]),
        fields["name"],
        Statistic(fields["statistic"]),
        tuple(fields["prefixes"]),
        tuple(fields["excluded"]),
        Each(fields["each"]),
    )


def faults(rule: Rule) -> Iterator[FieldError]:
    """Everything that is wrong with a rule."""
    if not fullmatch(SLUG, rule.id) or len(rule.id) > LONGEST_RULE_ID:
        yield FieldError("id", f"Use up to {LONGEST_RULE_ID} lowercase letters, digits, and hyphens.")
    if not 1 <= len(rule.title) <= LONGEST_TITLE or not rule.title.isprintable():
        yield FieldError("title", f"Enter a title of 1 to {LONGEST_TITLE} characters on one line.")
    yield from _faults_of_limits(rule)
    yield from _faults_of_range(rule)
    yield from _faults_of_times(rule)
    yield from _faults_of_measure(rule.measure)
    if not 0 <= rule.fewest <= 1_000_000:
        yield FieldError("fewest", "Enter a number from 0 to 1,000,000.")
    if len(rule.channels) > MOST_CHANNELS:
        yield FieldError("channels", f"Name up to {MOST_CHANNELS} channels by their IDs.")


def _faults_of_limits(rule: Rule) -> Iterator[FieldError]:
    for name, value in (("limit", rule.limit), ("clears_at", rule.clears_at)):
        if not isfinite(value):
            yield FieldError(name, "Enter a number.")
    if rule.comparison is Comparison.ABOVE and rule.clears_at > rule.limit:
        yield FieldError("clears_at", "The alert opens above the limit, so it must clear at the limit or below.")
    if rule.comparison is Comparison.BELOW and rule.clears_at < rule.limit:
        yield FieldError("clears_at", "The alert opens below the limit, so it must clear at the limit or above.")


def _faults_of_range(rule: Rule) -> Iterator[FieldError]:
    """Limits that no value reaches, or every value passes: such a rule would stay silent, or fire, forever."""
    measure = rule.measure
    if measure.name not in NAMES[measure.source]() or measure.statistic is Statistic.CHANGE:
        return
    unit = unit_of(measure)
    for name, value in (("limit", rule.limit), ("clears_at", rule.clears_at)):
        if value > HIGHEST.get(unit, value):
            yield FieldError(name, "No value of this measure is above 100%.")
        if value < 0 and unit is not RuleUnit.CENTS:
            yield FieldError(name, "No value of this measure is below 0.")


def _faults_of_times(rule: Rule) -> Iterator[FieldError]:
    if not MINUTE <= rule.window <= WEEK:
        yield FieldError("window_seconds", "Enter 60 to 604,800 seconds.")
    for name, time in (("lasting_seconds", rule.lasting), ("settles_seconds", rule.settles)):
        if not timedelta() <= time <= DAY:
            yield FieldError(name, "Enter 0 to 86,400 seconds.")
    if rule.escalates is not None and rule.severity is Severity.INFO:
        yield FieldError("escalates_seconds", "An alert that is only to read doesn’t escalate. Leave this empty.")
    elif rule.escalates is not None and not MINUTE <= rule.escalates <= DAY:
        yield FieldError("escalates_seconds", "Enter 60 to 86,400 seconds, or null.")


def _faults_of_measure(measure: Measure) -> Iterator[FieldError]:
    if measure.name not in NAMES[measure.source]():
        yield FieldError("measure.name", NOT_MEASURED[measure.source], "unknown")
    if measure.statistic not in STATISTICS[measure.source]:
        fitting = ", ".join(sorted(STATISTICS[measure.source]))
        yield FieldError("measure.statistic", f"For a {measure.source.value}, use one of: {fitting}.")
    for name, texts in (("prefixes", measure.prefixes), ("excluded", measure.excluded)):
        if len(texts) > 20 or not all(1 <= len(text) <= 200 and text.isprintable() for text in texts):
            yield FieldError(f"measure.{name}", "Name up to 20 beginnings of 1 to 200 characters.")
