"""The forms of a rule: one that is changed, and a new one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from math import isfinite
from typing import TypeVar

from werkzeug.datastructures import MultiDict

from backend.analytics.monitoring.alerts.notifier import Severity
from backend.analytics.monitoring.rules.definition import LONGEST_RULE_ID
from backend.analytics.monitoring.rules.rule import Comparison, Each, Measure, MeasureSource, Rule, Statistic
from backend.analytics.monitoring.rules.units import RuleUnit, unit_of
from backend.errors import FieldError, InvalidRequest

Form = MultiDict[str, str]
T = TypeVar("T")
MOST_MINUTES, LONGEST_WINDOW = 1_440, 10_080
LONGEST_NUMBER = 20


class FormReader:
    """Reads the fields of a form, and gathers what is wrong with them."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.errors: list[FieldError] = []

    def number(self, name: str, otherwise: float) -> float:
        text = self.form.get(name, "").strip().replace(",", "")
        try:
            value = float(text) if len(text) <= LONGEST_NUMBER else float("nan")
        except ValueError:
            value = float("nan")
        if isfinite(value):
            return value
        self.errors.append(FieldError(name, "Enter a number."))
        return otherwise

    def limit(self, name: str, now: float, scale: int) -> float:
        """A limit stays what it is, such as a third, where what is typed is how it was shown."""
        value = self.number(name, now * scale)
        return now if f"{value:.6g}" == f"{now * scale:.6g}" else value / scale

    def minutes(self, name: str, least: int, most: int = MOST_MINUTES) -> timedelta:
        value = self.number(name, least)
        if not least <= value <= most:
            self.errors.append(FieldError(name, f"Enter {least:,} to {most:,} minutes."))
            value = least
        return timedelta(seconds=round(value * 60))  # 100 s are shown as 1.66667 minutes

    def whole(self, name: str) -> int:
        value = self.number(name, 1)
        if value != int(value):
            self.errors.append(FieldError(name, "Enter a whole number."))
        return int(value)

    def choice(self, name: str, kind: Callable[[str], T], otherwise: T) -> T:
        try:
            return kind(self.form.get(name, ""))
        except ValueError:
            self.errors.append(FieldError(name, "Choose one from the list."))
            return otherwise


def scale_of(measure: Measure) -> int:
    """Shares are typed as percent."""
    return 100 if unit_of(measure) is RuleUnit.SHARE else 1


def changed_rule(rule: Rule, form: Form) -> Rule:
    """Raises InvalidRequest with every field that cannot be read; the rest `Rules` refuses."""
    reader = FormReader(form)
    changed = _with_limits(rule, reader)
    if reader.errors:
        raise InvalidRequest(reader.errors)
    return changed


def new_rule(form: Form) -> Rule:
    """Raises InvalidRequest with every field that cannot be read; the rest `Rules` refuses."""
    reader = FormReader(form)
    title = form.get("title", "").strip()
    blank = Rule(slug_of(title), title, _measure(reader), 0, 0, Severity.WARNING, is_shipped=False)
    rule = _with_limits(blank, reader)
    rule = replace(
        rule,
        window=reader.minutes("window", 1, LONGEST_WINDOW),
        comparison=reader.choice("comparison", Comparison, Comparison.ABOVE),
        is_enabled=True,
    )
    if reader.errors:
        raise InvalidRequest(reader.errors)
    return rule


def slug_of(title: str) -> str:
    """Checkout is slow -> checkout-is-slow"""
    words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    named = words if words[:1].isalpha() else f"rule-{words}".strip("-")
    return named[:LONGEST_RULE_ID].strip("-")


def _with_limits(rule: Rule, reader: FormReader) -> Rule:
    scale = scale_of(rule.measure)
    escalates = reader.form.get("escalates", "").strip()
    return replace(
        rule,
        limit=reader.limit("limit", rule.limit, scale),
        clears_at=reader.limit("clears_at", rule.clears_at, scale),
        severity=reader.choice("severity", Severity, rule.severity),
        lasting=reader.minutes("lasting", 0),
        settles=reader.minutes("settles", 0),
        fewest=reader.whole("fewest"),
        escalates=reader.minutes("escalates", 1) if escalates else None,
        channels=tuple(dict.fromkeys(reader.form.getlist("channels"))),
        business_hours="business_hours" in reader.form,
        is_enabled="is_enabled" in reader.form,
    )


def _measure(reader: FormReader) -> Measure:
    source, _, name = reader.form.get("measure", "").partition(":")
    fallback = Measure(MeasureSource.WINDOW, "request", Statistic.P95)
    if source not in list(MeasureSource) or not name:
        reader.errors.append(FieldError("measure", "Choose what to measure."))
        return fallback
    statistic = reader.choice("statistic", Statistic, Statistic.LATEST)
    each = Each.NAME if "each" in reader.form else Each.TOGETHER
    measure = Measure(MeasureSource(source), name, statistic, tuple(_beginnings(reader.form)), each=each)
    try:
        unit_of(measure)
    except (KeyError, ValueError):
        reader.errors.append(FieldError("measure", "Choose what to measure."))
        return fallback
    return measure


def _beginnings(form: Mapping[str, str]) -> Iterator[str]:
    """Names begin with one of these: /api/, /jobs."""
    for text in form.get("prefixes", "").split(","):
        if text.strip():
            yield text.strip()
