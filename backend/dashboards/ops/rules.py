"""Rules as pages show them: what each watches, when its alert opens, and what its form holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from backend.analytics.metrics.catalogue.measures import MEASURES
from backend.analytics.monitoring.alerts.notifier import Severity
from backend.analytics.monitoring.channels.channel import Channel
from backend.analytics.monitoring.objectives.shipped import OBJECTIVES
from backend.analytics.monitoring.rules import wording
from backend.analytics.monitoring.rules.rule import Comparison, MeasureSource, Rule, Statistic
from backend.analytics.monitoring.rules.shipped import ANY_OBJECTIVE, SHIPPED
from backend.analytics.monitoring.rules.units import CHECKS, FAMILIES, RuleUnit, span, unit_of
from backend.dashboards.ops.alerts import ORDER, SEVERITY
from backend.formats import first_capital

UNIT_WORDS = {
    RuleUnit.SECONDS: "seconds",
    RuleUnit.SHARE: "percent",
    RuleUnit.PERCENT: "percent",
    RuleUnit.COUNT: "a number",
    RuleUnit.TIMES: "times as fast as the budget allows",
    RuleUnit.BYTES: "bytes",
    RuleUnit.CENTS: "cents",
}
STATISTICS: Mapping[str, str] = {
    Statistic.P95: "95th percentile",
    Statistic.P99: "99th percentile",
    Statistic.P75: "75th percentile",
    Statistic.P50: "Median",
    Statistic.MEAN: "Mean",
    Statistic.MAXIMUM: "Maximum",
    Statistic.LATEST: "Latest value",
    Statistic.ERROR_RATE: "Share that failed",
    Statistic.COUNT: "How many",
    Statistic.BURN: "Burn rate of the error budget",
    Statistic.CHANGE: "Change from the same hours a week before",
}
COMPARISONS: Mapping[str, str] = {Comparison.ABOVE: "Above the limit", Comparison.BELOW: "Below the limit"}
SEVERITIES: Mapping[str, str] = {severity.value: SEVERITY[severity] for severity in ORDER}
MEASURED: Mapping[str, str] = (
    {f"{MeasureSource.WINDOW}:{family}": first_capital(noun.words) for family, noun in FAMILIES.items()}
    | {f"{MeasureSource.CATALOGUE}:{name}": f"Dashboards: {measure.label}" for name, measure in MEASURES.items()}
    | {f"{MeasureSource.OBJECTIVE}:{ANY_OBJECTIVE}": "Objectives: any"}
    | {f"{MeasureSource.OBJECTIVE}:{one.id}": f"Objectives: {one.title}" for one in OBJECTIVES.values()}
    | {f"{MeasureSource.CHECK}:{name}": noun.words for name, noun in CHECKS.items()}
)
CHOICES = {"statistics": STATISTICS, "comparisons": COMPARISONS, "severities": SEVERITIES, "measured": MEASURED}


@dataclass(frozen=True, slots=True)
class ShownRule:
    """`is_changed`: an operator changed what Mingus ships."""

    id: str
    title: str
    watches: str
    opens: str
    severity: Severity
    is_enabled: bool
    is_shipped: bool
    is_changed: bool
    unit: str
    typed: Mapping[str, str]
    channels: tuple[str, ...]
    business_hours: bool

    @property
    def severity_words(self) -> str:
        return SEVERITY[self.severity]

    @property
    def href(self) -> str:
        return f"/ops/rules/{self.id}"


def shown_rule(rule: Rule) -> ShownRule:
    opens = wording.limit(rule)
    if rule.fewest > 1:
        opens += f", with at least {rule.fewest:,} measured"
    if rule.business_hours:
        opens += ", in business hours"
    return ShownRule(
        rule.id,
        rule.title,
        wording.subject(rule),
        opens,
        rule.severity,
        rule.is_enabled,
        rule.is_shipped,
        rule.is_shipped and SHIPPED[rule.id] != rule,
        UNIT_WORDS[unit_of(rule.measure)],
        _typed(rule),
        rule.channels,
        rule.business_hours,
    )


def by_severity(rules: Iterable[Rule]) -> Sequence[tuple[str, tuple[ShownRule, ...]]]:
    """Critical first; a severity without a rule is left out."""
    shown = [shown_rule(rule) for rule in rules]
    groups = [(SEVERITY[severity], tuple(rule for rule in shown if rule.severity is severity)) for severity in ORDER]
    return [group for group in groups if group[1]]


def channel_choices(channels: Iterable[Channel]) -> Sequence[tuple[str, str]]:
    return [(channel.id, channel.name) for channel in channels]


def _typed(rule: Rule) -> dict[str, str]:
    """The fields of a rule as one would type them: times in minutes, shares in percent."""
    scale = 100 if unit_of(rule.measure) is RuleUnit.SHARE else 1
    return {
        "limit": f"{rule.limit * scale:.6g}",
        "clears_at": f"{rule.clears_at * scale:.6g}",
        "lasting": _minutes(rule.lasting),
        "settles": _minutes(rule.settles),
        "escalates": _minutes(rule.escalates) if rule.escalates else "",
        "fewest": str(rule.fewest),
        "severity": rule.severity.value,
        "window": span(rule.window),
    }


def _minutes(time: timedelta) -> str:
    return f"{time.total_seconds() / 60:g}"
