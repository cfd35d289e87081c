"""Dimensions, by which measures are broken down and filtered: each defined once, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.analytics.metrics.catalogue.measures import Relation
from backend.analytics.metrics.catalogue.variants import VARIANTS, with_variants
from backend.analytics.metrics.parameters import monday
from backend.analytics.warehouse.relations import EPOCH, SESSIONS, relation

if TYPE_CHECKING:
    from ibis.expr.types import IntegerValue, StringValue, Table

BOTH = frozenset(Relation)
SESSIONS_ONLY = frozenset({Relation.SESSIONS})
EVENTS_ONLY = frozenset({Relation.EVENTS})
FIRST_SEEN = "first_seen"
EXPERIMENT_VARIANT = "experiment_variant"
COHORTS = frozenset({"first_seen_week", "first_seen_month"})


@dataclass(frozen=True, slots=True)
class Dimension:
    """A text that groups rows. `nothing`: the label where there is none."""

    name: str
    label: str
    description: str
    sources: frozenset[Relation]
    nothing: str
    column: Callable[[Table], StringValue]


def _column(
    name: str, label: str, description: str, sources: frozenset[Relation] = SESSIONS_ONLY, nothing: str = "Unknown"
) -> Dimension:
    return Dimension(name, label, description, sources, nothing, lambda table: table[name])


def _date(day: IntegerValue) -> StringValue:
    """2026-11-16"""
    import ibis

    return (ibis.literal(EPOCH) + day.as_interval("D")).cast("string").left(10)


def with_persons(sessions: Table, names: Iterable[str]) -> Table:
    """The sessions with what else is known of their persons, where one of these dimensions needs it."""
    asked = set(names)
    if asked & COHORTS:
        sessions = _with_first_seen(sessions)
    return with_variants(sessions) if EXPERIMENT_VARIANT in asked else sessions


def _with_first_seen(sessions: Table) -> Table:
    every = relation(SESSIONS)
    firsts = every.group_by("person").aggregate(**{FIRST_SEEN: every.day.min()})
    return sessions.inner_join(firsts, "person")


_DEFINED = (
    _column("source", "Source", "Where the visitor came from: `utm_source`, the site before, or `direct`."),
    _column("medium", "Medium", "What kind of way it was: `cpc`, `organic`, `email`.", nothing="No medium"),
    _column("campaign", "Campaign", "Which campaign brought them.", nothing="No campaign"),
    _column("referrer", "Referrer", "The site whose link was followed.", nothing="No referrer"),
    _column(
        "landing_page", "Entry page", "The path of the page that the visit began on, without its query.",
        nothing="Not recorded",
    ),
    _column("device", "Device", "`mobile`, `tablet` or `desktop`.", BOTH),
    _column("browser", "Browser", "The browser's name, such as `Chrome`.", nothing="Not recorded"),
    _column("os", "System", "The operating system's name, such as `iOS`.", nothing="Not recorded"),
    _column("country", "Country", "ISO 3166-1 alpha-2.", BOTH),
    _column("region", "State or region", "The part of the country, ISO 3166-2, such as `US-CA`.", BOTH),
    _column("job_title", "Job title", "What was entered last, as it was entered.", nothing="No title"),
    _column("occupation", "Occupation", "The SOC 2018 code the title was found under.", nothing="No occupation"),
    Dimension(
        "major_group", "Major group", "The first two digits of the occupation's code.", SESSIONS_ONLY, "No occupation",
        lambda table: table.occupation.left(2),
    ),
    _column("industry", "Industry", "The industry of the last assessment."),
    _column("experience", "Experience", "Years in the occupation, in bands.", nothing="Not said"),
    _column("education", "Education", "The education of the last assessment.", nothing="Not said"),
    _column("risk_level", "Exposure level", "`low`, `medium` or `high`, as shown.", nothing="No level"),
    Dimension(
        "first_seen_week", "First seen, week",
        "The Monday (UTC) before the first session there is of the same person; who gave no consent is new every day.",
        SESSIONS_ONLY, "Unknown", lambda table: _date(monday(table[FIRST_SEEN])),
    ),
    Dimension(
        "first_seen_month", "First seen, month", "The month (UTC) of it, such as 2026-11.",
        SESSIONS_ONLY, "Unknown", lambda table: _date(table[FIRST_SEEN]).left(7),
    ),
    Dimension(
        EXPERIMENT_VARIANT, "Experiment variant",
        "The experiments that the person was in, each with the variant, such as `offer-test: plus`: those entered in"
        " the 90 days before the session, or in it. To see one experiment alone, filter by texts that contain its id.",
        SESSIONS_ONLY, "In no experiment", lambda table: table[VARIANTS],
    ),
    _column("event_type", "Event", "The event's name.", EVENTS_ONLY),
)  # fmt: skip
DIMENSIONS: Mapping[str, Dimension] = {dimension.name: dimension for dimension in _DEFINED}
