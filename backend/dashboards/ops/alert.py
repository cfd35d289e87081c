"""One alert explained: the course of what its rule measures, what is affected most, and what the runbook says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from backend.analytics.figures.lines import GoalLine, Point, Trend, lines
from backend.analytics.figures.quantity import Quantity, QuantityUnit
from backend.analytics.monitoring.alerts.alert import Alert
from backend.analytics.monitoring.rules import wording
from backend.analytics.monitoring.rules.rule import Each, MeasureSource, Rule
from backend.analytics.monitoring.rules.shipped import SHIPPED
from backend.analytics.monitoring.rules.units import RuleUnit, unit_of
from backend.analytics.monitoring.rules.windows import value_of
from backend.analytics.monitoring.rules.wording import limit
from backend.analytics.monitoring.windows import Bucket, NameFilter, Window
from backend.dashboards.ops.alerts import ShownAlert
from backend.dashboards.ops.runbook import Block
from backend.dashboards.page import Chart
from backend.formats import count, latency

MOST_AFFECTED = 8
AROUND, AFTER, DAY = timedelta(hours=1), timedelta(minutes=30), timedelta(days=1)
QUANTITIES = {
    RuleUnit.SECONDS: QuantityUnit.LATENCY,
    RuleUnit.SHARE: QuantityUnit.SHARE,
    RuleUnit.PERCENT: QuantityUnit.SHARE,
    RuleUnit.CENTS: QuantityUnit.CENTS,
}
GAP = "A gap means that nothing was measured."


@dataclass(frozen=True, slots=True)
class Affected:
    """One name that the rule looks at, with what was measured of it."""

    name: str
    p95: str
    failed: str
    count: str


@dataclass(frozen=True, slots=True)
class AlertPage:
    """`other_limit`: the limit that the runbook speaks of; empty unless the rule has another one by now."""

    alert: ShownAlert
    rule: str
    runbook: tuple[Block, ...]
    other_limit: str
    chart: Chart | None
    affected: tuple[Affected, ...]
    affected_when: str


def names_of(rule: Rule, thing: str) -> NameFilter:
    """What the rule counts of its family: for an alert about one name, that name."""
    if rule.measure.each is Each.NAME and thing:
        return NameFilter(names=(thing,))
    return NameFilter(prefixes=rule.measure.prefixes, excluded=rule.measure.excluded)


def span_of(alert: Alert, rule: Rule, now: datetime) -> tuple[datetime, datetime]:
    """From an hour, or six windows, before an alert to half an hour after it."""
    return alert.since - max(AROUND, 6 * rule.window), min(now, (alert.resolved_at or now) + AFTER)


def alert_chart(rule: Rule, buckets: Sequence[Bucket], zone: str) -> Chart | None:
    """The course of the measure with its limit; None where there is none to draw."""
    if rule.measure.source is not MeasureSource.WINDOW or len(buckets) < 2:
        return None
    unit, title = unit_of(rule.measure), wording.subject(rule)
    scale = 100 if unit is RuleUnit.PERCENT else 1
    quantity = Quantity(title[:1].lower() + title[1:], QUANTITIES.get(unit, QuantityUnit.COUNT))
    is_long = buckets[-1].starts_at - buckets[0].starts_at > DAY
    n = sum(bucket.window.count for bucket in buckets if bucket.window)
    limit = GoalLine(rule.limit / scale, wording.limit(rule))
    points = tuple(_point(rule, bucket, scale, zone) for bucket in buckets)
    drawn = lines(Trend(quantity, "hour" if is_long else "minute", points, None, n, "measurements", goal=limit))
    if drawn.empty:
        return None
    legend = tuple(replace(key, label=_label(key.label, title)) for key in drawn.legend)
    spoken = f"Line chart: {title}. The alert opens {wording.limit(rule)}. The table below it has every value."
    return Chart("measure", replace(drawn, title=title, description=spoken, legend=legend, note=GAP), "")


def _point(rule: Rule, bucket: Bucket, scale: int, zone: str) -> Point:
    value = value_of(rule.measure.statistic, bucket.window, timedelta()) if bucket.window else None
    return Point(bucket.starts_at.astimezone(ZoneInfo(zone)), None if value is None else value / scale)


def _label(label: str, title: str) -> str:
    return label.replace("Goal:", "Opens") if label.startswith("Goal:") else title


def affected(windows: Mapping[str, Window], *, by_failures: bool) -> tuple[Affected, ...]:
    """The names with the most failures, or the slowest of those that were counted."""
    ranked = sorted(
        windows.items(),
        key=lambda item: (-item[1].failed if by_failures else 0, -(item[1].quantile(0.95) or 0), item[0]),
    )
    shown = [(name, window) for name, window in ranked if window.failed or not by_failures]
    return tuple(
        Affected(name, _time(window.quantile(0.95)), count(window.failed), count(window.count))
        for name, window in shown[:MOST_AFFECTED]
    )


def _time(seconds: float | None) -> str:
    return "–" if seconds is None else latency(seconds)


def other_limit(rule: Rule | None) -> str:
    """The limit that the runbook speaks of, where somebody changed it."""
    shipped = SHIPPED.get(rule.id) if rule else None
    return limit(shipped) if shipped and rule and limit(shipped) != limit(rule) else ""
