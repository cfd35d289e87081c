"""The events that say what units were shown, as they land. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from backend.analytics.events.event import Event, Sender, as_json
from backend.analytics.events.ids import new_event_id
from backend.analytics.events.landing.rows import Rows, rows_of
from backend.analytics.events.names import EventName
from backend.analytics.events.server_streams import SERVER_STREAMS
from backend.analytics.experiments.assignment_rows import Entry, linked_user
from backend.analytics.experiments.definition import Experiment, ExperimentUnit
from backend.analytics.experiments.units import Viewer

STREAM = f"{SERVER_STREAMS}experiments"


def exposure_rows(
    name: EventName, data: Mapping[str, Any], unit: ExperimentUnit, viewer: Viewer, now: datetime
) -> Rows:
    """The event of a unit, in whose columns its later events can be found."""
    unit_id, key, sender = viewer.ids.of(unit), viewer.ids.key(unit), viewer.sender
    told = {**data, "session": unit_id} if key == "session_id" else data
    user = unit_id if unit is ExperimentUnit.USER else linked_user(unit, viewer)
    event = Event(new_event_id(), str(name), STREAM, user, now, as_json(told))
    visitor = unit_id if key == "visitor_id" else None
    return rows_of([event], Sender(visitor, sender.country, sender.region, sender.device, sender.is_bot), now)


def exposure_data(experiment: Experiment, viewer: Viewer, entry: Entry) -> dict[str, Any]:
    """What an exposure says; nothing of it is personal but the unit itself."""
    unit = experiment.config.unit
    return {
        "experiment": experiment.test_id,
        "phase": experiment.phase,
        "variant": entry.own,
        "unit": str(unit),
        "unit_key": viewer.ids.key(unit),
        "propensity": entry.propensity,
        "weights_version": entry.weights_version,
    }
