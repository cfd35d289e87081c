"""The experiments that the person of a session was in, found by the exposures that the server recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.analytics.events.names import EventName
from backend.analytics.events.server_streams import EXPOSURE_STREAM
from backend.analytics.lake.shape import session_key
from backend.analytics.lake.tables import EVENTS
from backend.analytics.warehouse.relations import DAY, relation

if TYPE_CHECKING:
    from ibis.expr.types import StringValue, Table

VARIANTS = "experiment_variants"
REMEMBERED = 90 * DAY  # a session says nothing of experiments that its person was put into longer before
SESSION = ("session_key", "run_started_at", "session_no")


def property_of(events: Table, name: str) -> StringValue:
    """A text among an event's properties; null where there is none."""
    return events.event_data.re_extract(f'"{name}" *: *"([^"]*)"', 1).nullif("")


def server_exposures() -> Table:
    """The exposures that the server itself recorded: nobody else can name its stream."""
    events = relation(EVENTS)
    return events.filter(
        events.session_key == session_key(EXPOSURE_STREAM), events.event_type == EventName.EXPERIMENT_EXPOSED.value
    )


def with_variants(sessions: Table) -> Table:
    """The sessions with all that their persons were in, such as `offer-test: plus, order-test: by_pay`."""
    import ibis

    exposures = server_exposures()
    exposures = exposures.select(
        "timestamp",
        exposed_user="user_id",
        exposed_visitor="visitor_id",
        exposed_session=property_of(exposures, "session"),
        seen=property_of(exposures, "experiment") + ": " + property_of(exposures, "variant"),
    )
    parts = []
    for column, exposed in (
        ("user_id", "exposed_user"), ("visitor_id", "exposed_visitor"), ("session_id", "exposed_session")
    ):  # fmt: skip
        pairs = sessions.inner_join(exposures, sessions[column] == exposures[exposed])
        pairs = pairs.filter(pairs.timestamp <= pairs.ended_at, pairs.timestamp >= pairs.started_at - REMEMBERED)
        parts.append(pairs.select(*SESSION, "seen"))
    seen = parts[0].union(parts[1]).union(parts[2]).distinct()
    seen = seen.filter(seen.seen.notnull()).group_by(*SESSION).aggregate(**{VARIANTS: seen.seen.collect()})
    seen = seen.mutate(**{VARIANTS: seen[VARIANTS].sort().join(", ")})
    joined = sessions.left_join(seen, SESSION)
    return joined.select(sessions, **{VARIANTS: ibis.cases((joined[VARIANTS] != "", joined[VARIANTS]))})
