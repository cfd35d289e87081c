"""How a rule and what it measured read in a message."""

from __future__ import annotations

from backend.analytics.metrics.catalogue.measures import MEASURES
from backend.analytics.monitoring.readings import Family
from backend.analytics.monitoring.rules.judging import Observed
from backend.analytics.monitoring.rules.rule import Comparison, MeasureSource, Rule, Statistic
from backend.analytics.monitoring.rules.units import CHECKS, FAMILIES, HOST_NOUNS, say, span, unit_of
from backend.formats import share

QUANTILES = {Statistic.P50: "median", Statistic.P75: "75th percentile", Statistic.P95: "95th percentile",
             Statistic.P99: "99th percentile"}  # fmt: skip


def measured(rule: Rule, observed: Observed) -> str:
    """What was measured, as a sentence without its period."""
    if observed.words:
        return observed.words
    if observed.value is None:
        return "Nothing to measure"
    unit, measure = unit_of(rule.measure), rule.measure
    if measure.statistic is Statistic.BURN:
        return f"The error budget burns {say(observed.value, unit)} as fast as it may"
    if measure.statistic is Statistic.CHANGE:
        way = "down" if observed.value < 0 else "up"
        return f"{subject(rule)}: {way} {share(abs(observed.value))} from the same hours a week before"
    return f"{subject(rule)} is {say(observed.value, unit)}"


def limit(rule: Rule) -> str:
    """The limit and for how long it has to be passed: over 2 s for 5 minutes."""
    unit = unit_of(rule.measure)
    way = "over" if rule.comparison is Comparison.ABOVE else "under"
    value = say(rule.limit, unit)
    if rule.measure.statistic is Statistic.CHANGE:
        way, value = ("down" if rule.limit < 0 else "up"), f"{share(abs(rule.limit))} or more"
    return f"{way} {value}" + (f" for {span(rule.lasting)}" if rule.lasting else "")


def subject(rule: Rule) -> str:
    """What the rule looks at: The 95th percentile of response times."""
    measure = rule.measure
    match measure.source:
        case MeasureSource.CHECK:
            return CHECKS[measure.name].words
        case MeasureSource.CATALOGUE:
            return MEASURES[measure.name].label
        case MeasureSource.OBJECTIVE:
            return "The burn rate of the error budget"
    return _of_family(rule)


def _of_family(rule: Rule) -> str:
    measure = rule.measure
    family = Family(measure.name)
    if family is Family.HOST:
        return HOST_NOUNS.get(measure.prefixes[0], measure.prefixes[0]) if measure.prefixes else "The host"
    what = FAMILIES[family].words
    match measure.statistic:
        case Statistic.ERROR_RATE:
            return "The share of cache misses" if family is Family.CACHE else f"The share of failed {ACTS[family]}"
        case Statistic.COUNT:
            return f"The number of {ACTS[family]}"
        case Statistic.MEAN | Statistic.MAXIMUM | Statistic.LATEST:
            return f"The {measure.statistic.value} of {what}"
    return f"The {QUANTILES[measure.statistic]} of {what}"


ACTS = {
    Family.REQUEST: "requests", Family.REQUEST_BYTES: "requests", Family.QUEUE: "requests", Family.QUERY: "queries",
    Family.JOB: "runs of background work", Family.EMAIL: "emails", Family.PAYMENT: "payments",
    Family.OUTBOUND: "calls to other services", Family.LAKE: "runs and questions of the lake",
    Family.CACHE: "cache reads", Family.SIGN_IN: "password checks", Family.CALCULATOR_LOAD: "calculator loads",
    Family.STEP: "steps", Family.VITAL: "page views", Family.ALERT: "alerts",
    Family.BUSINESS: "figures of the business", Family.HOST: "samples",
    Family.FLUSH: "times measurements were written down",
}  # fmt: skip
