"""What the page of one alert rests on."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from backend.analytics.monitoring.alerts.alert import Alert
from backend.analytics.monitoring.alerts.service import AlertService
from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.rules.rule import Each, MeasureSource, Rule, Statistic
from backend.analytics.monitoring.rules.service import Rules
from backend.analytics.monitoring.rules.wording import limit
from backend.analytics.monitoring.windows import Windows
from backend.clock import utc_now
from backend.dashboards.ops.alert import AlertPage, affected, alert_chart, names_of, other_limit, span_of
from backend.dashboards.ops.alerts import shown_alert
from backend.dashboards.ops.runbook import section
from backend.formats import moment
from backend.plugins import get
from backend.routes.pages.ops_answers import people
from backend.routes.reader import reader_zone
from config.settings import PROJECT

RUNBOOK = PROJECT / "docs" / "runbook.md"


def alert_page(number: int) -> AlertPage:
    """Raises NotFound."""
    alert, zone, now = get(AlertService).get(number), reader_zone(), utc_now()
    names = people([alert.acknowledged_by, *(step.by for step in alert.steps)])
    rule = _rule(alert.rule_id)
    shown = shown_alert(alert, names, now, zone)
    if rule is not None and shown.is_open:
        shown = replace(shown, limit=limit(rule))
    book = section(runbook(), alert.runbook)
    if rule is None or rule.measure.source is not MeasureSource.WINDOW:
        return AlertPage(shown, rule.title if rule else "A deleted rule", book, other_limit(rule), None, (), "")
    return _measured(alert, rule, AlertPage(shown, rule.title, book, other_limit(rule), None, (), ""))


def _measured(alert: Alert, rule: Rule, page: AlertPage) -> AlertPage:
    """The page with what the rule measures around the alert."""
    since, until = span_of(alert, rule, utc_now())
    family, names = Family(rule.measure.name), names_of(rule, alert.thing)
    read = get(Windows).read([family], since, until, buckets=60)
    failures = rule.measure.statistic is Statistic.ERROR_RATE
    worst = affected(read.by_name(family, names), by_failures=failures) if rule.measure.each is Each.TOGETHER else ()
    words = f"since {moment(since, reader_zone())}"
    chart = alert_chart(rule, read.course(family, names), reader_zone())
    return replace(page, chart=chart, affected=worst, affected_when=words)


def _rule(rule_id: str) -> Rule | None:
    """The rule of an alert; None once it was deleted."""
    return next((rule for rule in get(Rules).all() if rule.id == rule_id), None)


@cache
def runbook() -> str:
    return RUNBOOK.read_text(encoding="utf-8") if RUNBOOK.exists() else ""
