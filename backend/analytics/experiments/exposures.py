"""What units were shown: the row that says it, and the event that counts it, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from backend.analytics.events.event import Event, Sender, as_json
from backend.analytics.events.ids import new_event_id
from backend.analytics.events.landing.rows import Rows, rows_of
from backend.analytics.events.landing.within import land_within
from backend.analytics.events.names import EventName
from backend.analytics.events.server_streams import SERVER_STREAMS
from backend.analytics.events.service import EventTracker
from backend.analytics.experiments.definition import Experiment, ExperimentStatus, ExperimentUnit
from backend.analytics.experiments.models import AbAssignment, AbTest
from backend.analytics.experiments.placing import HOLDOUT
from backend.analytics.experiments.units import Viewer
from backend.clock import Clock
from backend.faults import Faults

STREAM = f"{SERVER_STREAMS}experiments"
FORCED = "forced:"
KEY = (AbAssignment.test_id, AbAssignment.phase, AbAssignment.unit, AbAssignment.unit_id)
COLUMNS = (
    AbAssignment.unit,
    AbAssignment.variant,
    AbAssignment.before,
    AbAssignment.propensity,
    AbAssignment.weights_version,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What is on record of a unit: `own` is its own variant, `shown` the last it saw."""

    own: str
    shown: str
    propensity: float
    weights_version: int


@dataclass(frozen=True, slots=True)
class Entries:
    """Those of a unit, and of the account that is linked to it, where one is."""

    unit: Entry | None = None
    user: Entry | None = None

    @property
    def own(self) -> Entry | None:
        """The account's wins, so that a person sees the same on all devices."""
        return self.user or self.unit

    def has_seen(self, variant: str, *, is_linked: bool) -> bool:
        """Whether there is nothing to add when the unit sees a variant."""
        is_known = self.unit is not None and self.unit.shown == variant
        return is_known and (not is_linked or self.user is not None)


class Exposures:
    """Writes in the request's session, which has to hold no changes: a page is shown after its changes are stored."""

    def __init__(self, session: Session, tracker: EventTracker, faults: Faults, now: Clock) -> None:
        self._session = session
        self._tracker = tracker
        self._faults = faults
        self._now = now

    def entries(self, experiment: Experiment, viewer: Viewer) -> Entries:
        """By one look at the index of units."""
        unit, phase = experiment.config.unit, experiment.phase
        keys = [(experiment.test_id, phase, str(unit), viewer.ids.of(unit))]
        if linked := linked_user(unit, viewer):
            keys.append((experiment.test_id, phase, str(ExperimentUnit.USER), linked))
        rows = self._session.execute(select(*COLUMNS).where(tuple_(*KEY).in_(keys))).all()
        known = {row.unit: _entry(row) for row in rows if experiment.config.variant(row.before or row.variant)}
        user = known.get(ExperimentUnit.USER) if linked else None
        return Entries(known.get(unit), user)

    def expose(self, experiment: Experiment, viewer: Viewer, placed: Entry) -> str:
        """Store that a unit sees its variant, unless that is on record as the last; returns the variant.

        `placed` is what it gets if nothing is on record. Of two requests at once the second waits for the first.
        """
        self._begin_writing()
        unit, unit_id = experiment.config.unit, viewer.ids.of(experiment.config.unit) or ""
        subject = (experiment.test_id, experiment.phase)
        is_news = self._insert(*subject, str(unit), unit_id, placed)
        self._lock(*subject, str(unit), unit_id)
        entries = self.entries(experiment, viewer)
        shown = entries.own or placed
        if (linked := linked_user(unit, viewer)) and entries.user is None:
            is_news |= self._insert(*subject, str(ExperimentUnit.USER), linked, shown)
            shown = self.entries(experiment, viewer).user or shown
        if entries.unit is None or entries.unit.shown != shown.own:
            self._show(*subject, str(unit), unit_id, entries.unit or placed, shown)
            is_news = True
        self._faults.reach("exposure.assigned")
        self._finish(self._event(experiment, viewer, shown) if is_news else None)
        return shown.own

    def note_holdout(self, name: str, unit: ExperimentUnit, viewer: Viewer) -> None:
        """Store, once for each unit, that a holdout keeps it out of experiments."""
        data = {"holdout": name, "unit": str(unit), "unit_key": viewer.ids.key(unit)}
        self._note(f"{HOLDOUT}{name}", 0, unit, viewer, EventName.HOLDOUT_EXPOSED, data)

    def note_forced(self, experiment: Experiment, variant: str, viewer: Viewer) -> None:
        """Store, once for each unit, that it followed a link that forces a variant, so that it is counted nowhere."""
        unit, entry = experiment.config.unit, Entry(variant, variant, 0.0, 0)
        data = {**_data(experiment, viewer, entry), "forced": True}
        self._note(f"{FORCED}{experiment.test_id}", experiment.phase, unit, viewer, EventName.EXPERIMENT_EXPOSED, data)

    def _note(
        self,
        subject: str,
        phase: int,
        unit: ExperimentUnit,
        viewer: Viewer,
        name: EventName,
        data: dict[str, Any],
    ) -> None:
        unit_id = viewer.ids.of(unit) or ""
        key = (subject, phase, str(unit), unit_id)
        if self._session.scalar(select(AbAssignment.id).where(tuple_(*KEY) == tuple_(*key))):
            return
        self._begin_writing()
        variant = str(data.get("variant", "holdout"))
        is_news = self._insert(*key, Entry(variant, variant, 0.0, 0))
        self._faults.reach("exposure.assigned")
        self._finish(self._rows(name, data, unit, viewer) if is_news else None)

    def _begin_writing(self) -> None:
        if self._session.new or self._session.dirty or self._session.deleted:
            raise RuntimeError("ask for a variant before anything is changed, or after it is stored")
        self._session.rollback()
        self._session.connection(execution_options={"reads_only": False})

    def _insert(self, subject: str, phase: int, unit: str, unit_id: str, entry: Entry) -> bool:
        """Whether there was no such row. On PostgreSQL this waits for whoever is just inserting it."""
        dialect = sqlite if self._session.get_bind().dialect.name == "sqlite" else postgresql
        row = dialect.insert(AbAssignment).values(
            test_id=subject,
            phase=phase,
            unit=unit,
            unit_id=unit_id,
            variant=entry.own,
            propensity=entry.propensity,
            weights_version=entry.weights_version,
            exposed_at=self._now(),
        )
        return bool(self._session.scalars(row.on_conflict_do_nothing().returning(AbAssignment.id)).all())

    def _lock(self, *key: Any) -> None:
        """Nobody else changes the row until this transaction is over; SQLite has one writer at a time anyway."""
        self._session.execute(select(AbAssignment.id).where(tuple_(*KEY) == tuple_(*key)).with_for_update())

    def _show(self, subject: str, phase: int, unit: str, unit_id: str, own: Entry, shown: Entry) -> None:
        row = update(AbAssignment).where(tuple_(*KEY) == tuple_(subject, phase, unit, unit_id))
        values = {"variant": shown.own, "before": own.own}
        self._session.execute(row.values(values).execution_options(synchronize_session=False))

    def _event(self, experiment: Experiment, viewer: Viewer, shown: Entry) -> Rows:
        """Marked if the test is over, which this process may learn a second late: its window ended with it."""
        data = _data(experiment, viewer, shown)
        state = select(AbTest.status, AbTest.phase).where(AbTest.test_id == experiment.test_id)
        if self._session.execute(state).one_or_none() != (ExperimentStatus.RUNNING, experiment.phase):
            data["after_stop"] = True
        return self._rows(EventName.EXPERIMENT_EXPOSED, data, experiment.config.unit, viewer)

    def _rows(self, name: EventName, data: dict[str, Any], unit: ExperimentUnit, viewer: Viewer) -> Rows:
        now, unit_id, key = self._now(), viewer.ids.of(unit), viewer.ids.key(unit)
        if key == "session_id":
            data = {**data, "session": unit_id}
        user = unit_id if unit is ExperimentUnit.USER else linked_user(unit, viewer)
        event = Event(new_event_id(), str(name), STREAM, user, now, as_json(data))
        sender = viewer.sender
        visitor = unit_id if key == "visitor_id" else None
        return rows_of([event], Sender(visitor, sender.country, sender.region, sender.device, sender.is_bot), now)

    def _finish(self, rows: Rows | None) -> None:
        if rows is None:
            self._session.rollback()
            return
        land_within(self._session.connection(), rows)
        self._faults.reach("exposure.landed")
        self._session.commit()
        self._faults.reach("exposure.committed")
        self._tracker.report_landed(rows)


def linked_user(unit: ExperimentUnit, viewer: Viewer) -> str | None:
    """The account that a visitor is signed in to, by consent; of other units there is none to link."""
    return viewer.ids.user if unit is ExperimentUnit.VISITOR else None


def _entry(row: Row[str, str, str | None, float, int]) -> Entry:
    return Entry(row.before or row.variant, row.variant, row.propensity, row.weights_version)


def _data(experiment: Experiment, viewer: Viewer, entry: Entry) -> dict[str, Any]:
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
