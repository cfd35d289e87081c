"""Measures: each number defined once, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from backend.analytics.metrics.quotients import SMALLEST_DENOMINATOR
from backend.analytics.warehouse.relations import QUESTION_COLUMNS, SECOND, revenue_in

if TYPE_CHECKING:
    from ibis.expr.types import NumericValue, Table

Counts = Mapping[str, "NumericValue"]
OFFER_FOLLOWED, UPGRADE_FOLLOWED = "offer_followed", "upgrade_followed"
BY_ITSELF = "web_vitals"  # sent by the tracker when a page is left
OPTIONAL = {2: "place and industry", 3: "experience and education", 4: "the week"}


class Unit(StrEnum):
    COUNT = "count"
    FRACTION = "fraction"
    CENTS = "cents"
    SECONDS = "seconds"


class Relation(StrEnum):
    """The relation whose rows a measure counts."""

    SESSIONS = "sessions"
    EVENTS = "events"


@dataclass(frozen=True, slots=True)
class Measure:
    """A number with its definition. `sums`: whether parts that share no row add up to the whole.

    `rests_on`: the count that says on how many it rests, its own for a count. The label of a count stands after a
    number too: 1,200 offers viewed.
    """

    name: str
    label: str
    unit: Unit
    description: str
    source: Relation
    sums: bool
    rests_on: str
    aggregate: Callable[[Table, str], NumericValue]
    parts: tuple[str, ...] = ()
    less_is_better = False

    @property
    def is_zero_of_nothing(self) -> bool:
        """Whether it is 0 where there is nothing to count; a median is unknown then."""
        return self.sums or self.unit is Unit.COUNT


@dataclass(frozen=True, slots=True)
class Ratio:
    """One measure divided by another of the same source; null where the denominator is below ten."""

    name: str
    label: str
    unit: Unit
    description: str
    numerator: str
    denominator: str
    less_is_better: bool = False
    sums = False
    is_zero_of_nothing = False

    @property
    def source(self) -> Relation:
        return COUNTED[self.denominator].source

    @property
    def rests_on(self) -> str:
        return self.denominator

    @property
    def parts(self) -> tuple[str, ...]:
        """The two numbers that are shown beside the quotient."""
        return self.numerator, self.denominator

    def of(self, counts: Counts) -> NumericValue:
        """The quotient of two aggregates."""
        import ibis

        numerator, denominator = counts[self.numerator], counts[self.denominator]
        return ibis.cases((denominator >= SMALLEST_DENOMINATOR, numerator.cast("float64") / denominator))


def _sessions(name: str, label: str, description: str, column: str) -> Measure:
    """The number of sessions that have a value in a column."""
    return Measure(name, label, Unit.COUNT, description, Relation.SESSIONS, True, name, lambda t, _: t[column].count())


def _people(name: str, label: str, description: str, column: str) -> Measure:
    """The number of people in whose sessions with a result a condition holds."""

    def counted(sessions: Table, _: str) -> NumericValue:
        return sessions.person.nunique(where=sessions[column])

    return Measure(name, label, Unit.COUNT, description, Relation.SESSIONS, False, name, counted)


def _quantile(name: str, label: str, description: str, rests_on: str, share: float, begin: str, end: str) -> Measure:
    def seconds(sessions: Table, _: str) -> NumericValue:
        import ibis

        # By clocks that were set meanwhile something may end before it begins.
        in_order = sessions[end] >= sessions[begin]
        return ibis.cases((in_order, sessions[end] - sessions[begin])).quantile(share) / SECOND

    return Measure(name, label, Unit.SECONDS, description, Relation.SESSIONS, False, rests_on, seconds)


def _bounced(sessions: Table, _: str) -> NumericValue:
    """Sessions without a second act of the visitor's."""
    acts = sessions.event_names.replace(BY_ITSELF, "").strip()
    return (~acts.contains(" ")).sum().fill_null(0)


def _event(name: str, label: str, event: str) -> Measure:
    def times(events: Table, _: str) -> NumericValue:
        return (events.event_type == event).sum().fill_null(0)

    description = f"How often `{event}` was sent."
    return Measure(name, label, Unit.COUNT, description, Relation.EVENTS, True, name, times)


def _revenue(sessions: Table, currency: str) -> NumericValue:
    return revenue_in(sessions.revenue, currency).sum().fill_null(0)


def _priced(sessions: Table, currency: str) -> NumericValue:
    return revenue_in(sessions.revenue, currency).count()


_DEFINED: tuple[Measure, ...] = (
    Measure(
        "sessions", "Sessions", Unit.COUNT, "Visits, each ended by half an hour without an event.",
        Relation.SESSIONS, True, "sessions", lambda t, _: t.count(),
    ),
    Measure(
        "visitors", "Visitors", Unit.COUNT,
        "People behind the sessions: members by account, others by a visitor id, which without consent changes daily.",
        Relation.SESSIONS, False, "visitors", lambda t, _: t.person.nunique(),
    ),
    Measure(
        "session_events", "Events in sessions", Unit.COUNT, "Events that belong to the sessions.",
        Relation.SESSIONS, True, "session_events", lambda t, _: t.events.sum().fill_null(0),
    ),
    Measure(
        "bounces", "Bounces", Unit.COUNT, "Sessions with one event at most, `web_vitals` not counted.",
        Relation.SESSIONS, True, "bounces", _bounced,
    ),
    _sessions("opened", "Calculators opened", "Sessions in which the calculator was opened.", "step_1_at"),
    _sessions(
        "question_1", "Answers about the job", "Sessions that answered question 1 after opening the calculator.",
        "step_2_at",
    ),
    *(
        _sessions(
            f"question_{number}", f"Answers about {OPTIONAL[number]}",
            f"Sessions that answered question {number}, which is optional.", column,
        )
        for number, column in QUESTION_COLUMNS.items()
    ),
    _sessions("assessments", "Results", "Sessions that came to a result.", "submitted_at"),
    _sessions("offers_viewed", "Offers viewed", "Sessions in which an offer came into view.", "offer_viewed_at"),
    _sessions("upgrades", "Asked to pay", "Sessions that asked for a paid plan. Nothing is charged.", "upgrade_at"),
    Measure(
        "result_visitors", "Visitors with a result", Unit.COUNT, "People behind the sessions that came to a result.",
        Relation.SESSIONS, False, "result_visitors", lambda t, _: t.person.nunique(where=t.submitted_at.notnull()),
    ),
    _people(
        "offer_visitors", "Visitors who then saw an offer",
        "Of these people, who saw an offer in the window after the result, in whichever session.", OFFER_FOLLOWED,
    ),
    _people(
        "plan_visitors", "Visitors who then asked for a plan",
        "Of these people, who asked for a paid plan in the window after the result, in whichever session.",
        UPGRADE_FOLLOWED,
    ),
    Measure(
        "priced_upgrades", "Sessions with a price", Unit.COUNT,
        "Sessions that asked for a paid plan at a price in the query's currency.",
        Relation.SESSIONS, True, "priced_upgrades", _priced,
    ),
    Measure(
        "revenue", "Amount asked to pay", Unit.CENTS,
        "What sessions asked to pay in the query's currency. Nothing is charged. Equal clicks in a session count once.",
        Relation.SESSIONS, True, "priced_upgrades", _revenue,
    ),
    Measure(
        "timed_results", "Results with a time", Unit.COUNT, "Sessions with a result at or after the opening.",
        Relation.SESSIONS, True, "timed_results", lambda t, _: (t.submitted_at >= t.step_1_at).sum().fill_null(0),
    ),
    Measure(
        "mistimed_results", "Results before the opening", Unit.COUNT,
        "Sessions whose clock puts the result before the opening; the times to a result leave them out.",
        Relation.SESSIONS, True, "mistimed_results", lambda t, _: (t.submitted_at < t.step_1_at).sum().fill_null(0),
    ),
    _quantile(
        "median_time_to_result", "Time to result, median", "From opening the calculator to its last result.",
        "timed_results", 0.5, "step_1_at", "submitted_at",
    ),
    _quantile(
        "p90_time_to_result", "Time to result, 90th percentile", "Nine of ten sessions with a result took less.",
        "timed_results", 0.9, "step_1_at", "submitted_at",
    ),
    _quantile(
        "median_duration", "Visit time", "From the first event of a session to its last, the median.",
        "sessions", 0.5, "started_at", "ended_at",
    ),
    Measure(
        "events", "Events", Unit.COUNT, "Events of every name.", Relation.EVENTS, True, "events", lambda t, _: t.count()
    ),
    _event("leads", "Leads", "lead_captured"),
    _event("emails_sent", "Emails sent", "email_sent"),
    _event("emails_delivered", "Emails delivered", "email_delivered"),
    _event("emails_opened", "Emails opened", "email_opened"),
    _event("emails_clicked", "Emails clicked", "email_clicked"),
    _event("payments_succeeded", "Payments succeeded", "payment_succeeded"),
    _event("payments_failed", "Payments failed", "payment_failed"),
)  # fmt: skip
_DIVIDED: tuple[Ratio, ...] = (
    Ratio(
        "bounce_rate", "Bounce", Unit.FRACTION, "Bounces, of all sessions.", "bounces", "sessions", less_is_better=True
    ),
    Ratio(
        "completion_rate", "Saw the result", Unit.FRACTION,
        "Sessions with a result, of those that opened the calculator.", "assessments", "opened",
    ),
    Ratio(
        "offer_rate", "Saw an offer", Unit.FRACTION,
        "Visitors who saw an offer in the window after a result, of all with a result.",
        "offer_visitors", "result_visitors",
    ),
    Ratio(
        "conversion_rate", "Conversion", Unit.FRACTION,
        "Visitors who asked for a paid plan in the window after a result, of all with a result.",
        "plan_visitors", "result_visitors",
    ),
    Ratio(
        "revenue_per_visitor", "Asked to pay per visitor", Unit.CENTS, "The amount asked to pay divided by visitors.",
        "revenue", "visitors",
    ),
    Ratio(
        "revenue_per_upgrade", "Average amount asked", Unit.CENTS,
        "The amount asked to pay divided by the upgrades in its currency.", "revenue", "priced_upgrades",
    ),
    Ratio(
        "email_open_rate", "Emails opened of delivered", Unit.FRACTION, "Openings divided by deliveries.",
        "emails_opened", "emails_delivered",
    ),
)  # fmt: skip
COUNTED: Mapping[str, Measure] = {measure.name: measure for measure in _DEFINED}
MEASURES: Mapping[str, Measure | Ratio] = {**COUNTED, **{ratio.name: ratio for ratio in _DIVIDED}}
